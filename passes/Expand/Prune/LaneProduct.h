//===- LaneProduct.h - packed weights times one vector, in lanes -*- C++ -*-===//
#ifndef SCRATCH_PASSES_EXPAND_PRUNE_LANEPRODUCT_H
#define SCRATCH_PASSES_EXPAND_PRUNE_LANEPRODUCT_H

#include "dialects/Scratch/Scratch.h"
#include "passes/Emission/LoopBuilder.h"

namespace scratch {

/// Whether weights of a format and element type can be spread over lanes: f32,
/// `bitmap` or `n_m, 2, 4`.
bool canExpandLanes(PackingAttr packing, mlir::Type element);

/// Buffers of such weights and of the vector.
struct LaneOperands {
  PackingAttr packing;
  mlir::Value positions; ///< bitmap only
  mlir::Value bytes, values, rhs;
  mlir::Value columns;
};

/// The product of one row with the vector: f32.
mlir::Value emitLaneProduct(LoopBuilder &b, const LaneOperands &operands, mlir::Value row);

} // namespace scratch

#endif // SCRATCH_PASSES_EXPAND_PRUNE_LANEPRODUCT_H
