/*===- Tensor.c - wrap, free and check tensors ------------------------------===
 *
 * For callers of kernels: failures are returned, with text in the thread's last
 * error, and do not touch a call in progress.
 *===----------------------------------------------------------------------===*/
#include "runtime/core/Call.h"

#include <stdlib.h>
#include <string.h>

static int64_t element_bytes(uint32_t element) {
  switch (element) {
#define SCRATCH_ELEMENT(name, value, bytes, mlir)                              \
  case value:                                                                  \
    return bytes;
#include "runtime/abi/Elements.def"
  }
  return 0;
}

/* An unsigned index; those past int64 come back negative. */
static int64_t index_at(const void *indices, uint32_t bits, int64_t k) {
  return bits == 32 ? (int64_t)((const uint32_t *)indices)[k]
                    : ((const int64_t *)indices)[k];
}

static scratch_status check_element(scratch_element element) {
  if (element_bytes(element))
    return SCRATCH_OK;
  return scratch_report(SCRATCH_INVALID_ARGUMENT,
                        "tensor: found element code %d, expected a "
                        "scratch_element",
                        (int)element);
}

static scratch_status check_bits(const char *what, uint32_t bits) {
  if (bits == 32 || bits == 64)
    return SCRATCH_OK;
  return scratch_report(SCRATCH_INVALID_ARGUMENT,
                        "tensor: found %u %s bits, expected 32 or 64", bits,
                        what);
}

scratch_status scratch_wrap_sparse(scratch_tensor *out, scratch_format format,
                                   scratch_element element,
                                   uint32_t position_bits,
                                   uint32_t coordinate_bits, int64_t rows,
                                   int64_t cols, const void *positions,
                                   const void *coordinates,
                                   const void *values) {
  if (!out)
    return scratch_report(SCRATCH_INVALID_ARGUMENT,
                          "tensor: found null, expected a place for it");
  memset(out, 0, sizeof *out);
  if (format != SCRATCH_FORMAT_CSR && format != SCRATCH_FORMAT_CSC)
    return scratch_report(SCRATCH_INVALID_ARGUMENT,
                          "tensor: found format code %d, expected csr or csc",
                          (int)format);
  scratch_status status = check_element(element);
  if (!status)
    status = check_bits("position", position_bits);
  if (!status)
    status = check_bits("coordinate", coordinate_bits);
  if (status)
    return status;
  if (rows < 0 || cols < 0)
    return scratch_report(SCRATCH_INVALID_ARGUMENT,
                          "tensor: found %lld x %lld, expected extents of at "
                          "least 0",
                          (long long)rows, (long long)cols);
  if (!positions)
    return scratch_report(SCRATCH_INVALID_ARGUMENT,
                          "tensor: found null positions, expected a buffer");
  int64_t nnz = index_at(positions, position_bits,
                         format == SCRATCH_FORMAT_CSR ? rows : cols);
  if (nnz < 0)
    return scratch_report(SCRATCH_INVALID_STRUCTURE,
                          "tensor: found last position %lld, expected at "
                          "least 0",
                          (long long)nnz);
  if (nnz && (!coordinates || !values))
    return scratch_report(SCRATCH_INVALID_ARGUMENT,
                          "tensor: found null %s, expected a buffer",
                          coordinates ? "values" : "coordinates");
  out->version = SCRATCH_ABI_VERSION;
  out->format = (uint8_t)format;
  out->element = (uint8_t)element;
  out->position_bits = (uint8_t)position_bits;
  out->coordinate_bits = (uint8_t)coordinate_bits;
  out->rank = 2;
  out->shape[0] = rows;
  out->shape[1] = cols;
  out->nnz = nnz;
  out->positions = (void *)positions;
  out->coordinates = (void *)coordinates;
  out->values = (void *)values;
  return SCRATCH_OK;
}

