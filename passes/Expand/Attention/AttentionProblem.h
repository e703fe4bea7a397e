//===- AttentionProblem.h - one attention, opened ---------------*- C++ -*-===//
//
// Stage: expand. The operands of an attention, its extents and its mask's formula, in
// front of all loops.
//
//===----------------------------------------------------------------------===//
#ifndef SCRATCH_PASSES_EXPAND_ATTENTION_ATTENTIONPROBLEM_H
#define SCRATCH_PASSES_EXPAND_ATTENTION_ATTENTIONPROBLEM_H

#include "passes/Expand/Attention/HeadTensors.h"
#include "passes/Expand/Attention/MaskFormula.h"

namespace scratch {

struct AttentionProblem {
  AttentionOp op;
  TilingAttr tiling;
  AttentionExtents e;
  HeadTensor query, key, value;
  MaskFormula formula;
  bool single = false; ///< all keys are in one tile

  /// Of tokens that are worked on, see TokenOrder.h.
  mlir::Value queryPlaces() const { return formula.queryPlaces; }
  mlir::Value keyPlaces() const { return formula.keyPlaces; }
  bool hasScore() const { return !const_cast<AttentionOp &>(op).getScore().empty(); }
  mlir::Value paddedValueSize(LoopBuilder &b) const {
    return b.roundUp(e.valueSize, tiling.getLanes());
  }

  /// Fails with an error on `op`.
  static llvm::FailureOr<AttentionProblem> open(LoopBuilder &b, AttentionOp op);
};

} // namespace scratch

#endif // SCRATCH_PASSES_EXPAND_ATTENTION_ATTENTIONPROBLEM_H
