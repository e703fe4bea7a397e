//===- ConstantScores.h - masks out of scores, at compile time --*- C++ -*-===//
//
// Stage: import. What passes/Expand/Prune emits (Scores, Selection), computed on
// constant weights: the same sums, in the same order and precision.
//
//===----------------------------------------------------------------------===//
#ifndef SCRATCH_PASSES_PRUNE_CONSTANTSCORES_H
#define SCRATCH_PASSES_PRUNE_CONSTANTSCORES_H

#include "passes/Prune/ConstantTensors.h"

namespace scratch {

/// The grid of units of a mask of known shape.
struct ConstantUnits {
  explicit ConstantUnits(MaskType mask);

  int64_t count() const { return down * across; }
  int64_t of(int64_t i, int64_t j) const { return i / height * across + j / width; }
  /// A byte per unit, spread over the entries.
  ConstantMask spread(const std::vector<uint8_t> &kept) const;

  int64_t rows, columns, height, width, down, across;
  bool single; ///< units are entries
};

using ConstantLookup = llvm::function_ref<mlir::DenseElementsAttr(mlir::Value)>;

/// Scores of the units of a mask whose weights (and norms of inputs) are known.
std::optional<std::vector<double>> constantScores(ScoredMaskInterface op, ConstantLookup constants);

/// What `maker`, a scored or random mask of type `mask`, keeps; nothing where one
/// of its operands is not known.
std::optional<ConstantMask> chosenUnits(mlir::Operation *maker, MaskType mask,
                                        ConstantLookup constants);

/// floor(keep * units + 1/2) in [0, units]; a NaN keeps none.
int64_t countToKeep(double keep, int64_t units);

} // namespace scratch

#endif // SCRATCH_PASSES_PRUNE_CONSTANTSCORES_H
