//===- TeamHash.h - where a key of a team's table begins --------*- C++ -*-===//
//
// Stage: map, every target with teams. `multiplicative` spreads row and column over
// the whole table [1]. `high` and `low` begin in the part of the table that is the
// row's share, at the place of the column's high bits (the table is then nearly in
// order) or of its low bits.
//
// [1] Knuth, TAOCP 3, 6.4; the range is reduced by the upper half of a product, so
// that any number of slots will do.
//===----------------------------------------------------------------------===//
#ifndef SCRATCH_PASSES_CONVERSION_ACCUMULATORS_TEAMHASH_H
#define SCRATCH_PASSES_CONVERSION_ACCUMULATORS_TEAMHASH_H

#include "dialects/Scratch/Scratch.h"
#include "passes/Emission/LoopBuilder.h"

namespace scratch {

/// What a slot depends on; there are two slots for each entry of a share.
struct TeamKey {
  mlir::Value key;                   ///< i64: row of the tile and column
  mlir::Value column;                ///< index
  mlir::Value low, high;             ///< columns of the tile
  mlir::Value shareFirst, shareLast; ///< entries of the row's share
};

/// The slot, of `slots`, where the search for a key begins.
mlir::Value emitFirstSlot(LoopBuilder &b, HashFunction function, const TeamKey &key,
                          mlir::Value slots);

} // namespace scratch

#endif // SCRATCH_PASSES_CONVERSION_ACCUMULATORS_TEAMHASH_H
