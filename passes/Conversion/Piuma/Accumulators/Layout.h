//===- Layout.h - a team's table in the scratchpad --------------*- C++ -*-===//
//
// Stage: map (PIUMA). Where the parts of a team's accumulator lie, in bytes from
// the beginning of the core's scratchpad, and how much fits. Sizes are found at
// run time: an image adapts to the machine that it runs on.
//
//===----------------------------------------------------------------------===//
#ifndef SCRATCH_PASSES_CONVERSION_PIUMA_ACCUMULATORS_LAYOUT_H
#define SCRATCH_PASSES_CONVERSION_PIUMA_ACCUMULATORS_LAYOUT_H

#include "dialects/Scratch/Scratch.h"
#include "passes/Emission/LoopBuilder.h"

namespace scratch::piuma {

/// Words for the counters that deals take pieces from.
inline constexpr int64_t kCounterWords = 64;

struct TeamLayout {
  mlir::Value entries; ///< that a tile holds; the table has twice as many slots
  mlir::Value rows;    ///< that a tile spans
  mlir::Value slots;
  // Byte offsets. Counters lie at 0.
  mlir::Value counts;  ///< i64 per row: entries, then where the next one goes
  mlir::Value tags;    ///< i64 per slot: row and column, all ones where free
  mlir::Value states;  ///< i32 per slot, where tiles are marked
  mlir::Value values;  ///< shared_hash: per slot; fragments: per entry, two tiles
  mlir::Value places;  ///< fragments: i32 per slot, where in the fragments
  mlir::Value columns; ///< fragments: coordinates per entry, two tiles
  // A tile addressed by column has the same bytes for itself, from `tags` on.
  mlir::Value width;        ///< columns that it spans
  mlir::Value directStates; ///< i32 per column, behind the values
};

TeamLayout layOut(LoopBuilder &b, mlir::ModuleOp module, AccumulatorType type, bool masked);

} // namespace scratch::piuma

#endif // SCRATCH_PASSES_CONVERSION_PIUMA_ACCUMULATORS_LAYOUT_H
