//===- MaskUses.h - what is done with masks of weights ----------*- C++ -*-===//
//
// Stage: expand. Each function writes the loops before its op and returns the
// values that replace the results.
//
//===----------------------------------------------------------------------===//
#ifndef SCRATCH_PASSES_EXPAND_PRUNE_MASKUSES_H
#define SCRATCH_PASSES_EXPAND_PRUNE_MASKUSES_H

#include "passes/Expand/Prune/MaskGrids.h"

namespace scratch {

/// Any PruningOpInterface.
mlir::FailureOr<LoopBuilder::Values> expandPruning(LoopBuilder &b, mlir::Operation *op,
                                                   MaskGrids &masks);

/// Records a mismatch of a mask's extents, where it knows them, with those of
/// what it is for, where not null.
void checkMaskShape(LoopBuilder &b, const MaskGrids &masks, mlir::Value mask, mlir::Value rows,
                    mlir::Value columns);

mlir::FailureOr<LoopBuilder::Values> expandPack(LoopBuilder &b, PackOp op, MaskGrids &masks);
mlir::FailureOr<LoopBuilder::Values> expandPackedMatmul(LoopBuilder &b, PackedMatmulOp op);
mlir::Value emitTransposedProduct(LoopBuilder &b, PackedMatmulOp op);
mlir::Value emitPackedGradient(LoopBuilder &b, PackedGradientOp op);

/// positions[i + 1] holds a count on entry, the sum of counts up to i afterwards;
/// returns the total. More than the positions' type holds is a failure.
mlir::Value emitPrefixSum(LoopBuilder &b, mlir::Value positions, mlir::Value rows,
                          llvm::StringRef what);

} // namespace scratch

#endif // SCRATCH_PASSES_EXPAND_PRUNE_MASKUSES_H
