//===- SplitRows.h - rows that outweigh their chunk -------------*- C++ -*-===//
//
// Stage: expand. A row with a large share of all products would keep one worker busy
// while the others wait. `partition` cuts by weight, so such a row leaves empty chunks
// behind it: they take its columns, a window each, and the chunk that the row is in the
// first window. Windows are pieces of the result one after the other, as rows are.
//
// How many there are follows from the weights alone, and a column's products meet in one
// window, in the order of A's entries: the result does not depend on the threads, nor on
// whether the row was split.
//
//===----------------------------------------------------------------------===//
#ifndef SCRATCH_PASSES_EXPAND_SPGEMM_SPLITROWS_H
#define SCRATCH_PASSES_EXPAND_SPGEMM_SPLITROWS_H

#include "passes/Expand/Spgemm/Blocks.h"

namespace scratch {

class SplitRows {
public:
  /// Whether rows of the product can be split.
  static bool suits(const OpenProduct &product);

  /// Of the chunks that begin at `starts`, `chunks` in number.
  SplitRows(LoopBuilder &b, const OpenProduct &product, const Variants &variants,
            const Bounds &bounds, const Blocks &blocks, const RowTiles &tiles, mlir::Value starts,
            mlir::Value chunks);

  /// A window of a row that several workers share, if `split` (i1) says so.
  struct Part {
    mlir::Value row, number, parts, split;
  };

  /// Which window of which row the chunk [first, last) ends with, if that row is split.
  Part partOf(mlir::Value chunk, mlir::Value first, mlir::Value last) const;
  /// Computes it; returns its entries.
  mlir::Value compute(mlir::ValueRange accumulators, const Part &part,
                      const RowOutput &output) const;
  /// Keeps them for the row, plus one: chunks without a part have zero.
  void note(mlir::Value chunk, mlir::Value countPlusOne) const;
  /// Adds parts up in the counts of their rows, when all chunks are done.
  void close(mlir::Value positions) const;

private:
  LoopBuilder &b;
  const OpenProduct &product;
  const Variants &variants;
  const Bounds &bounds;
  const Blocks &blocks;
  const RowTiles &tiles;
  mlir::Value starts, chunks;
  mlir::Value partCounts; ///< i64, per chunk
};

} // namespace scratch

#endif // SCRATCH_PASSES_EXPAND_SPGEMM_SPLITROWS_H
