//===- KnownOperands.h - a product whose pattern is known -------*- C++ -*-===//
#ifndef SCRATCH_PASSES_EXPAND_SPGEMM_KNOWNOPERANDS_H
#define SCRATCH_PASSES_EXPAND_SPGEMM_KNOWNOPERANDS_H

#include "passes/Expand/Operands.h"

namespace scratch {

/// Pattern and factors in the roles of A and B: factors of a matrix that stores columns change
/// places.
struct KnownOperands {
  SparseOperand pattern, lhs, rhs;
  bool columnMajor;
};

/// Converts factors that are stored the other way; extents that disagree are a status.
mlir::FailureOr<KnownOperands> openKnown(LoopBuilder &b, mlir::Operation *op, mlir::Value pattern,
                                         mlir::Value lhs, mlir::Value rhs);

} // namespace scratch

#endif // SCRATCH_PASSES_EXPAND_SPGEMM_KNOWNOPERANDS_H
