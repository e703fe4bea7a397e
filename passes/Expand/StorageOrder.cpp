//===- StorageOrder.cpp - conversions that a kernel's operands need -------===//
#include "passes/Expand/StorageOrder.h"

#include "passes/Expand/Operands.h"

#include "mlir/Dialect/SparseTensor/IR/SparseTensorType.h"

using namespace mlir;
using namespace scratch;

FailureOr<Value> scratch::inStorageOrder(LoopBuilder &b, Operation *op, Value tensor,
                                         bool columnMajor) {
  auto type = cast<RankedTensorType>(tensor.getType());
  auto encoding = sparse_tensor::getSparseTensorEncoding(type);
  if (encoding && isColumnMajor(type) == columnMajor)
    return tensor;
  MLIRContext *context = op->getContext();
  auto map = columnMajor ? AffineMap::getPermutationMap(ArrayRef<unsigned>{1, 0}, context)
                         : AffineMap::getMultiDimIdentityMap(2, context);
  auto dense = *sparse_tensor::buildLevelType(sparse_tensor::LevelFormat::Dense, true, true);
  auto compressed =
      *sparse_tensor::buildLevelType(sparse_tensor::LevelFormat::Compressed, true, true);
  unsigned positions = encoding ? encoding.getPosWidth() : 0;
  unsigned coordinates = encoding ? encoding.getCrdWidth() : 0;
  auto wanted = sparse_tensor::SparseTensorEncodingAttr::get(
      context, {dense, compressed}, map, inversePermutation(map), positions, coordinates);
  return Value(sparse_tensor::ConvertOp::create(
      b, RankedTensorType::get(type.getShape(), type.getElementType(), wanted), tensor));
}
