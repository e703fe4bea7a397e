//===- Loops.h - loops and accesses of a contraction ------------*- C++ -*-===//
//
// Stage: import. Names the loops of a linalg operation the way kernels do: i and
// j are those of the result, in its order, k is the reduction.
//
//===----------------------------------------------------------------------===//
#ifndef SCRATCH_PASSES_IMPORT_LOOPS_H
#define SCRATCH_PASSES_IMPORT_LOOPS_H

#include "mlir/Dialect/Linalg/IR/Linalg.h"

namespace scratch {

struct Loops {
  unsigned i = 0, j = 0, k = 0;

  /// One parallel loop per dimension of the only result, one reduction. For a
  /// vector as result there is no j.
  static std::optional<Loops> of(mlir::linalg::LinalgOp op);
};

/// Whether an operand is read at exactly these loops, in this order.
bool isReadAt(mlir::linalg::LinalgOp op, mlir::OpOperand &operand,
              llvm::ArrayRef<unsigned> loops);

/// The only input that is read at these loops, or null.
mlir::OpOperand *inputReadAt(mlir::linalg::LinalgOp op, llvm::ArrayRef<unsigned> loops);

} // namespace scratch

#endif // SCRATCH_PASSES_IMPORT_LOOPS_H
