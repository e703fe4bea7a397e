//===- RowTable.h - whether a row of dot products has a table ---*- C++ -*-===//
//
// Stage: expand. A table over all inner indices answers fastest while what is touched of it
// stays in the second cache: rows of A are narrow, or all of them are about few indices. Else
// every entry of a row and of a column is a miss, and two lists are compared instead. How many
// indices are used is sampled in generated code.
//
//===----------------------------------------------------------------------===//
#ifndef SCRATCH_PASSES_EXPAND_SPGEMM_ROWTABLE_H
#define SCRATCH_PASSES_EXPAND_SPGEMM_ROWTABLE_H

#include "passes/Expand/Spgemm/InnerOperands.h"

namespace scratch {

class RowTable {
public:
  RowTable(LoopBuilder &b, const InnerOperands &operands) : b(b), operands(operands) {}

  /// First: how many inner indices B has entries for. B is as it is stored.
  void countInner();
  /// A worker's, with zeros; it has one place if no row takes it.
  mlir::Value allocate(mlir::Value one) const;
  /// Whether a row that is not empty goes to the table (i1).
  mlir::Value isTabulated(mlir::Value first, mlir::Value last) const;

private:
  mlir::Type element() const;
  mlir::Value sampleRows() const;
  mlir::Value sampleColumns() const;
  mlir::Value mayTabulate() const;

  LoopBuilder &b;
  const InnerOperands &operands;
  mlir::Value innerIndices; ///< for which B has entries, at most
};

} // namespace scratch

#endif // SCRATCH_PASSES_EXPAND_SPGEMM_ROWTABLE_H
