//===- Transpose.h - squares of numbers, turned in registers ----*- C++ -*-===//
//
// As many vectors as they have lanes (4, 8 or 16), of 32-bit elements: shuffles of
// two vectors, each one instruction.
//
//===----------------------------------------------------------------------===//
#ifndef SCRATCH_PASSES_EMISSION_TRANSPOSE_H
#define SCRATCH_PASSES_EMISSION_TRANSPOSE_H

#include "passes/Emission/LoopBuilder.h"

namespace scratch {

/// Lane c of vector r becomes lane r of vector c.
LoopBuilder::Values transpose(LoopBuilder &b, mlir::ValueRange rows);

/// Lane r of the result is what `combine` makes of all lanes of vector r, in a fixed
/// order.
mlir::Value reduceRows(LoopBuilder &b, mlir::ValueRange rows,
                       llvm::function_ref<mlir::Value(mlir::Value, mlir::Value)> combine);

} // namespace scratch

#endif // SCRATCH_PASSES_EMISSION_TRANSPOSE_H
