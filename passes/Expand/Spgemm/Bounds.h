//===- Bounds.h - how much every row of a product may need ------*- C++ -*-===//
//
// Stage: expand. Products weigh the work of a row and bound its entries: one array,
// prefixes over rows in 64 bits, tells both.
//
//===----------------------------------------------------------------------===//
#ifndef SCRATCH_PASSES_EXPAND_SPGEMM_BOUNDS_H
#define SCRATCH_PASSES_EXPAND_SPGEMM_BOUNDS_H

#include "passes/Expand/Spgemm/Variants.h"

namespace scratch {

class Bounds {
public:
  /// Weight of a row beyond its products: reading A's entries, opening a tile.
  static constexpr int64_t kRowWeight = 8;
  /// Columns that a dense window has at most, before rows are known: where wider rows can
  /// take a hash table, workers of a matrix with billions of columns need little memory.
  static mlir::Value limitWindows(LoopBuilder &b, const Variants &variants, mlir::Value columns);

  Bounds(LoopBuilder &b, const OpenProduct &product, const Variants &variants, mlir::Value window)
      : window(window), b(b), product(product), variants(variants) {}

  /// Weighs every row.
  void weigh();
  /// Afterwards: refuses a sum that has left 64 bits, and records all products.
  void checkSum();
  void record();
  /// Instead of it, what a team has found out: see TeamProduct::weighRows.
  void take(mlir::Value weights, mlir::Value longestRow);

  /// Products of rows [first, last), and entries that they have at most.
  mlir::Value productsOfRows(mlir::Value first, mlir::Value last) const;
  mlir::Value entriesOfRows(mlir::Value first, mlir::Value last) const;

  mlir::Value weights; ///< i64 prefix: work, and so entries at most
  mlir::Value most;    ///< coordinates that any row's tile holds
  mlir::Value window;  ///< columns of a dense window, at most

private:
  mlir::Value heldByMaskedRow(mlir::Value row, mlir::Value products);
  void narrowWindow();

  LoopBuilder &b;
  const OpenProduct &product;
  const Variants &variants;
  mlir::Value none, safeRows; ///< the rows are [none, safeRows): no row after a failure
  mlir::Value sum, wrapped;   ///< of all weights, and whether it is too large (i1)
};

} // namespace scratch

#endif // SCRATCH_PASSES_EXPAND_SPGEMM_BOUNDS_H
