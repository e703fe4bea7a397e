//===- RowGroups.h - rows of B in groups of columns -------------*- C++ -*-===//
//
// Stage: expand. Meshes, bands and blocks have runs of neighbouring columns. Their rows are
// turned into groups first: which eight columns (number), which of them (eight bits);
// values stay where they are. A group is merged at once then (accumulator `grouped`), and
// counting touches bits only.
//
// Turning costs about as much as two products per entry, a group about as much as 3.5
// products one by one: worth it where entries are used often and groups are full enough,
// which a sample of B tells. Measured in passes/Conversion/X86/README.md.
//
//===----------------------------------------------------------------------===//
#ifndef SCRATCH_PASSES_EXPAND_SPGEMM_ROWGROUPS_H
#define SCRATCH_PASSES_EXPAND_SPGEMM_ROWGROUPS_H

#include "passes/Emission/Semiring.h"
#include "passes/Expand/Operands.h"

namespace scratch {

class RowGroups {
public:
  /// Turns `rows` if `forced`, or else if there are `products` enough (index, estimated)
  /// and the groups are full. Buffers are added to `held`, for release at the end.
  static RowGroups of(LoopBuilder &b, const SparseOperand &rows, mlir::Value products,
                      bool forced, LoopBuilder::Values &held);

  /// i1: whether there are groups.
  mlir::Value made() const { return isMade; }

  /// Merges a row of theirs, scaled, into a tile of a `grouped` accumulator. A null `scale`
  /// or `values` is not read.
  void accumulate(LoopBuilder &b, const SemiringEmitter &semiring, mlir::Value tile,
                  mlir::Value row, mlir::Value first, mlir::Value values, mlir::Value scale,
                  bool symbolic) const;

private:
  void fillRow(LoopBuilder &b, const SparseOperand &rows, mlir::Value row) const;

  mlir::Value isMade;
  mlir::Value numbers, masks, ends; ///< groups of a row begin where its entries begin
};

} // namespace scratch

#endif // SCRATCH_PASSES_EXPAND_SPGEMM_ROWGROUPS_H
