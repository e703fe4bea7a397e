//===- PackedMatmul.cpp - packed weights times dense activations ----------===//
//
// Stage: expand. The tile of sums of one panel (its rows times a few vectors of
// samples) stays in registers while the panel's entries stream by; bias and relu
// are applied before it is stored. Column tiles are the outer loop inside a chunk
// of panels: the columns of rhs that a tile reads stay in the cache while all
// panels of the chunk use them. Formats that can spread their values over lanes do
// so when there is one sample only (LaneProduct.h).
//
//===----------------------------------------------------------------------===//
#include "passes/Emission/RegisterTile.h"
#include "passes/Expand/InitialValue.h"
#include "passes/Expand/Operands.h"
#include "passes/Expand/Prune/LaneProduct.h"
#include "passes/Expand/Prune/MaskUses.h"
#include "passes/Expand/Prune/PackedEntries.h"
#include "passes/Expand/RowLoops.h"

#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace scratch;
using Values = LoopBuilder::Values;

/// Sums in flight: 16 registers of AVX2 less those for rhs and the weight.
static constexpr int64_t kSums = 12;
/// Most vectors side by side: enough chains to hide a multiply-add's latency.
static constexpr int64_t kMaxVectors = 8;
/// Equal shares of panels where the format has no positions to balance by.
static constexpr int64_t kPerRow = 4;

namespace {
class PackedProduct {
public:
  PackedProduct(LoopBuilder &b, PackedMatmulOp op)
      : b(b), op(op), type(cast<RankedTensorType>(op.getType())), element(type.getElementType()),
        isMatrix(type.getRank() == 2) {}
  Value expand();

private:
  void chunk(const PackedEntries &entries, Value first, Value last);
  /// All columns of a chunk.
  void tiles(const PackedEntries &entries, Value first, Value last);
  /// All rows of a chunk, by vectors along the columns of the weights.
  void lanes(const PackedEntries &entries, Value first, Value last);
  /// All panels of a chunk, at `vectors` * `lanes` columns from `column` on.
  void tile(const PackedEntries &entries, Value first, Value last, Value column, int64_t vectors,
            int64_t lanes);
  Value load(Value buffer, Value row, Value column, Type type);
  Value finish(Value sum, Value row);
  int64_t vectorLength() const;

  LoopBuilder &b;
  PackedMatmulOp op;
  RankedTensorType type;
  Type element;
  bool isMatrix;
  Value rows, depth, columns, rhs, init, bias, result;
};
} // namespace

int64_t PackedProduct::vectorLength() const {
  auto target =
      op->getParentOfType<ModuleOp>()->getAttrOfType<TargetAttr>(ScratchDialect::kTarget);
  return target ? std::max<int64_t>(1, target.getVectorBits() / element.getIntOrFloatBitWidth())
                : 1;
}

Value PackedProduct::load(Value buffer, Value row, Value column, Type type) {
  if (!isMatrix)
    return b.load(buffer, row);
  if (auto vector = dyn_cast<VectorType>(type))
    return vector::LoadOp::create(b, vector, buffer, ValueRange{row, column});
  return b.load(buffer, {row, column});
}

Value PackedProduct::finish(Value sum, Value row) {
  if (bias)
    sum = arith::AddFOp::create(b, sum, spread(b, b.load(bias, row), sum.getType()));
  if (op.getRelu()) {
    Value zero = arith::ConstantOp::create(b, b.getFloatAttr(element, 0));
    sum = arith::MaximumFOp::create(b, sum, spread(b, zero, sum.getType()));
  }
  return sum;
}

void PackedProduct::tile(const PackedEntries &entries, Value first, Value last, Value column,
                         int64_t vectors, int64_t lanes) {
  Type tileType = lanes > 1 ? Type(VectorType::get({lanes}, element)) : element;
  int64_t height = entries.panelHeight();
  SmallVector<Value> at;
  for (int64_t v = 0; v < vectors; ++v)
    at.push_back(v ? b.add(column, b.index(v * lanes)) : column);
  b.loop(first, last, [&](Value panel) {
    SmallVector<Value> row, inside;
    for (int64_t r = 0; r < height; ++r) {
      row.push_back(height == 1 ? panel : b.add(b.mul(panel, b.index(height)), b.index(r)));
      inside.push_back(b.less(row[r], rows));
    }
    Values start;
    Value zero = spread(b, arith::ConstantOp::create(b, b.getFloatAttr(element, 0)), tileType);
    for (int64_t r = 0; r < height; ++r)
      for (int64_t v = 0; v < vectors; ++v) {
        // Rows that the border cuts off start at an existing row and are dropped.
        Value safe = b.min(row[r], b.sub(rows, b.index(1)));
        start.push_back(init ? load(init, safe, at[v], tileType) : zero);
      }
    Values sums = entries.walk(
        b, panel, start, [&](Value k, ArrayRef<Value> weights, ValueRange before) {
          Values x;
          for (int64_t v = 0; v < vectors; ++v)
            x.push_back(load(rhs, k, at[v], tileType));
          return stepTile(
              b, height, x, before, [&](int64_t r) { return spread(b, weights[r], tileType); },
              [&](Value a, Value c, Value sum) { return multiplyAdd(b, a, c, sum); });
        });
    for (int64_t r = 0; r < height; ++r) {
      auto store = [&] {
        for (int64_t v = 0; v < vectors; ++v) {
          Value sum = finish(sums[r * vectors + v], row[r]);
          if (!isMatrix)
            b.store(sum, result, row[r]);
          else if (lanes > 1)
            vector::StoreOp::create(b, sum, result, ValueRange{row[r], at[v]});
          else
            b.store(sum, result, {row[r], at[v]});
        }
      };
      if (r == 0)
        store();
      else
        b.ifThen(inside[r], store);
    }
  });
}

