//===- Sddmm.cpp - dense times dense where a pattern samples it ----------===//
//
// An inner product for every entry of the sampled matrix, computed plainly.
//===----------------------------------------------------------------------===//
#include "runtime/reference/Operands.h"
#include "runtime/reference/Results.h"

#include <algorithm>
#include <cmath>

using namespace scratch::reference;

namespace {

template <typename Wide>
void sample(const scratch_tensor &s, const scratch_tensor &a,
            const scratch_tensor &b, Semiring semiring, const Product &how,
            Built<Wide> &built) {
  const Rows<Wide> pattern(s);
  const int64_t depth = a.shape[1];
  std::vector<int64_t> order;
  for (int64_t row = 0; row < pattern.rows; ++row) {
    order.clear();
    for (int64_t p = pattern.positions[row]; p < pattern.positions[row + 1];
         ++p)
      order.push_back(p);
    std::sort(order.begin(), order.end(), [&](int64_t x, int64_t y) {
      return pattern.columns[x] < pattern.columns[y];
    });
    for (int64_t p : order) {
      const int64_t col = pattern.columns[p];
      Wide sum = identityOf<Wide>(semiring.add, s.element);
      double magnitude = 0;
      for (int64_t k = 0; k < depth; ++k) {
        int64_t at = how.transposed ? col * depth + k : k * pattern.cols + col;
        Wide term = apply(semiring.multiply,
                          valueAt<Wide>(a.values, a.element, row * depth + k),
                          valueAt<Wide>(b.values, b.element, at));
        sum = apply(semiring.add, sum, term);
        magnitude += std::fabs(static_cast<double>(term));
      }
      if (!how.pattern_only) {
        sum = apply(semiring.multiply, pattern.values[p], sum);
        if (semiring.multiply == Operator::times)
          magnitude *= std::fabs(static_cast<double>(pattern.values[p]));
      }
      built.push(col, sum, magnitude);
    }
    built.endRow();
  }
}

} // namespace

scratch_status scratch::reference::sddmm(const scratch_tensor &s,
                                         const scratch_tensor &a,
                                         const scratch_tensor &b,
                                         const Product &how,
                                         scratch_tensor *out) {
  Semiring semiring;
  scratch_status status = checkHow(how, semiring);
  if (!status)
    status = checkOperand("sampled operand", s, true, 2);
  if (!status)
    status = checkOperand("left operand", a, false, 2);
  if (!status)
    status = checkOperand("right operand", b, false, 2);
  const int depth = how.transposed ? 1 : 0;
  if (!status)
    status = checkExtents("rows of the left operand", a.shape[0], s.shape[0]);
  if (!status)
    status = checkExtents(depth ? "columns of the right operand"
                                : "rows of the right operand",
                          b.shape[depth], a.shape[1]);
  if (!status)
    status = checkExtents(depth ? "rows of the right operand"
                                : "columns of the right operand",
                          b.shape[1 - depth], s.shape[1]);
  if (status)
    return status;
  return guarded(s.element, how, out, [&](auto wide) {
    Built<decltype(wide)> built;
    sample(s, a, b, semiring, how, built);
    return storeSparse(built, s, s.shape[0], s.shape[1], how, out);
  });
}
