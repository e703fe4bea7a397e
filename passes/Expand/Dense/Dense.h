//===- Dense.h - dense products in stage expand -----------------*- C++ -*-===//
#ifndef SCRATCH_PASSES_EXPAND_DENSE_DENSE_H
#define SCRATCH_PASSES_EXPAND_DENSE_DENSE_H

#include "passes/Emission/LoopBuilder.h"

namespace scratch {

/// Whether an op becomes a register-blocked product: a dense contraction (see
/// Contraction.h) on a machine with vectors.
bool isDenseProduct(mlir::Operation *op);

/// The op whose result a product's loops compute: itself, or the last of its
/// consumers (Consumers.h).
mlir::Operation *lastOfDenseProduct(mlir::Operation *op);

/// Writes the loops of a product and its consumers, where the builder is: before the
/// last of them, whose result is returned.
mlir::Value expandDenseProduct(LoopBuilder &b, mlir::Operation *op);

} // namespace scratch

#endif // SCRATCH_PASSES_EXPAND_DENSE_DENSE_H