void PackedProduct::lanes(const PackedEntries &entries, Value first, Value last) {
  LaneOperands operands{op.getPacking(),    entries.positions(), entries.bytes(),
                        entries.elements(), rhs,                 depth};
  b.loop(first, last, [&](Value row) {
    Value sum = emitLaneProduct(b, operands, row);
    if (init)
      sum = arith::AddFOp::create(b, b.load(init, row), sum);
    b.store(finish(sum, row), result, row);
  });
}

void PackedProduct::chunk(const PackedEntries &entries, Value first, Value last) {
  if (!isMatrix && vectorLength() >= 8 && canExpandLanes(op.getPacking(), element))
    return lanes(entries, first, last);
  // Borders that cut blocks cost registers: only where there are any.
  Value cut = entries.isCut(b);
  if (!cut)
    return tiles(entries, first, last);
  b.ifThen(cut, [&] { tiles(entries, first, last); });
  b.ifThen(arith::XOrIOp::create(b, cut, b.bit(true)),
           [&] { tiles(entries.uncut(), first, last); });
}

void PackedProduct::tiles(const PackedEntries &entries, Value first, Value last) {
  if (!isMatrix)
    return tile(entries, first, last, b.index(0), 1, 1);
  Value done = b.index(0);
  auto upTo = [&](int64_t vectors, int64_t lanes) {
    Value width = b.index(vectors * lanes);
    Value stop = b.sub(columns, arith::RemUIOp::create(b, b.sub(columns, done), width));
    b.loop(done, stop,
           [&](Value column) { tile(entries, first, last, column, vectors, lanes); },
           vectors * lanes);
    done = stop;
  };
  int64_t length = vectorLength();
  int64_t widest = std::clamp<int64_t>(kSums / entries.panelHeight(), 1, kMaxVectors);
  if (length > 1)
    for (int64_t vectors = widest; vectors > 0; vectors /= 2)
      upTo(vectors, length);
  if (length > 1) {
    // The last columns, less than a vector: those before them again, with them.
    Value fits = b.lessEqual(b.index(length), columns);
    b.ifThen(b.bitAnd(fits, b.less(done, columns)), [&] {
      tile(entries, first, last, b.sub(columns, b.index(length)), 1, length);
    });
    done = b.select(fits, columns, done);
  }
  upTo(1, 1);
}

Value PackedProduct::expand() {
  rows = extent(b, op.getInit(), 0);
  depth = extent(b, op.getRhs(), 0);
  if (isMatrix) {
    columns = extent(b, op.getRhs(), 1);
    checkExtents(b, extent(b, op.getInit(), 1), columns, "packed_matmul: columns of init");
  }
  PackedEntries entries(b, op.getPacking(), op.getParts(), rows, depth);
  entries.check(b, op);
  rhs = openDense(b, op.getRhs());
  if (!isFilledWith(op.getInit(), b.getFloatAttr(element, 0)))
    init = openDense(b, op.getInit());
  if (op.getBias()) {
    checkExtents(b, extent(b, op.getBias(), 0), rows, "packed_matmul: length of bias");
    bias = openDense(b, op.getBias());
  }
  SmallVector<Value> sizes;
  if (type.isDynamicDim(0))
    sizes.push_back(rows);
  if (isMatrix && type.isDynamicDim(1))
    sizes.push_back(columns);
  result = AllocateOp::create(b, MemRefType::get(type.getShape(), element), sizes, false);
  Value panels = countIfOk(b, entries.panels());
  if (entries.positions()) {
    Value starts = partitionByEntries(b, entries.positions(), panels,
                                      isMatrix ? columns : b.index(1), kPerRow);
    parallelChunks(
        b, starts, [] { return Values(); },
        [&](Value, Value first, Value last, ValueRange) { chunk(entries, first, last); },
        [](ValueRange) {});
    ReleaseOp::create(b, starts);
  } else {
    parallelRows(b, panels, [&](Value first, Value last) { chunk(entries, first, last); });
  }
  return asTensor(b, type, result);
}

FailureOr<Values> scratch::expandPackedMatmul(LoopBuilder &b, PackedMatmulOp op) {
  return Values{op.getTransposed() ? emitTransposedProduct(b, op)
                                   : PackedProduct(b, op).expand()};
}
