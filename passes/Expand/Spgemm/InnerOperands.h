//===- InnerOperands.h - operands of dot products ---------------*- C++ -*-===//
//
// Stage: expand. Rows of A, columns of B and the cells that are wanted of the result: those of
// a mask, or all. A B that is stored by rows has been turned round before columns are read.
//
//===----------------------------------------------------------------------===//
#ifndef SCRATCH_PASSES_EXPAND_SPGEMM_INNEROPERANDS_H
#define SCRATCH_PASSES_EXPAND_SPGEMM_INNEROPERANDS_H

#include "passes/Emission/Semiring.h"
#include "passes/Expand/MaskTree.h"
#include "passes/Expand/Operands.h"

namespace scratch {

struct InnerOperands {
  explicit InnerOperands(SpgemmOp op);

  /// With `compared`, B is looked at closer only where it looks as if dot products could win.
  /// Fails with an error on the op.
  mlir::LogicalResult open(LoopBuilder &b, bool compared);
  /// Whether dot products can be compared with row-wise: under a mask, B stored by rows.
  bool canCompare() const { return turned && sample; }
  /// Turns B round, if it is stored by rows.
  void turn(LoopBuilder &b);

  /// Entries that rows [first, last) of the result have at most.
  mlir::Value cellsOfRows(LoopBuilder &b, mlir::Value first, mlir::Value last) const;

  mutable SpgemmOp op; ///< a handle, whose accessors are not const
  SemiringEmitter semiring;
  mlir::RankedTensorType resultType;
  bool columnMajor;
  SparseOperand lhs, rhs;              ///< rows of A, columns of B
  std::optional<SparseOperand> sample; ///< rows of the mask; without one, every cell
  bool byValue = false;                ///< of the mask
  mlir::Value columns;                 ///< of the result
  bool turned = false;                 ///< B is stored by rows
  mlir::Value columnPositions;         ///< of B, one place late, where it is turned
  mlir::Value likely;                  ///< whether B is looked at closer (i1)

private:
  mlir::LogicalResult openSample(LoopBuilder &b);
  void checkCells(LoopBuilder &b);
};

} // namespace scratch

#endif // SCRATCH_PASSES_EXPAND_SPGEMM_INNEROPERANDS_H
