//===- DotSums.h - sums of products of a row and a column -------*- C++ -*-===//
//
// Stage: expand. What all ways to a dot product share: a product and the sum so far, and when
// it is final. Semirings that need no more than one product (any), or whose sum cannot change
// any more (or), stop early; pair semirings read no values.
//
//===----------------------------------------------------------------------===//
#ifndef SCRATCH_PASSES_EXPAND_SPGEMM_DOTSUMS_H
#define SCRATCH_PASSES_EXPAND_SPGEMM_DOTSUMS_H

#include "passes/Expand/Spgemm/InnerOperands.h"

namespace scratch {

/// The value so far and how many products it is made of.
struct Dot {
  mlir::Value value, products;

  static Dot of(const LoopBuilder::Values &pair) { return {pair[0], pair[1]}; }
  LoopBuilder::Values asValues() const { return {value, products}; }
};

/// Entries [first, last) of a row of A and [from, to) of a column of B.
struct Lists {
  mlir::Value first, last, from, to;
};

class DotSums {
public:
  /// A list is searched when it is this many times longer than the other.
  static constexpr int64_t kSearchRatio = 32;

  DotSums(LoopBuilder &b, const InnerOperands &operands) : b(b), operands(operands) {}

  mlir::Value identity() const;
  llvm::SmallVector<mlir::Type> types() const;
  mlir::Value product(mlir::Value p, mlir::Value q) const;
  /// `so` and the product of entries `p` and `q` more.
  Dot add(const Dot &so, mlir::Value p, mlir::Value q) const;
  bool stopsEarly() const;
  /// Whether further products cannot change a value, and whether they may.
  mlir::Value isFinal(const Dot &so) const;
  mlir::Value mayChange(const Dot &so) const;

  /// The row's entries searched for in the column, and the column's in the row.
  Dot searchColumn(const Lists &lists) const;
  Dot searchRow(const Lists &lists) const;

private:
  using AddAt = llvm::function_ref<Dot(const Dot &so, mlir::Value at, mlir::Value place)>;
  Dot searchEach(mlir::Value walked, mlir::Value first, mlir::Value last, mlir::Value searched,
                 mlir::Value from, mlir::Value to, AddAt add) const;

  LoopBuilder &b;
  const InnerOperands &operands;
};

} // namespace scratch

#endif // SCRATCH_PASSES_EXPAND_SPGEMM_DOTSUMS_H
