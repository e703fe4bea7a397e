//===- Operands.cpp - tensors of a kernel, seen as buffers ----------------===//
#include "passes/Expand/Operands.h"

#include "dialects/Scratch/Scratch.h"

#include "mlir/Dialect/Bufferization/IR/Bufferization.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/SparseTensor/IR/SparseTensorType.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace scratch;
using sparse_tensor::SparseTensorType;

std::pair<Value, Value> SparseOperand::segment(LoopBuilder &b, Value major) const {
  return {b.loadIndex(positions, major), b.loadIndex(positions, b.add(major, b.index(1)))};
}

Value SparseOperand::entries(LoopBuilder &b) const {
  return b.ifElse(
      StatusOp::create(b), {b.getIndexType()},
      [&] { return LoopBuilder::Values{b.loadIndex(positions, majors)}; },
      [&] { return LoopBuilder::Values{b.index(0)}; })[0];
}

bool scratch::isColumnMajor(Type matrix) {
  return !SparseTensorType(cast<RankedTensorType>(matrix)).isIdentity();
}

SparseOperand scratch::openSparse(LoopBuilder &b, Value matrix) {
  SparseTensorType type(cast<RankedTensorType>(matrix.getType()));
  bool columns = isColumnMajor(type);
  SparseOperand operand;
  operand.majors = extent(b, matrix, columns ? 1 : 0);
  operand.minors = extent(b, matrix, columns ? 0 : 1);
  operand.positions = sparse_tensor::ToPositionsOp::create(b, positionsType(type), matrix, 1);
  operand.coordinates = sparse_tensor::ToCoordinatesOp::create(b, coordinatesType(type), matrix, 1);
  operand.values = sparse_tensor::ToValuesOp::create(b, valuesType(type), matrix);
  operand.ordered = sparse_tensor::isOrderedLT(type.getLvlType(1));
  return operand;
}

Value scratch::openDense(LoopBuilder &b, Value tensor) {
  auto type = cast<RankedTensorType>(tensor.getType());
  return bufferization::ToBufferOp::create(
      b, MemRefType::get(type.getShape(), type.getElementType()), tensor, /*readOnly=*/true);
}

Value scratch::asTensor(LoopBuilder &b, Type tensor, Value buffer) {
  return bufferization::ToTensorOp::create(b, tensor, buffer, /*restrict=*/true,
                                           /*writable=*/true);
}

/// A tensor that is only filled is not needed for its extents.
Value scratch::extent(LoopBuilder &b, Value tensor, unsigned dimension) {
  while (auto fill = tensor.getDefiningOp<linalg::FillOp>())
    tensor = fill.getOutputs()[0];
  auto type = cast<RankedTensorType>(tensor.getType());
  if (!type.isDynamicDim(dimension))
    return b.index(type.getDimSize(dimension));
  if (auto empty = tensor.getDefiningOp<tensor::EmptyOp>())
    return empty.getDynamicSize(dimension);
  return tensor::DimOp::create(b, tensor, dimension);
}

MemRefType scratch::bufferOf(Type element) {
  return MemRefType::get({ShapedType::kDynamic}, element);
}

MemRefType scratch::positionsType(RankedTensorType matrix) {
  return bufferOf(SparseTensorType(matrix).getPosType());
}

MemRefType scratch::coordinatesType(RankedTensorType matrix) {
  return bufferOf(SparseTensorType(matrix).getCrdType());
}

MemRefType scratch::valuesType(RankedTensorType matrix) {
  return bufferOf(matrix.getElementType());
}

int64_t scratch::largest(Type index) {
  if (isa<IndexType>(index) || index.getIntOrFloatBitWidth() >= 64)
    return std::numeric_limits<int64_t>::max();
  return (int64_t(1) << (index.getIntOrFloatBitWidth() - 1)) - 1;
}
