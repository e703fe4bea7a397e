//===- Spmm.cpp - sparse times dense, computed plainly -------------------===//
//
// spmm and spmv: a vector is a matrix of one column.
//===----------------------------------------------------------------------===//
#include "runtime/reference/Operands.h"
#include "runtime/reference/Results.h"

#include <cmath>

using namespace scratch::reference;

namespace {

/// Sparse times dense with `width` columns, both for spmm and spmv.
template <typename Wide>
void multiplyDense(const scratch_tensor &a, const scratch_tensor &b,
                   int64_t width, Semiring semiring, const Product &how,
                   scratch_tensor *out) {
  const Rows<Wide> left(a);
  std::vector<Wide> values;
  std::vector<double> magnitudes;
  for (int64_t row = 0; row < left.rows; ++row)
    for (int64_t col = 0; col < width; ++col) {
      // Starts from init; without one, from the identity of add.
      Wide sum = how.init ? valueAt<Wide>(how.init->values, how.init->element,
                                          row * width + col)
                          : identityOf<Wide>(semiring.add, a.element);
      double magnitude = how.init ? std::fabs(static_cast<double>(sum)) : 0;
      for (int64_t p = left.positions[row]; p < left.positions[row + 1]; ++p) {
        Wide right =
            valueAt<Wide>(b.values, b.element, left.columns[p] * width + col);
        Wide term = apply(semiring.multiply, left.values[p], right);
        sum = apply(semiring.add, sum, term);
        magnitude += std::fabs(static_cast<double>(term));
      }
      values.push_back(sum);
      magnitudes.push_back(magnitude);
    }
  const int64_t shape[] = {left.rows, width};
  void *memory = storeValues(values, a.element);
  scratch_wrap_dense(out, static_cast<scratch_element>(a.element), b.rank,
                     shape, memory);
  out->flags = SCRATCH_TENSOR_OWNED;
  storeMagnitude(magnitudes, how);
}

scratch_status sparseTimesDense(const scratch_tensor &a,
                                const scratch_tensor &b, uint32_t rank,
                                const Product &how, scratch_tensor *out) {
  Semiring semiring;
  scratch_status status = checkHow(how, semiring);
  if (!status)
    status = checkOperand("left operand", a, true, 2);
  if (!status)
    status = checkOperand("right operand", b, false, rank);
  if (!status)
    status = checkExtents("rows of the right operand", b.shape[0], a.shape[1]);
  const int64_t width = rank == 2 ? b.shape[1] : 1;
  if (!status && how.init) {
    status = checkOperand("init", *how.init, false, rank);
    if (!status)
      status = checkExtents("rows of init", how.init->shape[0], a.shape[0]);
    if (!status && rank == 2)
      status = checkExtents("columns of init", how.init->shape[1], width);
  }
  if (status)
    return status;
  return guarded(a.element, how, out, [&](auto wide) {
    multiplyDense<decltype(wide)>(a, b, width, semiring, how, out);
    return SCRATCH_OK;
  });
}

} // namespace

scratch_status scratch::reference::spmm(const scratch_tensor &a,
                                        const scratch_tensor &b,
                                        const Product &how,
                                        scratch_tensor *out) {
  return sparseTimesDense(a, b, 2, how, out);
}

scratch_status scratch::reference::spmv(const scratch_tensor &a,
                                        const scratch_tensor &b,
                                        const Product &how,
                                        scratch_tensor *out) {
  return sparseTimesDense(a, b, 1, how, out);
}
