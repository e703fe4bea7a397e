//===- RowTiles.h - a row of the result in one accumulator ------*- C++ -*-===//
//
// Stage: expand. A tile over the row's columns is opened, takes the row's products and gives
// its entries back: all of them, or those of a range of columns.
//
//===----------------------------------------------------------------------===//
#ifndef SCRATCH_PASSES_EXPAND_SPGEMM_ROWTILES_H
#define SCRATCH_PASSES_EXPAND_SPGEMM_ROWTILES_H

#include "passes/Expand/Spgemm/RowGroups.h"
#include "passes/Expand/Spgemm/RowShape.h"

namespace scratch {

class RowTiles {
public:
  /// Columns [first, second).
  using Columns = std::optional<std::pair<mlir::Value, mlir::Value>>;

  RowTiles(LoopBuilder &b, const OpenProduct &product, const std::optional<RowGroups> &groups)
      : b(b), product(product), groups(groups) {}

  /// One row; returns the number of its entries. `inPart`: there are more
  /// beside the shape's columns, which are not wanted.
  mlir::Value compute(AccumulatorKind kind, mlir::Value accumulator, mlir::Value row,
                      const RowShape &shape, const RowOutput &output, bool inPart = false) const;

  /// Products of A's entries [begin, end) with their rows of B, into an open tile.
  void accumulate(mlir::Value opened, mlir::Value begin, mlir::Value end, bool numeric,
                  const Columns &wanted = {}) const;

private:
  void accumulateInit(mlir::Value opened, mlir::Value row, bool numeric) const;
  std::pair<mlir::Value, mlir::Value> segmentOf(mlir::Value p, const Columns &wanted) const;

  LoopBuilder &b;
  const OpenProduct &product;
  const std::optional<RowGroups> &groups;
};

} // namespace scratch

#endif // SCRATCH_PASSES_EXPAND_SPGEMM_ROWTILES_H
