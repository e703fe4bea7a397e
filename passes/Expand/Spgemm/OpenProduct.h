//===- OpenProduct.h - an SpGEMM whose operands are open --------*- C++ -*-===//
//
// Stage: expand. What all parts of a row-wise product read and none of them changes: the
// operands' buffers in the roles of A and B, the mask, the matrix to add to, the operators
// and the extents. Columns-first matrices have exchanged roles, since (A B)' = B' A': a row
// is a major index here.
//
//===----------------------------------------------------------------------===//
#ifndef SCRATCH_PASSES_EXPAND_SPGEMM_OPENPRODUCT_H
#define SCRATCH_PASSES_EXPAND_SPGEMM_OPENPRODUCT_H

#include "passes/Emission/Semiring.h"
#include "passes/Expand/MaskTree.h"
#include "passes/Expand/Operands.h"
#include "passes/Expand/Spgemm/RowOutput.h"

namespace scratch {

struct OpenProduct {
  OpenProduct(SpgemmOp op, bool columnMajor);

  /// In this order; each fails with an error on the op.
  mlir::LogicalResult openOperands(LoopBuilder &b);
  mlir::LogicalResult openMask(LoopBuilder &b);
  mlir::LogicalResult openInit(LoopBuilder &b);
  /// Where the strategy says outer products: B becomes their rows, A the unit matrix.
  void multiplyOut(LoopBuilder &b);
  /// What `multiplyOut` made.
  void release(LoopBuilder &b) const;

  Phases phases() const { return op.getStrategyAttr().getPhases(); }
  mlir::Type coordinateType() const;
  TileType tileType(AccumulatorKind kind) const;
  /// Whether all segments of a row show their column range at both ends.
  bool showsRange() const { return rhs.ordered && (!init || init->ordered); }
  bool isOrderedResult() const;
  /// Runs the epilogue on a row that has been written; returns how many entries are left.
  mlir::Value finishRow(LoopBuilder &b, mlir::Value row, const RowOutput &output,
                        mlir::Value count) const;

  mutable SpgemmOp op; ///< a handle, whose accessors are not const
  SemiringEmitter semiring;
  SemiringEmitter scaling; ///< how entries of A scale rows of B
  mlir::RankedTensorType resultType;
  bool columnMajor;
  bool partials = false;       ///< B is outer products: coordinates repeat
  SparseOperand lhs, rhs;      ///< in the roles of A and B
  std::optional<SparseOperand> init; ///< the matrix that the product is added to
  MaskTree mask;
  mlir::Value rows, columns;   ///< major and minor extent of the result

private:
  bool byColumns = false;   ///< A is stored by columns, for outer products
  LoopBuilder::Values made;
};

} // namespace scratch

#endif // SCRATCH_PASSES_EXPAND_SPGEMM_OPENPRODUCT_H
