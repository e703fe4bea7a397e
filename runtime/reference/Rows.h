//===- Rows.h - any sparse matrix as a plain list of rows ----------------===//
//
// The one form that the reference computes on: 64-bit indices, wide values, in
// row order. CSC is turned around; the order inside a row is kept.
//===----------------------------------------------------------------------===//
#ifndef SCRATCH_REFERENCE_ROWS_H
#define SCRATCH_REFERENCE_ROWS_H

#include "runtime/abi/scratch.h"

#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <vector>

namespace scratch::reference {

inline int64_t indexAt(const void *indices, uint32_t bits, int64_t k) {
  return bits == 32 ? static_cast<const uint32_t *>(indices)[k]
                    : static_cast<const int64_t *>(indices)[k];
}

/// Value k of a buffer, widened.
template <typename Wide>
Wide valueAt(const void *values, uint32_t element, int64_t k) {
  switch (element) {
  case SCRATCH_F64:
    return static_cast<Wide>(static_cast<const double *>(values)[k]);
  case SCRATCH_F32:
    return static_cast<Wide>(static_cast<const float *>(values)[k]);
  case SCRATCH_I64:
    return static_cast<Wide>(static_cast<const int64_t *>(values)[k]);
  case SCRATCH_I32:
    return static_cast<Wide>(static_cast<const int32_t *>(values)[k]);
  default:
    return static_cast<Wide>(static_cast<const int8_t *>(values)[k]);
  }
}

/// Store a wide value into a buffer of the element type.
template <typename Wide>
void storeAt(void *values, uint32_t element, int64_t k, Wide value) {
  switch (element) {
  case SCRATCH_F64:
    static_cast<double *>(values)[k] = static_cast<double>(value);
    break;
  case SCRATCH_F32:
    static_cast<float *>(values)[k] = static_cast<float>(value);
    break;
  case SCRATCH_I64:
    static_cast<int64_t *>(values)[k] = static_cast<int64_t>(value);
    break;
  case SCRATCH_I32:
    static_cast<int32_t *>(values)[k] = static_cast<int32_t>(value);
    break;
  default:
    static_cast<int8_t *>(values)[k] = static_cast<int8_t>(value);
  }
}

inline bool isReal(uint32_t element) {
  return element == SCRATCH_F64 || element == SCRATCH_F32;
}

template <typename Wide> struct Rows {
  int64_t rows, cols;
  std::vector<int64_t> positions, columns;
  std::vector<Wide> values;

  explicit Rows(const scratch_tensor &t) : rows(t.shape[0]), cols(t.shape[1]) {
    const bool byRows = t.format == SCRATCH_FORMAT_CSR;
    positions.assign(static_cast<std::size_t>(rows) + 1, 0);
    columns.resize(static_cast<std::size_t>(t.nnz));
    values.resize(static_cast<std::size_t>(t.nnz));
    const int64_t segments = byRows ? rows : cols;
    auto forEntries = [&](auto &&body) {
      for (int64_t s = 0; s < segments; ++s) {
        int64_t end = indexAt(t.positions, t.position_bits, s + 1);
        for (int64_t p = indexAt(t.positions, t.position_bits, s); p < end;
             ++p) {
          int64_t c = indexAt(t.coordinates, t.coordinate_bits, p);
          body(byRows ? s : c, byRows ? c : s, p);
        }
      }
    };
    forEntries([&](int64_t row, int64_t, int64_t) { ++positions[row + 1]; });
    for (int64_t row = 0; row < rows; ++row)
      positions[row + 1] += positions[row];
    std::vector<int64_t> next(positions.begin(), positions.end());
    forEntries([&](int64_t row, int64_t col, int64_t p) {
      int64_t to = next[row]++;
      columns[to] = col;
      values[to] = valueAt<Wide>(t.values, t.element, p);
    });
  }
};

} // namespace scratch::reference
#endif // SCRATCH_REFERENCE_ROWS_H
