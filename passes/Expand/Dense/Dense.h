//===- Dense.h - dense products in stage expand -----------------*- C++ -*-===//
#ifndef SCRATCH_PASSES_EXPAND_DENSE_DENSE_H
#define SCRATCH_PASSES_EXPAND_DENSE_DENSE_H

#include "passes/Emission/LoopBuilder.h"

namespace scratch {

/// Whether an op becomes a register-blocked product: a dense contraction (see
/// Contraction.h) on a machine with vectors.
bool isDenseProduct(mlir::Operation *op);

/// Writes the loops before the op; returns what replaces its result.
mlir::Value expandDenseProduct(LoopBuilder &b, mlir::Operation *op);

} // namespace scratch

#endif // SCRATCH_PASSES_EXPAND_DENSE_DENSE_H
