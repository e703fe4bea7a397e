//===- OperandTiles.h - keys or values, tile by tile ------------*- C++ -*-===//
//
// Stage: expand. Where tiles find their keys or values: rows in the caller's memory;
// units packed in front of the tasks (TokenPacking.h), which all workers share; or units
// that a worker packs when a tile's turn comes, and keeps in a direct-mapped store of its
// own, so that the blocks of queries that follow find them there. The latter serves lists
// that fit the store, and tiles that few blocks read (decoding, windows). Tiles that a mask
// skips are then not packed at all.
//
//===----------------------------------------------------------------------===//
#ifndef SCRATCH_PASSES_EXPAND_ATTENTION_OPERANDTILES_H
#define SCRATCH_PASSES_EXPAND_ATTENTION_OPERANDTILES_H

#include "passes/Expand/Attention/Lookahead.h"
#include "passes/Expand/Attention/TokenPacking.h"

namespace scratch {

/// How workers keep the tiles that they packed.
struct TileStores {
  int64_t tokens;      ///< of a tile
  mlir::Value tiles;   ///< of a list
  mlir::Value slots;   ///< a tile's slot is its number modulo these
  mlir::Value areUsed; ///< or else what must be packed is packed in front of the tasks

  mlir::Value slotOf(LoopBuilder &b, mlir::Value tile) const {
    return mlir::arith::RemUIOp::create(b, tile, slots);
  }
  /// One after the other through all lists; never zero, which is an empty slot's.
  mlir::Value nameOf(LoopBuilder &b, mlir::Value list, mlir::Value tile) const {
    return b.add(b.add(b.mul(list, tiles), tile), b.index(1));
  }
};

class OperandTiles {
public:
  OperandTiles() = default;
  static OperandTiles packed(LoopBuilder &b, const HeadLists &lists, const TokenPacking &packing,
                             const TileStores &stores);
  /// Rows that lie as tiles read them; copied all the same where that pays for so many
  /// `readers` of each.
  static OperandTiles rows(LoopBuilder &b, const HeadLists &lists, int64_t lanes,
                           const TileStores &stores, mlir::Value readers);

  /// A worker's store: tiles, and which ones they are.
  struct Store {
    mlir::Value units, names;
  };
  Store allocate(LoopBuilder &b) const;

  struct Tile {
    mlir::Value buffer, first; ///< the first unit there
  };
  /// `count` tokens of a list from `firstToken` on, which begins a tile.
  Tile open(LoopBuilder &b, const Store &store, mlir::Value list, mlir::Value firstToken,
            mlir::Value count) const;
  /// Whether what follows that tile is not in the store; `unstored` where there is none.
  mlir::Value isNextMissing(LoopBuilder &b, const Store &store, mlir::Value list,
                            mlir::Value firstToken, bool unstored) const;
  /// The memory that follows, packed or not: none where tokens lie in another order.
  std::optional<ComingRange> after(LoopBuilder &b, mlir::Value list, mlir::Value firstToken,
                                   mlir::Value count, mlir::Value isAsked) const;

  void release(LoopBuilder &b) const;

private:
  HeadLists lists;
  TokenPacking packing;
  TileStores stores;
  mlir::Value own;   ///< whether workers pack
  mlir::Value all;   ///< units of all lists otherwise
  mlir::Value owned; ///< what was packed in front of the tasks
};

} // namespace scratch

#endif // SCRATCH_PASSES_EXPAND_ATTENTION_OPERANDTILES_H
