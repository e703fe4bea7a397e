//===- PackedTranspose.cpp - transposed packed weights times gradients ----===//
//
// Stage: expand. `result = act(init + transpose(W) * dy + bias)` from the parts of
// W, whose rows are the rows of dy. Workers share the samples, not the rows: each
// walks all of W for its columns, holds a panel's rows of dy in registers, and adds
// to the rows of the result that the panel's entries name. So nothing is shared,
// and a sum takes the rows of W in ascending order, whatever the number of threads.
//
//===----------------------------------------------------------------------===//
#include "passes/Emission/RegisterTile.h"
#include "passes/Expand/InitialValue.h"
#include "passes/Expand/Operands.h"
#include "passes/Expand/Prune/MaskUses.h"
#include "passes/Expand/Prune/PackedEntries.h"
#include "passes/Expand/RowLoops.h"

#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace scratch;
using Values = LoopBuilder::Values;

/// Vectors of samples side by side, for panels of one row and of more.
static constexpr int64_t kVectors = 4, kVectorsOfPanel = 2;

namespace {
class TransposedProduct {
public:
  TransposedProduct(LoopBuilder &b, PackedMatmulOp op)
      : b(b), op(op), type(cast<RankedTensorType>(op.getType())), element(type.getElementType()),
        isMatrix(type.getRank() == 2) {}
  Value expand();

private:
  /// All of the weights at the columns [column, column + vectors * lanes).
  void tile(const PackedEntries &entries, Value column, int64_t vectors, int64_t lanes);
  Value load(Value buffer, Value row, Value column, Type tileType) {
    if (!isMatrix)
      return b.load(buffer, row);
    if (isa<VectorType>(tileType))
      return vector::LoadOp::create(b, tileType, buffer, ValueRange{row, column});
    return b.load(buffer, {row, column});
  }
  void store(Value value, Value row, Value column) {
    if (!isMatrix)
      b.store(value, result, row);
    else if (isa<VectorType>(value.getType()))
      vector::StoreOp::create(b, value, result, ValueRange{row, column});
    else
      b.store(value, result, {row, column});
  }
  Value zero(Type tileType) {
    return spread(b, arith::ConstantOp::create(b, b.getFloatAttr(element, 0)), tileType);
  }

  LoopBuilder &b;
  PackedMatmulOp op;
  RankedTensorType type;
  Type element;
  bool isMatrix;
  Value rows, height, columns, dy, init, bias, result; ///< height: rows of the result
};
} // namespace

void TransposedProduct::tile(const PackedEntries &entries, Value column, int64_t vectors,
                             int64_t lanes) {
  Type tileType = lanes > 1 ? Type(VectorType::get({lanes}, element)) : element;
  SmallVector<Value> at;
  for (int64_t v = 0; v < vectors; ++v)
    at.push_back(v ? b.add(column, b.index(v * lanes)) : column);
  b.loop(b.index(0), height, [&](Value row) {
    for (Value place : at)
      store(init ? load(init, row, place, tileType) : zero(tileType), row, place);
  });
  int64_t panelRows = entries.panelHeight();
  b.loop(b.index(0), entries.panels(), [&](Value panel) {
    Values gradients;
    for (int64_t r = 0; r < panelRows; ++r) {
      Value row = panelRows == 1 ? panel : b.add(b.mul(panel, b.index(panelRows)), b.index(r));
      // What the border cuts off holds zeros; it reads an existing row.
      Value safe = r ? b.min(row, b.sub(rows, b.index(1))) : row;
      for (Value place : at)
        gradients.push_back(load(dy, safe, place, tileType));
    }
    entries.walk(b, panel, {}, [&](Value k, ArrayRef<Value> weights, ValueRange) {
      for (int64_t v = 0; v < vectors; ++v) {
        Value sum = load(result, k, at[v], tileType);
        for (int64_t r = 0; r < panelRows; ++r)
          sum = multiplyAdd(b, spread(b, weights[r], tileType), gradients[r * vectors + v], sum);
        store(sum, k, at[v]);
      }
      return Values();
    });
  });
  if (!bias && !op.getRelu())
    return;
  b.loop(b.index(0), height, [&](Value row) {
    for (Value place : at) {
      Value sum = load(result, row, place, tileType);
      if (bias)
        sum = arith::AddFOp::create(b, sum, spread(b, b.load(bias, row), tileType));
      if (op.getRelu())
        sum = arith::MaximumFOp::create(b, sum, zero(tileType));
      store(sum, row, place);
    }
  });
}

Value TransposedProduct::expand() {
  rows = extent(b, op.getRhs(), 0);
  height = extent(b, op.getInit(), 0);
  PackedEntries entries(b, op.getPacking(), op.getParts(), rows, height);
  entries.check(b, op);
  dy = openDense(b, op.getRhs());
  if (!isFilledWith(op.getInit(), b.getFloatAttr(element, 0)))
    init = openDense(b, op.getInit());
  if (op.getBias()) {
    checkExtents(b, extent(b, op.getBias(), 0), height, "packed_matmul: length of bias");
    bias = openDense(b, op.getBias());
  }
  SmallVector<Value> sizes;
  if (type.isDynamicDim(0))
    sizes.push_back(height);
  columns = b.index(1);
  if (isMatrix) {
    columns = extent(b, op.getRhs(), 1);
    checkExtents(b, extent(b, op.getInit(), 1), columns, "packed_matmul: columns of init");
    if (type.isDynamicDim(1))
      sizes.push_back(columns);
  }
  result = AllocateOp::create(b, MemRefType::get(type.getShape(), element), sizes, false);
  auto target =
      op->getParentOfType<ModuleOp>()->getAttrOfType<TargetAttr>(ScratchDialect::kTarget);
  int64_t lanes =
      target && isMatrix
          ? std::max<int64_t>(1, target.getVectorBits() / element.getIntOrFloatBitWidth())
          : 1;
  int64_t vectors = entries.panelHeight() > 1 ? kVectorsOfPanel : kVectors;
  Value width = b.index(vectors * lanes);
  Value tiles = arith::CeilDivUIOp::create(b, columns, width);
  parallelRows(b, countIfOk(b, tiles), [&](Value first, Value last) {
    b.loop(first, last, [&](Value number) {
      Value start = b.mul(number, width), end = b.min(b.add(start, width), columns);
      Value isWhole = b.equal(b.sub(end, start), width);
      Value whole = b.select(isWhole, end, start);
      if (lanes > 1)
        b.ifThen(isWhole, [&] { tile(entries, start, vectors, lanes); });
      else
        whole = start;
      b.loop(whole, end, [&](Value column) { tile(entries, column, 1, 1); });
    });
  });
  return asTensor(b, type, result);
}

Value scratch::emitTransposedProduct(LoopBuilder &b, PackedMatmulOp op) {
  return TransposedProduct(b, op).expand();
}
