//===- Scores.h - one score per unit of a mask ------------------*- C++ -*-===//
#ifndef SCRATCH_PASSES_EXPAND_PRUNE_SCORES_H
#define SCRATCH_PASSES_EXPAND_PRUNE_SCORES_H

#include "passes/Expand/Prune/MaskGrids.h"

namespace scratch {

/// Scores of all units, row-major, in a new buffer of the caller's to release:
/// f64 for weights of f64, else f32. Sums run in double, in row-major order.
/// `inputs` may be null. A NaN becomes infinity.
mlir::Value emitScores(LoopBuilder &b, mlir::Value weights, mlir::Value inputs, ScoreNorm norm,
                       MaskType mask, const UnitGrid &grid);

/// The mean of `count` scores, in double, summed in order; 0 when count is 0.
mlir::Value emitMean(LoopBuilder &b, mlir::Value scores, mlir::Value count);

/// A score divided by a mean (0 when the mean is 0), in double.
mlir::Value emitRelative(LoopBuilder &b, mlir::Value score, mlir::Value mean);

mlir::Value toDouble(LoopBuilder &b, mlir::Value value);

} // namespace scratch

#endif // SCRATCH_PASSES_EXPAND_PRUNE_SCORES_H
