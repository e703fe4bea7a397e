//===- FilledRows.h - the rows of A that have entries -----------*- C++ -*-===//
//
// Stage: expand. Every pass over rows costs a nanosecond or two on each, empty or not. Where most
// rows of A are empty (hypersparse matrices), the product of the others alone is computed, and
// positions of all rows are filled in at the end: two passes that skip sixteen empty rows at once.
//
//===----------------------------------------------------------------------===//
#ifndef SCRATCH_PASSES_EXPAND_SPGEMM_FILLEDROWS_H
#define SCRATCH_PASSES_EXPAND_SPGEMM_FILLEDROWS_H

#include "passes/Expand/Spgemm/OpenProduct.h"

namespace scratch {

class FilledRows {
public:
  /// Whether a row's number means nothing but its place: no mask, matrix to add to or epilogue.
  static bool suits(const OpenProduct &product);

  /// Takes empty rows out of `product`, where most of them are.
  FilledRows(LoopBuilder &b, OpenProduct &product);

  /// Positions of the result's rows, from those of the product's.
  mlir::Value spread(mlir::Value positions) const;

private:
  mlir::Value collect(const SparseOperand &lhs) const;

  LoopBuilder &b;
  mlir::Value rows;   ///< all of them
  mlir::Value few;    ///< i1: empty ones are left out
  mlir::Value kept;   ///< where filled rows begin, and from `numbers` on, which rows they are
  mlir::Value numbers;
  mlir::Value count;  ///< rows of the product
};

} // namespace scratch

#endif // SCRATCH_PASSES_EXPAND_SPGEMM_FILLEDROWS_H
