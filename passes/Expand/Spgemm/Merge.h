//===- Merge.h - rows of one or two entries ---------------------*- C++ -*-===//
//
// Stage: expand. Where B's rows are ordered, such a row needs no accumulator: a
// scaled copy of one row of B, or a merge of two that takes from both sides
// without branching on which one.
//
//===----------------------------------------------------------------------===//
#ifndef SCRATCH_PASSES_EXPAND_SPGEMM_MERGE_H
#define SCRATCH_PASSES_EXPAND_SPGEMM_MERGE_H

#include "passes/Expand/Spgemm/OpenProduct.h"

namespace scratch {

class Merge {
public:
  Merge(LoopBuilder &b, const OpenProduct &product, const RowOutput &output)
      : b(b), product(product), output(output) {}

  /// A row of A's entries [begin, end), at most kMergeEntries; returns its entries.
  mlir::Value compute(mlir::Value begin, mlir::Value end) const;

private:
  /// A row of B with its factor; a null one is not read.
  struct ScaledRow {
    mlir::Value from, to, scale;
  };

  ScaledRow rowOfEntry(mlir::Value p) const;
  mlir::Value productAt(const ScaledRow &side, mlir::Value p) const;
  mlir::Value addWhere(mlir::Value meet, mlir::Value first, mlir::Value second) const;
  mlir::Value copyScaled(const ScaledRow &side, mlir::Value from, mlir::Value at) const;
  mlir::Value mergeTwo(const ScaledRow &left, const ScaledRow &right) const;

  LoopBuilder &b;
  const OpenProduct &product;
  const RowOutput &output;
};

} // namespace scratch

#endif // SCRATCH_PASSES_EXPAND_SPGEMM_MERGE_H
