//===- KernelOperands.cpp - formats and shapes of kernels' tensors --------===//
#include "dialects/Scratch/KernelOperands.h"

#include "dialects/Scratch/Extents.h"

#include "mlir/Dialect/SparseTensor/IR/SparseTensorType.h"

using namespace mlir;
using namespace scratch;
using sparse_tensor::SparseTensorType;

/// CSR or CSC: a matrix with a dense level over a compressed one, each
/// coordinate at most once per row.
static bool isCompressedMatrix(RankedTensorType type) {
  auto encoding = sparse_tensor::getSparseTensorEncoding(type);
  if (!encoding || type.getRank() != 2)
    return false;
  SparseTensorType matrix(type);
  return matrix.getLvlRank() == 2 && matrix.isPermutation() &&
         sparse_tensor::isDenseLT(matrix.getLvlType(0)) &&
         sparse_tensor::isCompressedLT(matrix.getLvlType(1)) &&
         sparse_tensor::isUniqueLT(matrix.getLvlType(1)) && !encoding.isSlice();
}

LogicalResult scratch::verifySparseMatrix(Operation *op, StringRef name, Type type) {
  if (isCompressedMatrix(cast<RankedTensorType>(type)))
    return success();
  return op->emitOpError("expected ")
         << name << " to be a sparse matrix in CSR or CSC with unique coordinates, found "
         << type;
}

LogicalResult scratch::verifyDense(Operation *op, StringRef name, Type type, int64_t rank) {
  auto tensor = cast<RankedTensorType>(type);
  if (!sparse_tensor::getSparseTensorEncoding(type) && tensor.getRank() == rank)
    return success();
  return op->emitOpError("expected ")
         << name << " to be a dense tensor of rank " << rank << ", found " << type;
}

LogicalResult scratch::verifyShape(Operation *op, StringRef name, ArrayRef<int64_t> shape,
                                   ArrayRef<int64_t> expected) {
  if (shape.size() != expected.size())
    return op->emitOpError("expected ")
           << name << " of " << expected.size() << " dimensions, found " << shape.size();
  for (auto [found, want] : llvm::zip_equal(shape, expected))
    if (!agree(found, want)) {
      InFlightDiagnostic diagnostic = op->emitOpError("expected ") << name << " of shape ";
      auto print = [&](ArrayRef<int64_t> sizes) {
        llvm::interleave(
            sizes,
            [&](int64_t size) {
              if (ShapedType::isDynamic(size))
                diagnostic << "?";
              else
                diagnostic << size;
            },
            [&] { diagnostic << "x"; });
      };
      print(expected);
      diagnostic << ", found ";
      print(shape);
      return diagnostic;
    }
  return success();
}

LogicalResult scratch::verifyInner(Operation *op, Type lhs, int64_t lhsInner, Type rhs,
                                   int64_t rhsInner) {
  if (agree(lhsInner, rhsInner))
    return success();
  return op->emitOpError("columns of lhs ")
         << lhs << " (" << lhsInner << ") differ from rows of rhs " << rhs << " ("
         << rhsInner << ")";
}