scratch_status scratch_wrap_csr(scratch_tensor *out, scratch_element element,
                                uint32_t index_bits, int64_t rows, int64_t cols,
                                const void *positions, const void *coordinates,
                                const void *values) {
  return scratch_wrap_sparse(out, SCRATCH_FORMAT_CSR, element, index_bits,
                             index_bits, rows, cols, positions, coordinates,
                             values);
}

scratch_status scratch_wrap_dense(scratch_tensor *out, scratch_element element,
                                  uint32_t rank, const int64_t *shape,
                                  const void *values) {
  if (!out)
    return scratch_report(SCRATCH_INVALID_ARGUMENT,
                          "tensor: found null, expected a place for it");
  memset(out, 0, sizeof *out);
  scratch_status status = check_element(element);
  if (status)
    return status;
  if (rank < 1 || rank > SCRATCH_MAX_RANK || !shape)
    return scratch_report(SCRATCH_INVALID_ARGUMENT,
                          "tensor: found rank %u%s, expected 1 to %d extents",
                          rank, shape ? "" : " without a shape",
                          SCRATCH_MAX_RANK);
  int64_t count = 1;
  for (uint32_t d = 0; d < rank; ++d)
    if (shape[d] < 0 || __builtin_mul_overflow(count, shape[d], &count))
      return scratch_report(SCRATCH_INVALID_ARGUMENT,
                            "tensor: found extent %lld in dimension %u, "
                            "expected a product of extents within 64 bits",
                            (long long)shape[d], d);
  if (count && !values)
    return scratch_report(SCRATCH_INVALID_ARGUMENT,
                          "tensor: found null values, expected a buffer");
  out->version = SCRATCH_ABI_VERSION;
  out->format = SCRATCH_FORMAT_DENSE;
  out->element = (uint8_t)element;
  out->rank = rank;
  memcpy(out->shape, shape, rank * sizeof *shape);
  out->nnz = count;
  out->values = (void *)values;
  return SCRATCH_OK;
}

void scratch_tensor_free(scratch_tensor *tensor) {
  if (!tensor)
    return;
  if (tensor->flags & SCRATCH_TENSOR_OWNED) {
    scratch_rt_release(tensor->positions);
    scratch_rt_release(tensor->coordinates);
    scratch_rt_release(tensor->values);
  }
  memset(tensor, 0, sizeof *tensor);
}

static int compare_indices(const void *a, const void *b) {
  int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
  return (x > y) - (x < y);
}

/* Coordinates of one row (of CSR; column of CSC): in range, unique, in order
 * unless `unordered`. `sorted` has room for the longest such row. */
static scratch_status check_segment(const scratch_tensor *t, int64_t row,
                                    int64_t from, int64_t to, int64_t extent,
                                    int64_t *sorted) {
  int ascending = 1;
  for (int64_t p = from; p < to; ++p) {
    int64_t c = index_at(t->coordinates, t->coordinate_bits, p);
    if (c < 0 || c >= extent)
      return scratch_report(SCRATCH_INVALID_STRUCTURE,
                            "row %lld: found coordinate %lld, expected less "
                            "than %lld",
                            (long long)row, (long long)c, (long long)extent);
    if (p > from && c <= index_at(t->coordinates, t->coordinate_bits, p - 1))
      ascending = 0;
    sorted[p - from] = c;
  }
  if (ascending)
    return SCRATCH_OK;
  qsort(sorted, (size_t)(to - from), sizeof *sorted, compare_indices);
  for (int64_t k = 1; k < to - from; ++k)
    if (sorted[k] == sorted[k - 1])
      return scratch_report(SCRATCH_INVALID_STRUCTURE,
                            "row %lld: found coordinate %lld twice, expected "
                            "it once",
                            (long long)row, (long long)sorted[k]);
  if (t->flags & SCRATCH_TENSOR_UNORDERED)
    return SCRATCH_OK;
  return scratch_report(SCRATCH_INVALID_STRUCTURE,
                        "row %lld: found coordinates out of order, expected "
                        "ascending ones",
                        (long long)row);
}

