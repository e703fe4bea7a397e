//===- LaneSums.h - a short row of known columns, in lanes ------*- C++ -*-===//
//
// Stage: expand. Where the machine intersects two vectors fast (VP2INTERSECT), the sums of a row
// whose columns are known need no window: a lane each holds the sum of one column, and the entries
// of a row of B move to the lanes of their columns, a vector of them at a time.
//
//===----------------------------------------------------------------------===//
#ifndef SCRATCH_PASSES_EXPAND_SPGEMM_LANESUMS_H
#define SCRATCH_PASSES_EXPAND_SPGEMM_LANESUMS_H

#include "passes/Emission/Semiring.h"
#include "passes/Expand/Operands.h"

namespace scratch {

class LaneSums {
public:
  LaneSums(LoopBuilder &b, mlir::Operation *kernel, const SemiringEmitter &semiring,
           const SparseOperand &lhs, const SparseOperand &rhs, const SparseOperand &pattern);

  /// Columns of a row that are summed so, at most; 0: none.
  int64_t longestRow() const { return columns ? kMostVectors * columns.getNumElements() : 0; }
  /// Whether columns can be told from what lanes without one hold, i1.
  mlir::Value reach() const;
  /// A row that is no longer: its columns and sums are written where the pattern has them.
  void compute(mlir::Value row, mlir::Value coordinates, mlir::Value values) const;

private:
  /// More vectors than these cost every entry of B more than a window does.
  static constexpr int64_t kMostVectors = 4;

  mlir::Value firstLanes(mlir::Value count) const;
  mlir::Value columnsAt(const SparseOperand &matrix, mlir::Value p, mlir::Value lanes,
                        int64_t otherwise) const;
  LoopBuilder::Values sumUp(mlir::Value row, mlir::ValueRange wanted) const;
  void computeIn(int64_t vectors, mlir::Value row, mlir::Value coordinates,
                 mlir::Value values) const;

  LoopBuilder &b;
  const SemiringEmitter &semiring;
  const SparseOperand &lhs, &rhs, &pattern;
  mlir::VectorType columns; ///< as wide as elements; null: the kernel has no such sums
};

} // namespace scratch

#endif // SCRATCH_PASSES_EXPAND_SPGEMM_LANESUMS_H
