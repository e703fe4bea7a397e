//===- TileProducts.h - scores, and sums of values --------------*- C++ -*-===//
//
// Stage: expand. Both products of an attention tile (Tiles.h), register tile by register tile.
//
//===----------------------------------------------------------------------===//
#ifndef SCRATCH_PASSES_EXPAND_ATTENTION_TILEPRODUCTS_H
#define SCRATCH_PASSES_EXPAND_ATTENTION_TILEPRODUCTS_H

#include "passes/Expand/Attention/Lookahead.h"
#include "passes/Expand/Attention/Tiles.h"

namespace scratch {

class TileProducts {
public:
  using Value = mlir::Value;
  using Workspace = AttentionTiles::Workspace;

  explicit TileProducts(AttentionTiles &tiles) : t(tiles), b(tiles.b), tiling(tiles.tiling) {}

  /// scores = query block times `count` keys, in panels from `first` on, up to a whole
  /// vector. Where the workspace has peaks, they are those of the scores. `ahead` is asked
  /// for meanwhile.
  void multiplyKeys(const Workspace &w, Value rows, Value keys, Value first, Value count,
                    Value headSize, llvm::ArrayRef<ComingRange> ahead = {});

  /// sums += weights times values: rows `from` .. `from + count` of `values`. The
  /// first tile's sums are set.
  void multiplyValues(const Workspace &w, Value rows, Value values, Value from, Value count,
                      Value paddedSize, bool first = false);

private:
  /// A step adds to the sums before it; `opens` tells the first one of a turn of the loop.
  using Step = llvm::function_ref<LoopBuilder::Values(Value at, mlir::ValueRange before,
                                                      bool opens)>;
  LoopBuilder::Values overSteps(Value count, LoopBuilder::Values sums, Step step);
  int64_t stepsPerTurn() const;
  Value turnsOf(Value steps);

  void overRowBlocks(Value rows, llvm::function_ref<void(Value row, int64_t height)> body);
  LoopBuilder::Values rowsFrom(Value row, int64_t height);
  void keyPanel(const Workspace &w, Value row, int64_t height, Value keys, Value panel,
                Value offset, Value column, int64_t vectors, Value headSize,
                llvm::function_ref<void(Value d)> meanwhile);
  void valuePanel(const Workspace &w, Value row, int64_t height, Value values, Value from,
                  Value count, Value column, int64_t vectors, bool first);

  AttentionTiles &t;
  LoopBuilder &b;
  TilingAttr tiling;
};

} // namespace scratch

#endif // SCRATCH_PASSES_EXPAND_ATTENTION_TILEPRODUCTS_H
