//===- TileSoftmax.h - from scores to weights -------------------*- C++ -*-===//
//
// Stage: expand. The softmax step of an attention tile (Tiles.h), with what it asks of the
// sums before it.
//
//===----------------------------------------------------------------------===//
#ifndef SCRATCH_PASSES_EXPAND_ATTENTION_TILESOFTMAX_H
#define SCRATCH_PASSES_EXPAND_ATTENTION_TILESOFTMAX_H

#include "passes/Expand/Attention/Tiles.h"

namespace scratch {

class TileSoftmax {
public:
  using Value = mlir::Value;
  using Workspace = AttentionTiles::Workspace;

  explicit TileSoftmax(AttentionTiles &tiles) : t(tiles), b(tiles.b), tiling(tiles.tiling) {}

  /// Peaks of scores that have changed since the product, or of no whole number of
  /// vectors: keys `count` and up then weigh nothing.
  void findPeaks(const Workspace &w, Value rows, Value count);

  /// Scores become weights 2^(score - maximum); what was summed under a smaller
  /// maximum is scaled down, unless the tile is the first (and so the only) one.
  /// Scores are in powers of two, or become so times `factor`, where given.
  void softmax(const Workspace &w, Value rows, Value count, Value paddedSize,
               bool first = false, Value factor = {});

private:
  void raiseMaxima(const Workspace &w, Value rows, Value paddedSize, bool first, Value factor);
  int64_t vectorsAbreast() const;
  Value addVectors(Value total, Value weights, int64_t vectors);
  void weighRow(const Workspace &w, Value row, Value stop, bool first, Value factor);

  AttentionTiles &t;
  LoopBuilder &b;
  TilingAttr tiling;
};

} // namespace scratch

#endif // SCRATCH_PASSES_EXPAND_ATTENTION_TILESOFTMAX_H
