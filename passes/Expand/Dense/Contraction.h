//===- Contraction.h - which linalg ops are dense products ------*- C++ -*-===//
//
// Stage: expand. A dense product is any linalg op on dense f32 or f64 tensors that
// adds a(...) * c(...) to its result, whatever its name; inputs of bf16 are widened. What matters is how its
// loops read the operands:
//
//   column   the last dimension of the result: the one that vectors run along
//   rows     the other dimensions of the result; `c` does not have them
//   depth    summed; all of them are dimensions of `c`
//
// `c` is read by plain dimensions; `a` may be read by sums of them, which is what
// makes a convolution: row (n, y, x), depth (ky, kx, k), a[n, 2 y + ky, ...].
// Matmul in any transposition, convolutions by stride and dilation, their gradients
// with respect to weights (depth: pixels) and depthwise convolutions (`a` has the
// column as well) are all of this form.
//
//===----------------------------------------------------------------------===//
#ifndef SCRATCH_PASSES_EXPAND_DENSE_CONTRACTION_H
#define SCRATCH_PASSES_EXPAND_DENSE_CONTRACTION_H

#include "mlir/Dialect/Linalg/IR/Linalg.h"

#include <optional>

namespace scratch {

struct DenseContraction {
  mlir::linalg::LinalgOp op;
  mlir::Value a, c, init;
  llvm::SmallVector<unsigned> rows, depth; ///< loops, outermost first
  unsigned column = 0;
  bool columnInA = false; ///< depthwise: a varies along vectors as well
  /// Per dimension of `a`: the coefficient of every loop, then a constant.
  llvm::SmallVector<llvm::SmallVector<int64_t>> aIndex;
  llvm::SmallVector<unsigned> cLoops; ///< the loop of each dimension of `c`

  mlir::RankedTensorType type() const {
    return llvm::cast<mlir::RankedTensorType>(init.getType());
  }
  mlir::Type element() const { return type().getElementType(); }
};

/// Nothing if an operation is no dense product.
std::optional<DenseContraction> matchDenseContraction(mlir::Operation *op);

} // namespace scratch

#endif // SCRATCH_PASSES_EXPAND_DENSE_CONTRACTION_H
