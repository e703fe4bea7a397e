//===- Variants.h - a strategy's accumulators by what they do ---*- C++ -*-===//
//
// Stage: expand. A strategy lists its accumulators in any order; rows look for them by role.
// A variant's number is its place in the list.
//
//===----------------------------------------------------------------------===//
#ifndef SCRATCH_PASSES_EXPAND_SPGEMM_VARIANTS_H
#define SCRATCH_PASSES_EXPAND_SPGEMM_VARIANTS_H

#include "passes/Expand/Spgemm/OpenProduct.h"

namespace scratch {

class Variants {
public:
  explicit Variants(llvm::ArrayRef<VariantAttr> all);

  /// Fails with an error on the op unless the product can take all of them, its operands
  /// being open.
  mlir::LogicalResult check(const OpenProduct &product) const;

  size_t size() const { return all.size(); }
  bool alone() const { return all.size() == 1; }
  VariantAttr operator[](unsigned number) const { return all[number]; }
  AccumulatorKind kindOf(unsigned number) const { return all[number].getAccumulator(); }
  bool contains(AccumulatorKind kind) const;

  /// A team's accumulator comes first, if any.
  bool beginWithTeam() const { return isShared(kindOf(0)); }
  Variants behindTeam() const {
    Variants rest(all.drop_front());
    rest.firstLane = 1;
    return rest;
  }
  /// Where the rows that a variant took are recorded.
  unsigned laneOf(unsigned number) const { return firstLane + number; }

  /// Those with an accumulator per worker, and which of them a number is.
  llvm::ArrayRef<unsigned> inTiles() const { return tiled; }
  size_t placeInTiles(unsigned number) const { return llvm::find(tiled, number) - tiled.begin(); }
  /// The first of these kinds that is in tiles: one is there.
  unsigned firstOf(llvm::ArrayRef<AccumulatorKind> kinds) const;
  /// One whose tiles are windows of any row.
  unsigned ofWindows() const;

  /// The one that needs no accumulator, takes B in groups of columns, computes blocks of rows,
  /// takes rows of a word of columns.
  std::optional<unsigned> merging, grouping, blocking, narrow;
  void dropGrouping();

private:
  llvm::ArrayRef<VariantAttr> all;
  llvm::SmallVector<unsigned> tiled;
  unsigned firstLane = 0;
};

} // namespace scratch

#endif // SCRATCH_PASSES_EXPAND_SPGEMM_VARIANTS_H
