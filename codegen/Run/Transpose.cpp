//===- Transpose.cpp - the transpose of a sparse matrix -------------------===//
//
// Counts the entries of every column, then places rows one after the other, so
// coordinates of the result ascend. One pass over positions and two over
// entries; no memory beside the result. Of CSC, read rows and columns the other
// way round.
//
//===----------------------------------------------------------------------===//
#include "codegen/Run/Transpose.h"

#include "codegen/Run/Elements.h"

#include <cstring>
#include <utility>

using namespace scratch;

template <typename Index>
static void place(const scratch_tensor &from, int64_t majors, int64_t minors,
                  int64_t valueBytes, scratch_tensor &to) {
  const auto *positions = static_cast<const Index *>(from.positions);
  const auto *columns = static_cast<const Index *>(from.coordinates);
  const auto *values = static_cast<const char *>(from.values);
  auto *starts = static_cast<Index *>(to.positions); // zero at first
  auto *rows = static_cast<Index *>(to.coordinates);
  auto *moved = static_cast<char *>(to.values);
  for (int64_t p = 0; p < from.nnz; ++p)
    ++starts[columns[p]];
  Index total = 0;
  for (int64_t c = 0; c <= minors; ++c)
    total += std::exchange(starts[c], total);
  for (int64_t row = 0; row < majors; ++row)
    for (Index p = positions[row]; p < positions[row + 1]; ++p) {
      Index to = starts[columns[p]]++;
      rows[to] = static_cast<Index>(row);
      std::memcpy(moved + to * valueBytes, values + p * valueBytes, valueBytes);
    }
  // Every start has become the next one's.
  std::memmove(starts + 1, starts, sizeof(Index) * minors);
  starts[0] = 0;
}

scratch_status scratch::transpose(const scratch_tensor &matrix,
                                  scratch_tensor *out) {
  int64_t indexBytes = matrix.position_bits / 8,
          valueBytes = bytesOfElement(matrix.element);
  bool byRows = matrix.format != SCRATCH_FORMAT_CSC;
  int64_t majors = matrix.shape[byRows ? 0 : 1],
          minors = matrix.shape[byRows ? 1 : 0];
  *out = matrix;
  out->flags = SCRATCH_TENSOR_OWNED;
  std::swap(out->shape[0], out->shape[1]);
  out->positions = scratch_rt_allocate_zero(minors + 1, indexBytes);
  out->coordinates = scratch_rt_allocate(matrix.nnz, indexBytes);
  out->values = scratch_rt_allocate(matrix.nnz, valueBytes);
  if (!out->positions || !out->coordinates || !out->values) {
    scratch_tensor_free(out);
    return SCRATCH_OUT_OF_MEMORY;
  }
  if (indexBytes == 4)
    place<uint32_t>(matrix, majors, minors, valueBytes, *out);
  else
    place<uint64_t>(matrix, majors, minors, valueBytes, *out);
  return SCRATCH_OK;
}

scratch_status scratch::toColumns(const scratch_tensor &matrix,
                                  scratch_tensor *out) {
  if (scratch_status status = transpose(matrix, out))
    return status;
  std::swap(out->shape[0], out->shape[1]);
  out->format = SCRATCH_FORMAT_CSC;
  return SCRATCH_OK;
}
