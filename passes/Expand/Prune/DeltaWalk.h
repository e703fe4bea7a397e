//===- DeltaWalk.h - rows of delta-coded weights, walked abreast -*- C++ -*-===//
//
// Stage: expand. The memory has several streams to serve while all of a few rows have whole
// steps; what is left of each row follows. How a step is summed is the machine's (DeltaLanes,
// DeltaRuns).
//
//===----------------------------------------------------------------------===//
#ifndef SCRATCH_PASSES_EXPAND_PRUNE_DELTAWALK_H
#define SCRATCH_PASSES_EXPAND_PRUNE_DELTAWALK_H

#include "passes/Expand/Prune/LaneProduct.h"

namespace scratch {

/// What a row carries from step to step is a column and two sums, both vectors of f32.
struct DeltaWalk {
  using Values = LoopBuilder::Values;
  using Carried = mlir::ValueRange;

  int64_t step;         ///< entries
  mlir::VectorType sum; ///< of each of the two
  llvm::function_ref<Values(mlir::Value at, Carried own)> whole;                   ///< a step
  llvm::function_ref<Values(mlir::Value at, mlir::Value end, Carried own)> rest; ///< what is left
};

/// Sums of rows `row`, `row + apart`, ..., `height` of them; beyond the last row it is repeated.
LoopBuilder::Values emitDeltaWalk(LoopBuilder &b, const LaneOperands &operands, mlir::Value row,
                                  mlir::Value apart, int64_t height, const DeltaWalk &walk);

} // namespace scratch

#endif // SCRATCH_PASSES_EXPAND_PRUNE_DELTAWALK_H
