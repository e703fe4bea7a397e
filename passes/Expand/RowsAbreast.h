//===- RowsAbreast.h - sums of a vector of rows, folded at once -*- C++ -*-===//
//
// Stage: expand. A row of a few vectors ends unforeseen, and folding its lanes takes as long as
// reading it. As many rows as a vector has lanes are read abreast, a vector of each in turn:
// one loop ends for all of them, and their sums are folded by turning them into one vector.
// Vectors are read whole: what follows a row counts for nothing in its sum, which takes less
// than gathering under a mask.
//
// Emerald Rapids, f64, times as fast as before: from memory, 7 entries per row 1.07, 20 per row
// 1.05, stencils of 27 and 7 points 1.19 and 1.12 (mostly by fetching ahead into the first cache);
// in the cache a stencil of 7 points 1.2, ani4 1.1, brack2 1.05, cage10 1.03.
//
//===----------------------------------------------------------------------===//
#ifndef SCRATCH_PASSES_EXPAND_ROWSABREAST_H
#define SCRATCH_PASSES_EXPAND_ROWSABREAST_H

#include "passes/Expand/VectorProducts.h"

namespace scratch {

class RowsAbreast {
public:
  RowsAbreast(LoopBuilder &b, const VectorProducts &products, const SemiringEmitter &semiring,
              const SparseOperand &lhs)
      : b(b), products(products), semiring(semiring), lhs(lhs) {}

  /// Whether rows [first, last), a multiple of lanes, are such that a vector of every row is
  /// read for each one that the longest has, i1: some vectors each, of about the same length.
  mlir::Value suit(mlir::Value first, mlir::Value last);
  /// Sums of as many of them as a vector has lanes; `visit` is told of every vector of entries.
  mlir::Value sum(mlir::Value first, llvm::function_ref<void(mlir::Value p)> visit);

private:
  mlir::Value lengthsOf(mlir::Value first);
  mlir::Value greatest(mlir::Value lengths);

  LoopBuilder &b;
  const VectorProducts &products;
  const SemiringEmitter &semiring;
  const SparseOperand &lhs;
};

} // namespace scratch

#endif // SCRATCH_PASSES_EXPAND_ROWSABREAST_H
