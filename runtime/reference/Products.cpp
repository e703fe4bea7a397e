//===- Products.cpp - spgemm, spmm, spmv, sddmm, computed plainly --------===//
//
// Each product: check, compute on Rows in the wide type, store as a tensor.
//===----------------------------------------------------------------------===//
#include "runtime/core/Call.h"
#include "runtime/reference/Reference.h"
#include "runtime/reference/Rows.h"
#include "runtime/reference/Semiring.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <new>
#include <optional>

using namespace scratch::reference;

namespace {

/// A result in the making: rows one after the other.
template <typename Wide> struct Built {
  std::vector<int64_t> positions{0}, columns;
  std::vector<Wide> values;
  std::vector<double> magnitudes;

  void push(int64_t column, Wide value, double magnitude) {
    columns.push_back(column);
    values.push_back(value);
    magnitudes.push_back(magnitude);
  }
  void endRow() { positions.push_back(static_cast<int64_t>(columns.size())); }
};

void *allocate(int64_t count, int64_t bytes) {
  void *memory = scratch_rt_allocate(count, bytes);
  if (!memory)
    throw std::bad_alloc();
  return memory;
}

int64_t elementBytes(uint32_t element) {
  return element == SCRATCH_F64 || element == SCRATCH_I64   ? 8
         : element == SCRATCH_F32 || element == SCRATCH_I32 ? 4
                                                            : 1;
}

void *storeIndices(const std::vector<int64_t> &indices, uint32_t bits) {
  void *memory = allocate(static_cast<int64_t>(indices.size()), bits / 8);
  for (size_t k = 0; k < indices.size(); ++k)
    if (bits == 32)
      static_cast<uint32_t *>(memory)[k] = static_cast<uint32_t>(indices[k]);
    else
      static_cast<int64_t *>(memory)[k] = indices[k];
  return memory;
}

template <typename Wide>
void *storeValues(const std::vector<Wide> &values, uint32_t element) {
  void *memory =
      allocate(static_cast<int64_t>(values.size()), elementBytes(element));
  for (size_t k = 0; k < values.size(); ++k)
    storeAt(memory, element, static_cast<int64_t>(k), values[k]);
  return memory;
}

void storeMagnitude(const std::vector<double> &magnitudes, const Product &how) {
  if (!how.magnitude)
    return;
  const int64_t count = static_cast<int64_t>(magnitudes.size());
  void *memory = storeValues(magnitudes, SCRATCH_F64);
  scratch_wrap_dense(how.magnitude, SCRATCH_F64, 1, &count, memory);
  how.magnitude->flags = SCRATCH_TENSOR_OWNED;
}

template <typename Wide>
scratch_status storeSparse(const Built<Wide> &built, const scratch_tensor &like,
                           int64_t rows, int64_t cols, const Product &how,
                           scratch_tensor *out) {
  const auto nnz = static_cast<int64_t>(built.columns.size());
  if (like.position_bits == 32 && nnz > int64_t(UINT32_MAX))
    return scratch_report(SCRATCH_INDEX_OVERFLOW,
                          "reference: found %lld entries, expected fewer for "
                          "32-bit positions",
                          (long long)nnz);
  out->version = SCRATCH_ABI_VERSION;
  out->flags = SCRATCH_TENSOR_OWNED;
  out->format = SCRATCH_FORMAT_CSR;
  out->element = like.element;
  out->position_bits = like.position_bits;
  out->coordinate_bits = like.coordinate_bits;
  out->rank = 2;
  out->shape[0] = rows;
  out->shape[1] = cols;
  out->nnz = nnz;
  out->positions = storeIndices(built.positions, like.position_bits);
  out->coordinates = storeIndices(built.columns, like.coordinate_bits);
  out->values = storeValues(built.values, like.element);
  storeMagnitude(built.magnitudes, how);
  return SCRATCH_OK;
}

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

scratch_status checkOperand(const char *name, const scratch_tensor &t,
                            bool sparse, uint32_t rank) {
  if (scratch_status status = scratch_tensor_check(&t))
    return status;
  const bool isSparse = t.format != SCRATCH_FORMAT_DENSE;
  if (isSparse != sparse || t.rank != rank)
    return scratch_report(
        SCRATCH_TYPE_MISMATCH,
        "reference: found %s %s of rank %u, expected a %s one "
        "of rank %u",
        isSparse ? "sparse" : "dense", name, t.rank,
        sparse ? "sparse" : "dense", rank);
  if (t.element > SCRATCH_I8)
    return scratch_report(
        SCRATCH_UNSUPPORTED,
        "reference: found element code %u in %s, expected f64, "
        "f32, i64, i32 or i8",
        t.element, name);
  return SCRATCH_OK;
}

scratch_status checkExtents(const char *what, int64_t found, int64_t expected) {
  if (found == expected)
    return SCRATCH_OK;
  return scratch_report(SCRATCH_SHAPE_MISMATCH,
                        "reference: found %lld %s, expected %lld",
                        (long long)found, what, (long long)expected);
}

scratch_status checkHow(const Product &how, Semiring &semiring) {
  if (findSemiring(how.semiring, semiring))
    return SCRATCH_OK;
  return scratch_report(
      SCRATCH_UNSUPPORTED,
      "reference: found semiring '%s', expected a built-in one",
      how.semiring ? how.semiring : "");
}

/// Run `compute` with the wide type for the element; on failure nothing is
/// left.
template <typename Compute>
scratch_status guarded(uint32_t element, const Product &how,
                       scratch_tensor *out, const Compute &compute) {
  *out = {};
  if (how.magnitude)
    *how.magnitude = {};
  scratch_status status;
  try {
    status = isReal(element) ? compute(double()) : compute(int64_t());
  } catch (const std::exception &) {
    status = scratch_report(SCRATCH_OUT_OF_MEMORY,
                            "reference: found no memory, expected enough for "
                            "the result");
  }
  if (status) {
    scratch_tensor_free(out);
    scratch_tensor_free(how.magnitude);
  }
  return status;
}

template <typename Wide> Wide identityOf(Operator add, uint32_t element) {
  if constexpr (std::is_same_v<Wide, double>)
    return realIdentity(add);
  else
    return integerIdentity(add, static_cast<scratch_element>(element));
}

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