static scratch_status check_positions(const scratch_tensor *t, int64_t rows,
                                      int64_t *longest) {
  int64_t last = index_at(t->positions, t->position_bits, 0);
  if (last != 0)
    return scratch_report(SCRATCH_INVALID_STRUCTURE,
                          "positions: found %lld first, expected 0",
                          (long long)last);
  *longest = 0;
  for (int64_t row = 0; row < rows; ++row) {
    int64_t next = index_at(t->positions, t->position_bits, row + 1);
    if (next < last)
      return scratch_report(SCRATCH_INVALID_STRUCTURE,
                            "positions: found %lld after %lld at row %lld, "
                            "expected ascending ones",
                            (long long)next, (long long)last, (long long)row);
    if (next - last > *longest)
      *longest = next - last;
    last = next;
  }
  if (last != t->nnz)
    return scratch_report(SCRATCH_INVALID_STRUCTURE,
                          "positions: found %lld last, expected %lld entries",
                          (long long)last, (long long)t->nnz);
  return SCRATCH_OK;
}

static scratch_status check_header(const scratch_tensor *t) {
  if (!t)
    return scratch_report(SCRATCH_INVALID_ARGUMENT,
                          "tensor: found null, expected a tensor");
  if (t->version != SCRATCH_ABI_VERSION)
    return scratch_report(SCRATCH_VERSION_MISMATCH,
                          "tensor: found version %u, expected %u", t->version,
                          SCRATCH_ABI_VERSION);
  scratch_status status = check_element((scratch_element)t->element);
  if (status)
    return status;
  if (t->format == SCRATCH_FORMAT_DENSE) {
    scratch_tensor same;
    return scratch_wrap_dense(&same, (scratch_element)t->element, t->rank,
                              t->shape, t->values);
  }
  if ((t->format != SCRATCH_FORMAT_CSR && t->format != SCRATCH_FORMAT_CSC) ||
      t->rank != 2)
    return scratch_report(SCRATCH_INVALID_STRUCTURE,
                          "tensor: found format code %u of rank %u, expected a "
                          "sparse matrix",
                          t->format, t->rank);
  status = check_bits("position", t->position_bits);
  if (!status)
    status = check_bits("coordinate", t->coordinate_bits);
  if (status)
    return status;
  if (t->shape[0] < 0 || t->shape[1] < 0 || t->nnz < 0)
    return scratch_report(SCRATCH_INVALID_STRUCTURE,
                          "tensor: found %lld x %lld with %lld entries, "
                          "expected numbers of at least 0",
                          (long long)t->shape[0], (long long)t->shape[1],
                          (long long)t->nnz);
  if (!t->positions || (t->nnz && (!t->coordinates || !t->values)))
    return scratch_report(SCRATCH_INVALID_STRUCTURE,
                          "tensor: found a null buffer, expected positions, "
                          "coordinates and values");
  return SCRATCH_OK;
}

scratch_status scratch_tensor_check(const scratch_tensor *t) {
  scratch_status status = check_header(t);
  if (status || t->format == SCRATCH_FORMAT_DENSE)
    return status;
  int by_rows = t->format == SCRATCH_FORMAT_CSR;
  int64_t rows = t->shape[by_rows ? 0 : 1], extent = t->shape[by_rows ? 1 : 0];
  int64_t longest;
  status = check_positions(t, rows, &longest);
  if (status || longest == 0)
    return status;
  int64_t *sorted = malloc((size_t)longest * sizeof *sorted);
  if (!sorted)
    return scratch_report(SCRATCH_OUT_OF_MEMORY,
                          "tensor: found no memory to check it, expected room "
                          "for %lld coordinates",
                          (long long)longest);
  for (int64_t row = 0; row < rows && !status; ++row)
    status = check_segment(
        t, row, index_at(t->positions, t->position_bits, row),
        index_at(t->positions, t->position_bits, row + 1), extent, sorted);
  free(sorted);
  return status;
}
