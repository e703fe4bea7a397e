//===- Transpose.cpp - the transpose of a sparse matrix -------------------===//
//
// Counts the entries of every column, then places rows one after the other, so
// coordinates of the result ascend. One pass over positions and two over
// entries; no memory beside the result.
//
//===----------------------------------------------------------------------===//
#include "codegen/Run/Transpose.h"

#include <cstring>
#include <utility>

using namespace scratch;

template <typename Index>
static void place(const scratch_tensor &from, int64_t valueBytes,
                  scratch_tensor &to) {
  const auto *positions = static_cast<const Index *>(from.positions);
  const auto *columns = static_cast<const Index *>(from.coordinates);
  const auto *values = static_cast<const char *>(from.values);
  auto *starts = static_cast<Index *>(to.positions); // zero at first
  auto *rows = static_cast<Index *>(to.coordinates);
  auto *moved = static_cast<char *>(to.values);
  for (int64_t p = 0; p < from.nnz; ++p)
    ++starts[columns[p]];
  Index total = 0;
  for (int64_t c = 0; c <= from.shape[1]; ++c)
    total += std::exchange(starts[c], total);
  for (int64_t row = 0; row < from.shape[0]; ++row)
    for (Index p = positions[row]; p < positions[row + 1]; ++p) {
      Index to = starts[columns[p]]++;
      rows[to] = static_cast<Index>(row);
      std::memcpy(moved + to * valueBytes, values + p * valueBytes, valueBytes);
    }
  // Every start has become the next one's.
  std::memmove(starts + 1, starts, sizeof(Index) * from.shape[1]);
  starts[0] = 0;
}

static int64_t bytesOf(uint32_t element) {
  switch (element) {
#define SCRATCH_ELEMENT(name, value, bytes, mlir)                              \
  case value:                                                                  \
    return bytes;
#include "runtime/abi/Elements.def"
  }
  return 0;
}

scratch_status scratch::transpose(const scratch_tensor &matrix,
                                  scratch_tensor *out) {
  int64_t indexBytes = matrix.position_bits / 8,
          valueBytes = bytesOf(matrix.element);
  *out = matrix;
  out->flags = SCRATCH_TENSOR_OWNED;
  std::swap(out->shape[0], out->shape[1]);
  out->positions = scratch_rt_allocate_zero(matrix.shape[1] + 1, indexBytes);
  out->coordinates = scratch_rt_allocate(matrix.nnz, indexBytes);
  out->values = scratch_rt_allocate(matrix.nnz, valueBytes);
  if (!out->positions || !out->coordinates || !out->values) {
    scratch_tensor_free(out);
    return SCRATCH_OUT_OF_MEMORY;
  }
  if (indexBytes == 4)
    place<uint32_t>(matrix, valueBytes, *out);
  else
    place<uint64_t>(matrix, valueBytes, *out);
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
