//===- Operands.h - tensors that kernels can take ---------------*- C++ -*-===//
#ifndef SCRATCH_PASSES_IMPORT_OPERANDS_H
#define SCRATCH_PASSES_IMPORT_OPERANDS_H

#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Value.h"

namespace scratch {

/// f32, f64, i8, i32, i64.
bool isKernelElement(mlir::Type type);

/// CSR or CSC, unsliced, unique, with 32- or 64-bit positions and coordinates
/// (`index` counts as 64), absent entries being zero.
bool isKernelMatrix(mlir::Type type);

/// A tensor without encoding, of the given rank.
bool isDense(mlir::Type type, int64_t rank);

/// A sparse tensor without entries: freshly made, or converted from zeros.
bool isEmptySparse(mlir::Value tensor);

/// The tensor that a chain of `alloc_tensor copy(...)` copies.
mlir::Value skipCopies(mlir::Value tensor);

/// A dense tensor of zeros: a fill or a constant.
bool isZero(mlir::Value tensor);

} // namespace scratch

#endif // SCRATCH_PASSES_IMPORT_OPERANDS_H
