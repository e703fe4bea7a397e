//===- Blocks.h - several rows of a product together ------------*- C++ -*-===//
//
// Stage: expand. Where B outgrows the cache, every row of A fetches its rows of B again
// from farther away, and dense rows fetch nearly all of it. A block of rows is computed
// range by range of B's rows instead: a range stays cached while all rows of the block
// take their products from it, each into a window of its own. What is fetched shrinks by
// the number of rows in a block that name a row of B.
//
// For results of few columns, whose windows fit beside a range. A B whose rows are full enough
// is taken as a bitmap (BitmapPanel.h), piece by piece. The order of additions is that of
// single rows: bits do not depend on the choice.
//
//===----------------------------------------------------------------------===//
#ifndef SCRATCH_PASSES_EXPAND_SPGEMM_BLOCKS_H
#define SCRATCH_PASSES_EXPAND_SPGEMM_BLOCKS_H

#include "passes/Expand/Spgemm/BitmapPanel.h"
#include "passes/Expand/Spgemm/Bounds.h"
#include "passes/Expand/Spgemm/RowTiles.h"

namespace scratch {

class Blocks {
public:
  Blocks(LoopBuilder &b, const OpenProduct &product, const Variants &variants)
      : b(b), product(product), variants(variants) {}

  /// Whether the strategy has them.
  bool possible() const { return variants.blocking && product.phases() == Phases::One; }
  /// Whether the matrices take them, and how many rows at a time.
  void decide();
  /// i1, afterwards.
  mlir::Value chosen() const { return inBlocks; }
  /// Of a worker: a piece of a bitmap, where blocks may take B so.
  LoopBuilder::Values openBuffers() const;
  unsigned bufferCount() const { return asBitmap ? BitmapPanel::kBuffers : 0; }

  /// Chunks: blocks of rows, or rows of about equal weight.
  mlir::Value partition(mlir::Value weights, mlir::Value safeRows) const;
  /// Columns that the windows of a block span at most.
  mlir::Value widestTile() const;
  /// Rows [first, last) together, written from the output's place on; returns the end.
  mlir::Value compute(const RowTiles &tiles, mlir::Value accumulator, mlir::ValueRange buffers,
                      mlir::Value first, mlir::Value last, const RowOutput &output,
                      mlir::Value positions) const;

private:
  using ViewOfRow = llvm::function_ref<mlir::Value(mlir::Value row)>;

  void accumulateRanges(const RowTiles &tiles, mlir::Value first, mlir::Value last,
                        ViewOfRow viewOf) const;

  LoopBuilder &b;
  const OpenProduct &product;
  const Variants &variants;
  mlir::Value inBlocks;  ///< i1: whether the matrices take it
  mlir::Value blockRows; ///< rows of a block, at most
  mlir::Value asBitmap;  ///< i1: blocks take B as a bitmap; null: no kernel for it
};

} // namespace scratch

#endif // SCRATCH_PASSES_EXPAND_SPGEMM_BLOCKS_H
