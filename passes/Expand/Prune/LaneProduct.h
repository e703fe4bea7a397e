//===- LaneProduct.h - packed weights times few samples, in lanes -*- C++ -*-===//
#ifndef SCRATCH_PASSES_EXPAND_PRUNE_LANEPRODUCT_H
#define SCRATCH_PASSES_EXPAND_PRUNE_LANEPRODUCT_H

#include "dialects/Scratch/Scratch.h"
#include "passes/Emission/LoopBuilder.h"

namespace scratch {

/// Most samples that meet lanes of weights: more fill vectors of their own.
inline constexpr int64_t kLaneSamples = 8;

/// Whether weights of a format and element type can be spread over lanes: f32,
/// `bitmap` or `n_m, 2, 4`, vectors of 256 bits or more.
bool canExpandLanes(PackingAttr packing, mlir::Type element, int64_t vectorBits);

/// Buffers of such weights and of the samples.
struct LaneOperands {
  PackingAttr packing;
  int64_t vectorBits;
  mlir::Value positions;     ///< bitmap only
  mlir::Value bytes, values;
  mlir::Value rows, columns; ///< of the weights
  mlir::Value samples;       ///< flat, one sample after the other
  mlir::Value stride;        ///< from one to the next
};

/// Rows that are computed at once, for so many samples.
int64_t laneRows(int64_t samples);

/// The sums of laneRows(samples) rows from `row` on: f32, row by row. Rows that are
/// not there repeat the last one.
LoopBuilder::Values emitLaneProduct(LoopBuilder &b, const LaneOperands &operands, mlir::Value row,
                                    int64_t samples);

} // namespace scratch

#endif // SCRATCH_PASSES_EXPAND_PRUNE_LANEPRODUCT_H
