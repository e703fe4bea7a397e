//===- Reference.h - products of sparse matrices, computed plainly -------===//
//
// Same meaning as the kernel ops of the scratch dialect, another algorithm: all
// products of a row are listed, sorted by column and folded in order. Operands
// and results are CSR or CSC (results: CSR, sorted) of f64, f32, i64, i32 or
// i8; indices of any width (results: as the left or sampled operand's).
//
// An entry is present because a product fell on it, whatever its value: zeros
// and identities stay. Real values are accumulated in double and rounded once.
// The value of `any` is the last product's; its pair product is always 1.
//===----------------------------------------------------------------------===//
#ifndef SCRATCH_REFERENCE_REFERENCE_H
#define SCRATCH_REFERENCE_REFERENCE_H

#include "runtime/abi/scratch.h"

namespace scratch::reference {

struct Product {
  const char *semiring = "plus_times";
  /// Sparse matrix of the result's shape: only its entries are computed; with
  /// `mask_by_value` those that are not zero, with `complement` all others.
  const scratch_tensor *mask = nullptr;
  bool mask_by_value = false;
  bool complement = false;
  /// Matrix or vector to add the result to, dense for spmm and spmv, sparse for
  /// spgemm (whose mask it is not under); null: nothing.
  const scratch_tensor *init = nullptr;
  /// sddmm: values of the sampled matrix are not read / `b` is stored n x k.
  bool pattern_only = false;
  bool transposed = false;
  /// Receives, laid out like the values of the result, the f64 sum of |product|
  /// behind each entry: what relative errors are measured against.
  scratch_tensor *magnitude = nullptr;
};

/// c(i, j) = add over k of multiply(a(i, k), b(k, j)).
scratch_status spgemm(const scratch_tensor &a, const scratch_tensor &b,
                      const Product &how, scratch_tensor *out);
/// The same for a dense b (k x n), with a dense result.
scratch_status spmm(const scratch_tensor &a, const scratch_tensor &b,
                    const Product &how, scratch_tensor *out);
/// The same for a dense vector b.
scratch_status spmv(const scratch_tensor &a, const scratch_tensor &b,
                    const Product &how, scratch_tensor *out);
/// c(i, j) = multiply(s(i, j), add over k of multiply(a(i, k), b(k, j))) at the
/// entries of s, for dense a (m x k) and b (k x n).
scratch_status sddmm(const scratch_tensor &s, const scratch_tensor &a,
                     const scratch_tensor &b, const Product &how,
                     scratch_tensor *out);

/// Multiplications that spgemm(a, b) performs without a mask; -1 if the shapes
/// do not agree.
int64_t countProducts(const scratch_tensor &a, const scratch_tensor &b);

} // namespace scratch::reference
#endif // SCRATCH_REFERENCE_REFERENCE_H
