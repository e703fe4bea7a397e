//===- Positions.h - positions of a product's result ------------*- C++ -*-===//
#ifndef SCRATCH_PASSES_EXPAND_SPGEMM_POSITIONS_H
#define SCRATCH_PASSES_EXPAND_SPGEMM_POSITIONS_H

#include "passes/Emission/LoopBuilder.h"

namespace scratch {

/// A buffer for the positions of `rows` rows; the first is zero.
mlir::Value openPositions(LoopBuilder &b, mlir::RankedTensorType result, mlir::Value rows);

/// Counts in positions[1..rows] become positions; returns the total, which is checked.
mlir::Value scanCounts(LoopBuilder &b, mlir::RankedTensorType result, mlir::Value positions,
                       mlir::Value rows);

/// Fails unless the result's positions can say `total`.
void checkTotal(LoopBuilder &b, mlir::RankedTensorType result, mlir::Value total);

} // namespace scratch

#endif // SCRATCH_PASSES_EXPAND_SPGEMM_POSITIONS_H
