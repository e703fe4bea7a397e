//===- Rows.h - one row of a product ----------------------------*- C++ -*-===//
//
// Stage: expand. Along its mask, merged without an accumulator, or measured and then computed
// in the accumulator that suits it.
//
//===----------------------------------------------------------------------===//
#ifndef SCRATCH_PASSES_EXPAND_SPGEMM_ROWS_H
#define SCRATCH_PASSES_EXPAND_SPGEMM_ROWS_H

#include "passes/Expand/Spgemm/MaskedRows.h"
#include "passes/Expand/Spgemm/RowChoice.h"

namespace scratch {

class Rows {
public:
  Rows(LoopBuilder &b, const OpenProduct &product, const Variants &variants, const Bounds &bounds,
       const Accumulators &accumulators, const RowTiles &tiles,
       const std::optional<RowGroups> &groups)
      : b(b), product(product), variants(variants), tiles(tiles),
        choice(b, product, variants, accumulators, groups),
        masked(b, product, variants, bounds, tiles, groups) {}

  /// A row in one of a worker's accumulators, its epilogue done where entries are written.
  /// `keyBefore` and `settled` are what the row before left; a null one has settled nothing.
  ComputedRow compute(mlir::ValueRange accumulators, mlir::Value row, const RowOutput &output,
                      mlir::Value keyBefore, mlir::Value settled = {}) const;

private:
  LoopBuilder::Values computeInTile(mlir::ValueRange accumulators, mlir::Value row,
                                    const RowShape &shape, const RowOutput &output,
                                    mlir::Value settled) const;
  LoopBuilder::Values computeAny(mlir::ValueRange accumulators, mlir::Value row,
                                 const RowOutput &output, mlir::Value keyBefore,
                                 mlir::Value settled) const;

  LoopBuilder &b;
  const OpenProduct &product;
  const Variants &variants;
  const RowTiles &tiles;
  RowChoice choice;
  MaskedRows masked;
};

} // namespace scratch

#endif // SCRATCH_PASSES_EXPAND_SPGEMM_ROWS_H
