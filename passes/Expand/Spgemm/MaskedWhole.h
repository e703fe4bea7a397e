//===- MaskedWhole.h - a row most of which its mask wants -------*- C++ -*-===//
//
// Stage: expand. Products that fall inside the mask cost twice where they are collected first
// and merged later. Where most do, as in meshes, the row is computed as it would be without a
// mask, and what the mask wants of it is picked in the end.
//
// How many fall inside shows in a few products, which are searched for in the mask's row; that
// is asked of one row in sixteen, and stands for those behind it. Values do
// not depend on the answer, and chunks of rows do not depend on the number of threads.
//
//===----------------------------------------------------------------------===//
#ifndef SCRATCH_PASSES_EXPAND_SPGEMM_MASKEDWHOLE_H
#define SCRATCH_PASSES_EXPAND_SPGEMM_MASKEDWHOLE_H

#include "passes/Expand/Spgemm/Bounds.h"
#include "passes/Expand/Spgemm/MaskWalk.h"
#include "passes/Expand/Spgemm/RowTiles.h"

namespace scratch {

class MaskedWhole {
public:
  /// Whether what is wanted can be picked from a row.
  static bool suits(const OpenProduct &product);

  MaskedWhole(LoopBuilder &b, const OpenProduct &product, const Bounds &bounds,
              const RowTiles &tiles, const std::optional<RowGroups> &groups)
      : b(b), product(product), bounds(bounds), tiles(tiles), groups(groups), walk(b, product) {}

  /// The share of products inside the mask, as it is known before this row, or the mean of that
  /// and this row's. In 256ths, one more; zero: not known.
  mlir::Value shareAt(mlir::Value row, mlir::Value shareBefore) const;
  /// Whether a row may be worth it, which needs no measure of it.
  mlir::Value mayBeGain(mlir::Value row, mlir::Value share) const;
  /// Whether it is, of a shape that knows what is walked.
  mlir::Value isGain(const RowShape &shape, mlir::Value share) const;
  mlir::Value compute(AccumulatorKind kind, mlir::Value accumulator, mlir::Value row,
                      const RowShape &shape, const RowOutput &output) const;

private:
  mlir::Value isGain(mlir::Value products, mlir::Value range, mlir::Value walked,
                     mlir::Value share) const;
  mlir::Value sampleOverlap(mlir::Value row) const;
  mlir::Value maskRange(mlir::Value row) const;

  LoopBuilder &b;
  const OpenProduct &product;
  const Bounds &bounds;
  const RowTiles &tiles;
  const std::optional<RowGroups> &groups;
  MaskWalk walk;
};

} // namespace scratch

#endif // SCRATCH_PASSES_EXPAND_SPGEMM_MASKEDWHOLE_H
