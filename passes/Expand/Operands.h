//===- Operands.h - tensors of a kernel, seen as buffers --------*- C++ -*-===//
//
// Stage: expand. A sparse matrix is opened in *storage order*: `majors` counts
// the dense level (rows of CSR, columns of CSC), `minors` the compressed one.
//
//===----------------------------------------------------------------------===//
#ifndef SCRATCH_PASSES_EXPAND_OPERANDS_H
#define SCRATCH_PASSES_EXPAND_OPERANDS_H

#include "passes/Emission/LoopBuilder.h"

#include "mlir/Dialect/SparseTensor/IR/SparseTensor.h"

namespace scratch {

struct SparseOperand {
  mlir::Value positions, coordinates, values;
  mlir::Value majors, minors; ///< index
  bool ordered = true;        ///< coordinates ascend within a segment

  /// First and one-past-last stored entry of a major index.
  std::pair<mlir::Value, mlir::Value> segment(LoopBuilder &b, mlir::Value major) const;
  /// How many entries are stored; 0 after a failure.
  mlir::Value entries(LoopBuilder &b) const;
};

/// Whether a matrix stores columns first.
bool isColumnMajor(mlir::Type matrix);

SparseOperand openSparse(LoopBuilder &b, mlir::Value matrix);

/// Read-only buffer of a dense tensor.
mlir::Value openDense(LoopBuilder &b, mlir::Value tensor);

/// A kernel's result: the tensor that a buffer of its own holds.
mlir::Value asTensor(LoopBuilder &b, mlir::Type tensor, mlir::Value buffer);

/// Extent of a tensor as an index value.
mlir::Value extent(LoopBuilder &b, mlir::Value tensor, unsigned dimension);

/// Types of the buffers that store `matrix`.
mlir::MemRefType positionsType(mlir::RankedTensorType matrix);
mlir::MemRefType coordinatesType(mlir::RankedTensorType matrix);
mlir::MemRefType valuesType(mlir::RankedTensorType matrix);

/// A rank-1 buffer of run-time size.
mlir::MemRefType bufferOf(mlir::Type element);

/// Largest value that results store in coordinates or positions of a type. Half
/// the unsigned range: callers are used to signed 32-bit indices.
int64_t largest(mlir::Type index);

} // namespace scratch

#endif // SCRATCH_PASSES_EXPAND_OPERANDS_H
