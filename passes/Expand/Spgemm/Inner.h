//===- Inner.h - SpGEMM by dot products -------------------------*- C++ -*-===//
//
// Stage: expand. One dot product per entry of the mask, or per cell of the result
// where there is no mask: row i of A with column j of B (InnerOperands.h). Row i is laid out in a
// table once where the table stays in the cache (RowTable.h), for TableDots.h; else ListDots.h
// compares two lists. InnerWork.h weighs rows.
//
//===----------------------------------------------------------------------===//
#ifndef SCRATCH_PASSES_EXPAND_SPGEMM_INNER_H
#define SCRATCH_PASSES_EXPAND_SPGEMM_INNER_H

#include "passes/Expand/Spgemm/InnerWork.h"
#include "passes/Expand/Spgemm/RowOutput.h"
#include "passes/Expand/Spgemm/RowTable.h"

namespace scratch {

class InnerProduct {
public:
  InnerProduct(LoopBuilder &b, SpgemmOp op)
      : b(b), operands(op), work(b, operands), rowTable(b, operands) {}
  InnerProduct(const InnerProduct &) = delete; // parts refer to the operands

  /// Opens the operands and weighs the work, with `compared` only where matrices
  /// look as if it could win. Fails with an error on the op.
  mlir::LogicalResult open(bool compared);
  /// Whether the operands allow a comparison with row-wise.
  bool canCompare() const { return operands.canCompare(); }
  /// Whether it takes less than row-wise on these matrices (i1).
  mlir::Value isCheaper() const { return work.isCheaper(); }
  /// Positions, coordinates and values of the result.
  LoopBuilder::Values compute();
  /// Releases what `open` made.
  void close() const { work.release(); }

private:
  mlir::Value computeRow(mlir::Value table, mlir::Value row, const RowOutput &output) const;
  mlir::Value dropZero(mlir::Value at, mlir::Value from, mlir::Value to) const;

  LoopBuilder &b;
  InnerOperands operands;
  InnerWork work;
  RowTable rowTable;
};

} // namespace scratch

#endif // SCRATCH_PASSES_EXPAND_SPGEMM_INNER_H
