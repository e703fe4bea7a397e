//===- PlacedRows.h - rows of a product whose places are planned -*- C++ -*-===//
//
// Stage: expand. Every product knows the entry of the result it is added to (PlanBytes.h): a row
// needs no window, its sums grow where the result has them.
//
//===----------------------------------------------------------------------===//
#ifndef SCRATCH_PASSES_EXPAND_SPGEMM_PLACEDROWS_H
#define SCRATCH_PASSES_EXPAND_SPGEMM_PLACEDROWS_H

#include "passes/Emission/Semiring.h"
#include "passes/Expand/Operands.h"
#include "passes/Expand/Spgemm/PlanBytes.h"

namespace scratch {

class PlacedRows {
public:
  /// `products` of `plan` have places.
  PlacedRows(LoopBuilder &b, const PlanBytes &plan, mlir::Value rows, mlir::Value products);

  /// i1: whether the plan has places.
  mlir::Value planned() const { return any; }
  /// Adds up a row where `pattern` has its entries.
  void sumRow(const SemiringEmitter &semiring, const SparseOperand &pattern,
              const SparseOperand &lhs, const SparseOperand &rhs, mlir::Value row,
              mlir::Value values) const;

private:
  LoopBuilder &b;
  mlir::Value any, before, places;
};

} // namespace scratch

#endif // SCRATCH_PASSES_EXPAND_SPGEMM_PLACEDROWS_H
