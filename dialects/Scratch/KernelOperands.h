//===- KernelOperands.h - formats and shapes of kernels' tensors *- C++ -*-===//
//
// What the verifiers of kernels ask of operands and results. Messages name the
// tensor, what was found and what was expected.
//
//===----------------------------------------------------------------------===//
#ifndef SCRATCH_DIALECTS_SCRATCH_KERNELOPERANDS_H
#define SCRATCH_DIALECTS_SCRATCH_KERNELOPERANDS_H

#include "dialects/Scratch/Scratch.h"

namespace scratch {

inline mlir::Type elementOf(mlir::Type type) {
  return mlir::cast<mlir::RankedTensorType>(type).getElementType();
}
inline llvm::ArrayRef<int64_t> shapeOf(mlir::Type type) {
  return mlir::cast<mlir::RankedTensorType>(type).getShape();
}

llvm::LogicalResult verifySparseMatrix(mlir::Operation *op, llvm::StringRef name,
                                       mlir::Type type);
llvm::LogicalResult verifyDense(mlir::Operation *op, llvm::StringRef name, mlir::Type type,
                                int64_t rank);
/// Unknown extents agree with any.
llvm::LogicalResult verifyShape(mlir::Operation *op, llvm::StringRef name,
                                llvm::ArrayRef<int64_t> shape,
                                llvm::ArrayRef<int64_t> expected);
/// `columns of lhs equal rows of rhs`, naming both shapes.
llvm::LogicalResult verifyInner(mlir::Operation *op, mlir::Type lhs, int64_t lhsInner,
                                mlir::Type rhs, int64_t rhsInner);

} // namespace scratch

#endif // SCRATCH_DIALECTS_SCRATCH_KERNELOPERANDS_H
