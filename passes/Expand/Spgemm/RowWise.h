//===- RowWise.h - row-wise SpGEMM ------------------------------*- C++ -*-===//
//
// Stage: expand. Gustavson's algorithm [1]: row i of the result merges the rows
// of B that the entries of A's row i name. Columns-first matrices are the same
// loops on exchanged operands. Rows of outer products (Outer.h) are merged like rows of B.
//
// An upper bound of every row (its products) comes first; it balances the work,
// bounds the accumulators and, with one phase, places the rows. Then the rows are computed by
// workers by themselves, or in windows by workers of a team together:
//
//   OpenProduct   operands, mask, operators          Variants   the strategy's accumulators
//   FilledRows    empty rows left out
//   Bounds        what rows need at most             Accumulators   those of a worker
//   Workers       chunks of rows, in one phase or two
//     Blocks        rows together                    SplitRows  rows in parts
//     Rows          one row:
//       Merge         without an accumulator
//       RowShape, RowChoice, RowTiles   measured, in the accumulator that suits it
//       MaskedRows, MaskedCounts, MaskedWhole   along its mask
//   TeamProduct   windows of rows
//
// [1] F. G. Gustavson, ACM TOMS 4(3), 1978.
//
//===----------------------------------------------------------------------===//
#ifndef SCRATCH_PASSES_EXPAND_SPGEMM_ROWWISE_H
#define SCRATCH_PASSES_EXPAND_SPGEMM_ROWWISE_H

#include "passes/Expand/Spgemm/Variants.h"

namespace scratch {

class RowWiseProduct {
public:
  /// Loops may go over columns instead of the result's rows, where it is not stored.
  RowWiseProduct(LoopBuilder &b, SpgemmOp op, bool columnMajor)
      : b(b), op(op), product(op, columnMajor), variants(variantsOf(op)) {}
  RowWiseProduct(LoopBuilder &b, SpgemmOp op)
      : RowWiseProduct(b, op, isColumnMajor(op.getType())) {}

  /// Opens the operands. Fails with an error on the op.
  mlir::LogicalResult open();
  /// Positions, coordinates and values of the result.
  LoopBuilder::Values compute();
  /// The product's entries merged by a fold, over all or over major indices.
  mlir::Value fold(FoldOp op);

private:
  static llvm::ArrayRef<VariantAttr> variantsOf(SpgemmOp op);
  LoopBuilder::Values computeByWorkers();
  LoopBuilder::Values computeEither();

  LoopBuilder &b;
  SpgemmOp op;
  OpenProduct product;
  Variants variants;
  mlir::Value window; ///< columns of a dense window, at most
};

} // namespace scratch

#endif // SCRATCH_PASSES_EXPAND_SPGEMM_ROWWISE_H
