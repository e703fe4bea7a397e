//===- Consumers.h - what is done to a tile before it is stored -*- C++ -*-===//
//
// Stage: expand. Elementwise linalg ops that alone use a dense product (bias, relu,
// the other branch of a residual sum) are applied to the tile of sums while it is in
// registers; the product itself is never stored.
//
// BEFORE  %y = linalg.matmul ...        %z = linalg.generic (max(y + bias, 0)) ins(%y, %bias)
// AFTER   one loop nest that stores z
//===----------------------------------------------------------------------===//
#ifndef SCRATCH_PASSES_EXPAND_DENSE_CONSUMERS_H
#define SCRATCH_PASSES_EXPAND_DENSE_CONSUMERS_H

#include "passes/Emission/LoopBuilder.h"

#include "mlir/Dialect/Linalg/IR/Linalg.h"

namespace scratch {

/// The ops that follow `product` and nothing else, in order: each takes the result
/// of the one before by identity and other operands by identity or by column.
llvm::SmallVector<mlir::linalg::LinalgOp> findConsumers(mlir::linalg::LinalgOp product);

/// One op on vectors: `inputs` and the result are vectors of one type.
mlir::Value applyConsumer(LoopBuilder &b, mlir::linalg::LinalgOp op, mlir::ValueRange inputs);

/// Whether an input is read by its last dimension alone.
bool isReadByColumn(mlir::linalg::LinalgOp op, unsigned input);

} // namespace scratch

#endif // SCRATCH_PASSES_EXPAND_DENSE_CONSUMERS_H
