//===- TileMap.h - which tiles of a mask are worked on ----------*- C++ -*-===//
//
// Stage: expand. The inspector: sorts all tiles of a mask once, in parallel, in
// front of the loops that need it. One byte per tile, for every batch and head
// that the mask tells apart.
//
//===----------------------------------------------------------------------===//
#ifndef SCRATCH_PASSES_EXPAND_ATTENTION_TILEMAP_H
#define SCRATCH_PASSES_EXPAND_ATTENTION_TILEMAP_H

#include "passes/Expand/Attention/MaskEmitter.h"

namespace scratch {

class TileMap {
public:
  using Value = mlir::Value;
  /// Kinds of tiles, as `scratch.mask_blocks` stores them.
  static constexpr int64_t kSkipped = 0, kPartial = 1, kFull = 2;

  /// What is cut: `blocks` of queries (`rowsOf` tells which) and tiles of `width`
  /// keys, `columns` in all. Transposed, blocks are of keys and tiles of queries.
  struct Grid {
    Value batches, heads, blocks, columns;
    int64_t width;
    llvm::function_ref<mask::Range<ScalarDomain>(Value block)> rowsOf;
    bool transposed = false;
  };
  static TileMap inspect(LoopBuilder &b, const MaskFormula &formula, const Grid &grid);

  /// First tile that may be worked on, and one past the last.
  std::pair<Value, Value> bounds(LoopBuilder &b, Value batch, Value head, Value block) const;
  /// The kind of a tile within the bounds, i8.
  Value kindAt(LoopBuilder &b, Value batch, Value head, Value block, Value tile) const;
  void release(LoopBuilder &b) const;

private:
  Value list(LoopBuilder &b, Value batch, Value head) const;

  Value kinds;  ///< memref<? x ? x ? x i8>: [list][block][tile]
  Value ends;   ///< memref<? x ? x 2 x i64>: [list][block]
  Value heads;
  bool perBatch = false, perHead = false;
};

} // namespace scratch

#endif // SCRATCH_PASSES_EXPAND_ATTENTION_TILEMAP_H
