//===- ShortRows.h - sums of short rows, a vector of rows at a time -*- C++ -*-===//
//
// Stage: expand. Rows of a few entries leave most lanes of a vector empty, and fold them
// one by one; how long they are is not foreseen. Of a block of such rows all products are
// made first, side by side whatever row they belong to, in a buffer that the first cache
// holds. Then as many rows as a vector has lanes are summed together. Where registers hold all
// their products, the first ones of all rows are taken from them by a permute, then the second
// ones, and so on; where not, they are loaded under masks, and folded by turning the vectors.
//
// Emerald Rapids, f64, in the cache, times as fast as row by row: debian12_depends 2.15,
// case13659pegase 1.93, delaunay_n15 1.79, road_andorra 1.52, as20graph 1.27, lp_stocfor3 1.14;
// a band of 9 even; with permutes then another 1.65 on road_andorra (two entries per row), 1.15 on
// lp_stocfor3, 1.13 on as20graph (both four), 1.0 on longer rows. From 13 entries per row on it
// loses (cage10 0.90, muelu_vardof 0.81).
// Zen 4, which picks what a vector meets with single loads: debian12_depends 1.95, delaunay_n15
// 1.73, brack2 1.04; 0.67 to 0.87 on the others, whose lengths change less than 16,000 times from
// row to row: when a loop meets them again and again, its branches are all foreseen.
//
//===----------------------------------------------------------------------===//
#ifndef SCRATCH_PASSES_EXPAND_SHORTROWS_H
#define SCRATCH_PASSES_EXPAND_SHORTROWS_H

#include "passes/Expand/VectorProducts.h"

namespace scratch {

class ShortRows {
public:
  ShortRows(LoopBuilder &b, const VectorProducts &products, const SemiringEmitter &semiring,
            const SparseOperand &lhs)
      : b(b), products(products), semiring(semiring), lhs(lhs) {}

  /// Rows of a block.
  static constexpr int64_t kRows = 64;

  /// Changes of length that a processor's predictor has by heart when it meets them again and
  /// again: Zen 4 and 5; Zen 3.
  static constexpr int64_t kRemembered = 1 << 14, kRememberedBefore = 1 << 13;
  static constexpr int64_t kAnyShare = std::numeric_limits<int32_t>::max();
  /// Whether lengths change so often that loops over single rows end unforeseen, i1: more often
  /// than is remembered, and `rowsPerChange` times as often as there are rows. A sample.
  mlir::Value endUnforeseen(int64_t remembered = kRemembered, int64_t rowsPerChange = kAnyShare);
  /// Whether rows have so few entries on average that their loops cost more than they do, i1.
  mlir::Value haveFewEntries();
  /// What a worker keeps products in.
  mlir::Value allocate();
  /// Whether the block of rows from `row` on is one of short rows, i1.
  mlir::Value areShort(mlir::Value row);
  /// Sums of that block: `emit` gets the first row of each vector of them. `visit` is told
  /// of every vector of entries.
  void sum(mlir::Value buffer, mlir::Value row, llvm::function_ref<void(mlir::Value p)> visit,
           llvm::function_ref<void(mlir::Value row, mlir::Value sums)> emit);

private:
  mlir::Value sumVector(mlir::Value buffer, mlir::Value first, mlir::Value from,
                        mlir::Value few);
  mlir::Value sumFromTable(mlir::Value buffer, mlir::Value first, mlir::Value at,
                           int64_t vectors);
  mlir::Value sumFromMemory(mlir::Value buffer, mlir::Value first, mlir::Value from);
  mlir::Value sumTogether(mlir::Value buffer, mlir::ValueRange begins, mlir::ValueRange lengths,
                          mlir::Value longest);
  mlir::Value sumOneByOne(mlir::Value buffer, mlir::ValueRange begins, mlir::ValueRange lengths);
  mlir::Value load(mlir::Value buffer, mlir::Value at, mlir::Value count);

  LoopBuilder &b;
  const VectorProducts &products;
  const SemiringEmitter &semiring;
  const SparseOperand &lhs;
};

} // namespace scratch

#endif // SCRATCH_PASSES_EXPAND_SHORTROWS_H
