//===- Results.h - what a product computed, as a tensor ------------------===//
//
// Rows are built in the wide type, then stored in the element type and index
// widths of an operand. Storing throws when there is no memory; `guarded` turns that
// into a status and leaves nothing behind.
//===----------------------------------------------------------------------===//
#ifndef SCRATCH_REFERENCE_RESULTS_H
#define SCRATCH_REFERENCE_RESULTS_H

#include "runtime/core/Call.h"
#include "runtime/reference/Reference.h"
#include "runtime/reference/Rows.h"

#include <exception>
#include <vector>

namespace scratch::reference {

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

/// Memory of the runtime; throws when there is none.
void *allocate(int64_t count, int64_t bytes);

int64_t elementBytes(uint32_t element);

void *storeIndices(const std::vector<int64_t> &indices, uint32_t bits);

template <typename Wide>
void *storeValues(const std::vector<Wide> &values, uint32_t element) {
  void *memory =
      allocate(static_cast<int64_t>(values.size()), elementBytes(element));
  for (size_t k = 0; k < values.size(); ++k)
    storeAt(memory, element, static_cast<int64_t>(k), values[k]);
  return memory;
}

/// Where `how` asks for it.
void storeMagnitude(const std::vector<double> &magnitudes, const Product &how);

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

} // namespace scratch::reference
#endif // SCRATCH_REFERENCE_RESULTS_H
