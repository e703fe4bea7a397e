//===- MaskedRows.h - rows of a product along rows of its mask --*- C++ -*-===//
//
// Stage: expand. The mask's columns are marked, products elsewhere are dropped, and the result
// is gathered by walking the mask's row, which also clears the marks. No row is measured,
// scanned or sorted.
//
// Rows that need no window are counted (MaskedCounts.h), rows of which the mask wants most are
// computed whole (MaskedWhole.h).
//
//===----------------------------------------------------------------------===//
#ifndef SCRATCH_PASSES_EXPAND_SPGEMM_MASKEDROWS_H
#define SCRATCH_PASSES_EXPAND_SPGEMM_MASKEDROWS_H

#include "passes/Expand/Spgemm/MaskedCounts.h"
#include "passes/Expand/Spgemm/MaskedWhole.h"

namespace scratch {

class MaskedRows {
public:
  MaskedRows(LoopBuilder &b, const OpenProduct &product, const Variants &variants,
             const Bounds &bounds, const RowTiles &tiles, const std::optional<RowGroups> &groups)
      : b(b), product(product), variants(variants), bounds(bounds), groups(groups),
        walk(b, product), counts(b, product), whole(b, product, bounds, tiles, groups) {}

  /// A row; its key is the share of products inside the mask.
  ComputedRow compute(mlir::ValueRange accumulators, mlir::Value row, const RowOutput &output,
                      mlir::Value keyBefore) const;

private:
  /// What is known of a row at first; `samples`: entries of the mask's row.
  struct Known {
    mlir::Value row, samples, keyBefore, zero;
  };

  /// The first hash table, or the first window; `size` if there is none.
  unsigned find(bool hashed) const;
  mlir::Value accumulatorOf(mlir::ValueRange accumulators, unsigned variant) const {
    return accumulators[variants.placeInTiles(variant)];
  }
  /// What falls on the mask's row, of A's entries from `begin` on.
  mlir::Value collect(AccumulatorKind kind, mlir::Value accumulator, mlir::Value row,
                      mlir::Value begin, const RowOutput &output) const;
  /// Whole where that is a gain, or else as `marked` does, given the key.
  LoopBuilder::Values
  computeInWindow(mlir::ValueRange accumulators, const Known &known, const RowOutput &output,
                  llvm::function_ref<LoopBuilder::Values(mlir::Value key)> marked) const;

  LoopBuilder &b;
  const OpenProduct &product;
  const Variants &variants;
  const Bounds &bounds;
  const std::optional<RowGroups> &groups;
  MaskWalk walk;
  MaskedCounts counts;
  MaskedWhole whole;
};

} // namespace scratch

#endif // SCRATCH_PASSES_EXPAND_SPGEMM_MASKEDROWS_H
