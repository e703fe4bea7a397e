//===- Operands.cpp - tensors that kernels can take -----------------------===//
#include "passes/Import/Operands.h"

#include "mlir/Dialect/Bufferization/IR/Bufferization.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/SparseTensor/IR/SparseTensor.h"
#include "mlir/Dialect/SparseTensor/IR/SparseTensorType.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Matchers.h"

using namespace mlir;

bool scratch::isKernelElement(Type type) {
  return type.isF32() || type.isF64() || type.isSignlessInteger(8) ||
         type.isSignlessInteger(32) || type.isSignlessInteger(64);
}

static bool isKernelWidth(unsigned width) { return width == 0 || width == 32 || width == 64; }

bool scratch::isKernelMatrix(Type type) {
  auto tensor = dyn_cast<RankedTensorType>(type);
  auto encoding = sparse_tensor::getSparseTensorEncoding(type);
  if (!tensor || !encoding || tensor.getRank() != 2 || !isKernelElement(tensor.getElementType()))
    return false;
  if (encoding.isSlice() || encoding.getImplicitVal() || encoding.getExplicitVal())
    return false;
  sparse_tensor::SparseTensorType matrix(tensor);
  return matrix.getLvlRank() == 2 && matrix.isPermutation() &&
         sparse_tensor::isDenseLT(matrix.getLvlType(0)) &&
         sparse_tensor::isCompressedLT(matrix.getLvlType(1)) &&
         sparse_tensor::isUniqueLT(matrix.getLvlType(1)) &&
         isKernelWidth(encoding.getPosWidth()) && isKernelWidth(encoding.getCrdWidth());
}

bool scratch::isDense(Type type, int64_t rank) {
  auto tensor = dyn_cast<RankedTensorType>(type);
  return tensor && !tensor.getEncoding() && tensor.getRank() == rank;
}

bool scratch::isEmptySparse(Value tensor) {
  if (!sparse_tensor::getSparseTensorEncoding(tensor.getType()))
    return false;
  if (tensor.getDefiningOp<tensor::EmptyOp>())
    return true;
  if (auto alloc = tensor.getDefiningOp<bufferization::AllocTensorOp>())
    return !alloc.getCopy();
  // Conversion drops zeros, so nothing is stored.
  if (auto convert = tensor.getDefiningOp<sparse_tensor::ConvertOp>()) {
    Value source = convert.getSource();
    return !sparse_tensor::getSparseTensorEncoding(source.getType()) ? isZero(source)
                                                                     : isEmptySparse(source);
  }
  return false;
}

Value scratch::skipCopies(Value tensor) {
  while (auto alloc = tensor.getDefiningOp<bufferization::AllocTensorOp>()) {
    if (!alloc.getCopy())
      break;
    tensor = alloc.getCopy();
  }
  return tensor;
}

bool scratch::isZero(Value tensor) {
  if (auto fill = tensor.getDefiningOp<linalg::FillOp>())
    return matchPattern(fill.getInputs()[0], m_Zero()) ||
           matchPattern(fill.getInputs()[0], m_PosZeroFloat());
  DenseElementsAttr elements;
  if (!matchPattern(tensor, m_Constant(&elements)) || !elements.isSplat())
    return false;
  if (isa<FloatType>(elements.getElementType()))
    return elements.getSplatValue<APFloat>().isPosZero();
  return isa<IntegerType>(elements.getElementType()) && elements.getSplatValue<APInt>().isZero();
}
