//===- Accumulators.h - the accumulators that a worker has ------*- C++ -*-===//
//
// Stage: expand. What of them a tile spans, and what it holds, at most.
//
//===----------------------------------------------------------------------===//
#ifndef SCRATCH_PASSES_EXPAND_SPGEMM_ACCUMULATORS_H
#define SCRATCH_PASSES_EXPAND_SPGEMM_ACCUMULATORS_H

#include "passes/Expand/Spgemm/Blocks.h"
#include "passes/Expand/Spgemm/RowGroups.h"

namespace scratch {

/// An accumulator for the product's entries, with its operators and its mask. Tiles span
/// `width` columns and hold `entries`, at most.
mlir::Value createAccumulator(LoopBuilder &b, const OpenProduct &product, AccumulatorKind kind,
                              mlir::Value width, mlir::Value entries);

void destroyAccumulators(LoopBuilder &b, mlir::ValueRange accumulators);

class Accumulators {
public:
  /// `groups`: B's rows, where there is an accumulator for them.
  Accumulators(LoopBuilder &b, const OpenProduct &product, const Variants &variants,
               const Bounds &bounds, const Blocks &blocks, const std::optional<RowGroups> &groups)
      : b(b), product(product), variants(variants), bounds(bounds), blocks(blocks),
        groups(groups) {}

  /// Columns that a tile of the variant spans at most.
  mlir::Value widestTile(unsigned variant) const;

  mlir::Value make(unsigned variant) const;
  /// All that take rows by themselves, in the order of `inTiles`.
  LoopBuilder::Values makeAll() const;

private:
  LoopBuilder &b;
  const OpenProduct &product;
  const Variants &variants;
  const Bounds &bounds;
  const Blocks &blocks;
  const std::optional<RowGroups> &groups;
};

} // namespace scratch

#endif // SCRATCH_PASSES_EXPAND_SPGEMM_ACCUMULATORS_H
