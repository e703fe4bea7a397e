//===- LaneProduct.h - packed weights times few samples, in lanes -*- C++ -*-===//
#ifndef SCRATCH_PASSES_EXPAND_PRUNE_LANEPRODUCT_H
#define SCRATCH_PASSES_EXPAND_PRUNE_LANEPRODUCT_H

#include "dialects/Scratch/Scratch.h"
#include "passes/Emission/LoopBuilder.h"

namespace scratch {

/// Most samples that meet lanes of weights of a format: more fill vectors of their
/// own. 0: its weights are not spread over lanes. f32 of `bitmap`, `n_m, 2, 4` and
/// `delta`, with vectors of 256 bits or more.
int64_t laneSamples(PackingAttr packing, mlir::Type element, int64_t vectorBits);

/// Rows that are computed at once, for so many samples.
int64_t laneRows(PackingAttr packing, int64_t samples);

/// Elements behind the samples that are read, and multiplied by zero.
int64_t lanesBehind(PackingAttr packing, int64_t vectorBits);

/// Buffers of such weights and of the samples.
struct LaneOperands {
  PackingAttr packing;
  int64_t vectorBits;
  mlir::Value positions;     ///< bitmap, delta
  mlir::Value bytes, values;
  mlir::Value rows, columns; ///< of the weights
  mlir::Value samples;       ///< flat, one sample after the other
  mlir::Value stride;        ///< from one to the next
};

/// The sums of laneRows(packing, samples) rows, from `row` on and `apart` from each other:
/// f32, row by row. Rows that are not there repeat the last one.
LoopBuilder::Values emitLaneProduct(LoopBuilder &b, const LaneOperands &operands, mlir::Value row,
                                    mlir::Value apart, int64_t samples);

/// The same for `delta` and one sample, with vectors of 512 bits (DeltaLanes.cpp) or 256
/// (DeltaRuns.cpp).
LoopBuilder::Values emitDeltaRows(LoopBuilder &b, const LaneOperands &operands, mlir::Value row,
                                  mlir::Value apart, int64_t height);
LoopBuilder::Values emitDeltaRuns(LoopBuilder &b, const LaneOperands &operands, mlir::Value row,
                                  mlir::Value apart, int64_t height);

/// Asks for the part of a buffer that is read some steps after `at`, while a walk
/// through it is short of the automatic prefetcher's patience. May lie behind the end.
void askAhead(LoopBuilder &b, mlir::Value buffer, mlir::Value at);

} // namespace scratch

#endif // SCRATCH_PASSES_EXPAND_PRUNE_LANEPRODUCT_H
