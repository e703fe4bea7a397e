//===- TableDots.h - dot products with a row in a table ---------*- C++ -*-===//
//
// Stage: expand. A column of B against a row of A that lies in a table. The shorter way is
// taken: probe the table with the column (four sums side by side, no branch), or, if
// the column is much longer than the row, search the column for the row's entries.
// Columns are left as soon as they pass the row's last entry.
//
//===----------------------------------------------------------------------===//
#ifndef SCRATCH_PASSES_EXPAND_SPGEMM_TABLEDOTS_H
#define SCRATCH_PASSES_EXPAND_SPGEMM_TABLEDOTS_H

#include "passes/Expand/Spgemm/DotSums.h"

namespace scratch {

class TableDots {
public:
  /// `table`: per inner index 1 + place in the row, 0 for none. `highest`: no entry of the row
  /// is behind this index.
  TableDots(LoopBuilder &b, const InnerOperands &operands, mlir::Value table, mlir::Value highest)
      : b(b), operands(operands), sums(b, operands), table(table), highest(highest) {}

  Dot compute(const Lists &lists) const;

private:
  Dot probe(const Lists &lists) const;
  Dot probeUntilFinal(const Lists &lists) const;

  LoopBuilder &b;
  const InnerOperands &operands;
  DotSums sums;
  mlir::Value table, highest;
};

} // namespace scratch

#endif // SCRATCH_PASSES_EXPAND_SPGEMM_TABLEDOTS_H
