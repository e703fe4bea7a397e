//===- Kernels.h - one expansion per kind of kernel -------------*- C++ -*-===//
//
// Stage: expand. Each function obeys the kernel's #scratch.strategy, writes the
// loops before it and returns the value that replaces its result.
//
//===----------------------------------------------------------------------===//
#ifndef SCRATCH_PASSES_EXPAND_KERNELS_H
#define SCRATCH_PASSES_EXPAND_KERNELS_H

#include "dialects/Scratch/Scratch.h"
#include "passes/Emission/LoopBuilder.h"

namespace scratch {

mlir::FailureOr<mlir::Value> expandSpgemm(LoopBuilder &b, SpgemmOp op);
mlir::FailureOr<mlir::Value> expandSpgemmExecute(LoopBuilder &b, SpgemmExecuteOp op);
mlir::FailureOr<mlir::Value> expandSpgemmPlan(LoopBuilder &b, SpgemmPlanOp op);
mlir::FailureOr<mlir::Value> expandFingerprint(LoopBuilder &b, FingerprintOp op);
/// Of a stored matrix, or of a product that is not stored then.
mlir::FailureOr<mlir::Value> expandFold(LoopBuilder &b, FoldOp op);
/// Whether a product is computed by the fold that uses it.
bool isFolded(SpgemmOp op);
mlir::FailureOr<mlir::Value> expandSpmm(LoopBuilder &b, SpmmOp op);
mlir::FailureOr<mlir::Value> expandSpmv(LoopBuilder &b, SpmvOp op);
/// Attention has a tiling in place of a strategy, and one or two results.
mlir::FailureOr<LoopBuilder::Values> expandAttention(LoopBuilder &b, AttentionOp op);
mlir::FailureOr<LoopBuilder::Values> expandAttentionBackward(LoopBuilder &b,
                                                             AttentionBackwardOp op);
LoopBuilder::Values expandAttentionMerge(LoopBuilder &b, AttentionMergeOp op);
/// The inspector of a mask.
mlir::FailureOr<mlir::Value> expandMaskBlocks(LoopBuilder &b, BlocksOfMaskOp op);
mlir::FailureOr<mlir::Value> expandSddmm(LoopBuilder &b, SddmmOp op);

} // namespace scratch

#endif // SCRATCH_PASSES_EXPAND_KERNELS_H
