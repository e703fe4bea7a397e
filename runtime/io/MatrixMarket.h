//===- MatrixMarket.h - read and write Matrix Market files ----------------===//
//
// The whole of the NIST exchange format [1] except complex values: coordinate
// and array files; real, integer and pattern fields; general, symmetric,
// skew-symmetric and hermitian matrices (hermitian without complex values is
// symmetric). A gzip file is known by its content, not by its name.
//
// Comments and blank lines may stand anywhere behind the banner. Otherwise
// reading is strict: one entry per line, indices in range, as many entries as
// the header says, only the lower triangle where a symmetry is declared. A
// malformed file gives one text `FILE:LINE: found X, expected Y`.
//
// [1] R. Boisvert, R. Pozo, K. Remington: The Matrix Market Exchange Formats,
//     NISTIR 5935, 1996.
//===----------------------------------------------------------------------===//
#ifndef SCRATCH_IO_MATRIXMARKET_H
#define SCRATCH_IO_MATRIXMARKET_H

#include "runtime/abi/scratch.h"

#ifdef __cplusplus
extern "C" {
#endif

/// What the file says about itself; the texts are constants.
typedef struct scratch_mtx_info {
  const char *format; ///< "coordinate" or "array"
  const char *field;  ///< "real", "integer" or "pattern"
  /// "general", "symmetric", "skew-symmetric" or "hermitian"
  const char *symmetry;
  int64_t rows, cols;
  int64_t stored; ///< entries in the file, before a symmetry is expanded
} scratch_mtx_info;

/// Read a file into an owned tensor: a coordinate file becomes CSR with sorted
/// columns and duplicates summed, an array file a dense row-major matrix.
/// Explicit zeros are kept; entries of a pattern have the value 1. Positions and
/// coordinates have `index_bits`, 32 or 64; extents beyond 2^31 - 1 need 64 and
/// are refused with SCRATCH_INDEX_OVERFLOW before anything is allocated.
///
/// Values become `element`: f64 and f32 are rounded once, correctly, and
/// refused beyond the largest finite value; i64 and i32 must be integral and in
/// range; i8, the boolean, holds 1 where the value is not zero and else 0 (a
/// sum of duplicates is then their logical or). An integer beyond 2^53 is rounded
/// in f64 as a real is. Duplicates are summed in the order of the file: a floating
/// sum may become infinite, an integer one that leaves the type on the way is
/// refused. `info` may be null.
scratch_status scratch_mtx_read(const char *path, scratch_element element,
                                uint32_t index_bits, scratch_mtx_info *info,
                                scratch_tensor *out);

/// Write a CSR or CSC matrix as a coordinate file, a dense vector or matrix as
/// an array file, such that reading it back gives the same bits (of a nan, its
/// sign). The file appears under its name only when it is complete; a link keeps
/// its name and gets new contents; a name that ends in .gz is compressed.
scratch_status scratch_mtx_write(const char *path,
                                 const scratch_tensor *tensor);

#ifdef __cplusplus
}
#endif
#endif // SCRATCH_IO_MATRIXMARKET_H
