//===- Spgemm.cpp - sparse times sparse, computed plainly ----------------===//
//
// All products of a row that its mask lets through are listed, sorted by column
// and folded in order, behind what init has there.
//===----------------------------------------------------------------------===//
#include "runtime/reference/Operands.h"
#include "runtime/reference/Results.h"

#include <algorithm>
#include <cmath>
#include <optional>

using namespace scratch::reference;

namespace {

/// Which columns of the current row may hold a result.
template <typename Wide> class RowMask {
public:
  RowMask(const Product &how, int64_t cols) : how(how) {
    if (how.mask) {
      mask.emplace_back(*how.mask);
      inside.assign(static_cast<size_t>(cols), 0);
    }
  }
  void enter(int64_t row) { mark(row, 1); }
  void leave(int64_t row) { mark(row, 0); }
  bool allows(int64_t col) const {
    return mask.empty() || (inside[col] != 0) != how.complement;
  }

private:
  void mark(int64_t row, char value) {
    if (mask.empty())
      return;
    const Rows<double> &m = mask.front();
    for (int64_t p = m.positions[row]; p < m.positions[row + 1]; ++p)
      if (!how.mask_by_value || m.values[p] != 0)
        inside[m.columns[p]] = value;
  }
  const Product &how;
  std::vector<Rows<double>> mask; // none or one
  std::vector<char> inside;
};

template <typename Wide> struct Term {
  int64_t col;
  uint32_t order; // of the product inside its row
  Wide value;
};

template <typename Wide>
void multiplyRows(const Rows<Wide> &a, const Rows<Wide> &b, Semiring semiring,
                  const Product &how, Built<Wide> &built) {
  RowMask<Wide> mask(how, b.cols);
  std::optional<Rows<Wide>> init;
  if (how.init)
    init.emplace(*how.init);
  std::vector<Term<Wide>> terms;
  for (int64_t row = 0; row < a.rows; ++row) {
    mask.enter(row);
    terms.clear();
    if (init)
      for (int64_t p = init->positions[row]; p < init->positions[row + 1]; ++p)
        if (mask.allows(init->columns[p]))
          terms.push_back(
              {init->columns[p], static_cast<uint32_t>(terms.size()), init->values[p]});
    for (int64_t p = a.positions[row]; p < a.positions[row + 1]; ++p)
      for (int64_t k = a.columns[p], q = b.positions[k]; q < b.positions[k + 1];
           ++q)
        if (mask.allows(b.columns[q]))
          terms.push_back({b.columns[q], static_cast<uint32_t>(terms.size()),
                           apply(semiring.multiply, a.values[p], b.values[q])});
    std::sort(terms.begin(), terms.end(), [](const auto &x, const auto &y) {
      return x.col != y.col ? x.col < y.col : x.order < y.order;
    });
    for (size_t k = 0; k < terms.size();) {
      const int64_t col = terms[k].col;
      Wide sum = terms[k].value;
      double magnitude = std::fabs(static_cast<double>(sum));
      for (++k; k < terms.size() && terms[k].col == col; ++k) {
        sum = apply(semiring.add, sum, terms[k].value);
        magnitude += std::fabs(static_cast<double>(terms[k].value));
      }
      built.push(col, sum, magnitude);
    }
    built.endRow();
    mask.leave(row);
  }
}

} // namespace

scratch_status scratch::reference::spgemm(const scratch_tensor &a,
                                          const scratch_tensor &b,
                                          const Product &how,
                                          scratch_tensor *out) {
  Semiring semiring;
  scratch_status status = checkHow(how, semiring);
  if (!status)
    status = checkOperand("left operand", a, true, 2);
  if (!status)
    status = checkOperand("right operand", b, true, 2);
  if (!status)
    status = checkExtents("rows of the right operand", b.shape[0], a.shape[1]);
  if (!status && how.mask) {
    status = checkOperand("mask", *how.mask, true, 2);
    if (!status)
      status = checkExtents("rows of the mask", how.mask->shape[0], a.shape[0]);
    if (!status)
      status =
          checkExtents("columns of the mask", how.mask->shape[1], b.shape[1]);
  }
  if (!status && how.init) {
    status = checkOperand("init", *how.init, true, 2);
    if (!status)
      status = checkExtents("rows of init", how.init->shape[0], a.shape[0]);
    if (!status)
      status = checkExtents("columns of init", how.init->shape[1], b.shape[1]);
  }
  if (status)
    return status;
  return guarded(a.element, how, out, [&](auto wide) {
    using Wide = decltype(wide);
    Built<Wide> built;
    multiplyRows(Rows<Wide>(a), Rows<Wide>(b), semiring, how, built);
    return storeSparse(built, a, a.shape[0], b.shape[1], how, out);
  });
}

int64_t scratch::reference::countProducts(const scratch_tensor &a,
                                          const scratch_tensor &b) {
  if (a.shape[1] != b.shape[0])
    return -1;
  const Rows<double> left(a), right(b);
  int64_t products = 0;
  for (int64_t k : left.columns)
    products += right.positions[k + 1] - right.positions[k];
  return products;
}
