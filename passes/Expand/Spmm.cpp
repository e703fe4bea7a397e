//===- Spmm.cpp - sparse times dense, row by row --------------------------===//
//
// Stage: expand. A row of the result is computed in tiles of columns that stay
// in vector registers while the row of the sparse matrix streams by:
//   for rows, for column tiles:  tile = init;  for entries (k, a):  tile += a * X[k, tile]
// Traffic: the sparse row once per tile, one tile row of X per entry, each result
// element once. Rows are dealt by entries. The order of additions is fixed.
//
//===----------------------------------------------------------------------===//
#include "passes/Expand/Epilogue.h"
#include "passes/Expand/InitialValue.h"
#include "passes/Expand/Kernels.h"
#include "passes/Expand/Operands.h"
#include "passes/Expand/RowLoops.h"
#include "passes/Expand/StorageOrder.h"
#include "passes/Expand/Vectors.h"

#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace scratch;

/// Independent chains of additions: enough to hide the latency of fused
/// multiply-add on two ports (4 cycles, 8 in flight), few enough to leave registers
/// free. A tile of fewer vectors sums several entries side by side.
static constexpr int64_t kChains = 8;
/// Entries side by side at most: rows are short where there are few columns, too.
static constexpr int64_t kMostEntries = 4;

namespace {
class RowWiseSpmm {
public:
  RowWiseSpmm(LoopBuilder &b, SpmmOp op)
      : b(b), op(op), semiring(SemiringEmitter::of(op)), length(vectorLength(op, semiring)) {}
  FailureOr<Value> expand();

private:
  void columnTiles(Value row, Value begin, Value end);
  void tile(Value row, Value begin, Value end, Value column, int64_t vectors, int64_t lanes);
  Value load(Value matrix, Value row, Value column, Type type);
  Value nothing(Type type);
  bool isAny() const;

  LoopBuilder &b;
  SpmmOp op;
  SemiringEmitter semiring;
  int64_t length;
  SparseOperand lhs;
  Value rhs, init, result, columns;
};
} // namespace

Value RowWiseSpmm::load(Value matrix, Value row, Value column, Type type) {
  if (auto vector = dyn_cast<VectorType>(type))
    return vector::LoadOp::create(b, vector, matrix, ValueRange{row, column});
  return b.load(matrix, {row, column});
}

bool RowWiseSpmm::isAny() const {
  return !semiring.semiring.isCustom() && semiring.semiring.getAdd() == SemiringOperator::op_any;
}

/// What a sum beside the first begins with, and adding it changes no bit: the identity but for
/// real numbers, where zero turns minus zero into zero and infinity outlives a NaN.
Value RowWiseSpmm::nothing(Type type) {
  auto element = dyn_cast<FloatType>(semiring.element);
  if (!element || semiring.semiring.isCustom())
    return semiring.getIdentity(b, type);
  const llvm::fltSemantics &form = element.getFloatSemantics();
  auto constant = [&](const APFloat &number) -> Value {
    TypedAttr value = FloatAttr::get(element, number);
    if (auto vector = dyn_cast<VectorType>(type))
      value = DenseElementsAttr::get(vector, Attribute(value));
    return arith::ConstantOp::create(b, value);
  };
  switch (semiring.semiring.getAdd()) {
  case SemiringOperator::op_plus:
    return constant(APFloat::getZero(form, /*Negative=*/true));
  case SemiringOperator::op_min:
  case SemiringOperator::op_max:
    return constant(APFloat::getQNaN(form));
  default:
    return semiring.getIdentity(b, type);
  }
}

/// One tile of `vectors` * `lanes` columns, all entries of the row.
void RowWiseSpmm::tile(Value row, Value begin, Value end, Value column, int64_t vectors,
                       int64_t lanes) {
  Type type = lanes > 1 ? Type(VectorType::get({lanes}, semiring.element)) : semiring.element;
  SmallVector<Value> at;
  LoopBuilder::Values start;
  for (int64_t v = 0; v < vectors; ++v) {
    at.push_back(v ? b.add(column, b.index(v * lanes)) : column);
    start.push_back(init ? load(init, row, at[v], type) : semiring.getIdentity(b, type));
  }
  auto addEntry = [&](Value p, ValueRange before) {
    Value k = b.loadIndex(lhs.coordinates, p);
    Value scale;
    if (semiring.readsLeft()) {
      scale = b.load(lhs.values, p);
      if (lanes > 1)
        scale = vector::BroadcastOp::create(b, type, scale);
    }
    LoopBuilder::Values after;
    for (int64_t v = 0; v < vectors; ++v) {
      Value x = semiring.readsRight() ? load(rhs, k, at[v], type) : Value();
      after.push_back(semiring.add(b, before[v], semiring.multiply(b, scale, x, type)));
    }
    return after;
  };
  int64_t together = std::min(kChains / vectors, kMostEntries);
  LoopBuilder::Values sums = start;
  if (together > 1) {
    for (int64_t e = 1; e < together; ++e)
      sums.append(vectors, nothing(type));
    Value whole = b.add(begin, b.bitAnd(b.sub(end, begin), b.index(-together)));
    sums = b.loop(
        begin, whole, sums,
        [&](Value p, ValueRange before) {
          LoopBuilder::Values after;
          for (int64_t e = 0; e < together; ++e)
            after.append(addEntry(e ? b.add(p, b.index(e)) : p,
                                  before.slice(e * vectors, vectors)));
          return after;
        },
        together);
    for (int64_t e = 1; e < together; ++e)
      for (int64_t v = 0; v < vectors; ++v)
        sums[v] = semiring.add(b, sums[v], sums[e * vectors + v]);
    // `any` would answer with what is nothing.
    if (isAny())
      for (int64_t v = 0; v < vectors; ++v)
        sums[v] = b.select(b.less(begin, whole), sums[v], start[v]);
    sums.truncate(vectors);
    begin = whole;
  }
  sums = b.loop(begin, end, sums, addEntry);
  for (int64_t v = 0; v < vectors; ++v) {
    if (lanes > 1)
      vector::StoreOp::create(b, sums[v], result, ValueRange{row, at[v]});
    else
      b.store(sums[v], result, {row, at[v]});
  }
}

/// Wide tiles, then one half and a quarter as wide, then single vectors and columns.
void RowWiseSpmm::columnTiles(Value row, Value begin, Value end) {
  Value done = b.index(0);
  auto upTo = [&](int64_t width, int64_t vectors, int64_t lanes) {
    Value stop = b.bitAnd(columns, b.index(-width));
    b.loop(done, stop, [&](Value column) { tile(row, begin, end, column, vectors, lanes); },
           width);
    done = stop;
  };
  if (length > 1) {
    for (int64_t vectors = kChains; vectors > 1; vectors /= 2)
      upTo(vectors * length, vectors, length);
    upTo(length, 1, length);
  }
  b.loop(done, columns, [&](Value column) { tile(row, begin, end, column, 1, 1); });
}

FailureOr<Value> RowWiseSpmm::expand() {
  if (!op.getStrategyAttr())
    return op.emitError("kernel has no strategy; run select first");
  FailureOr<Value> left = inStorageOrder(b, op, op.getLhs(), /*columnMajor=*/false);
  if (failed(left))
    return failure();
  lhs = openSparse(b, *left);
  Value rows = lhs.majors;
  columns = extent(b, op.getRhs(), 1);
  checkExtents(b, extent(b, op.getRhs(), 0), lhs.minors, "spmm: rows of rhs");
  checkExtents(b, extent(b, op.getInit(), 0), rows, "spmm: rows of init");
  checkExtents(b, extent(b, op.getInit(), 1), columns, "spmm: columns of init");
  rhs = openDense(b, op.getRhs());
  if (!isFilledWith(op.getInit(), semiring.identity))
    init = openDense(b, op.getInit());
  RankedTensorType type = op.getType();
  SmallVector<Value> sizes;
  if (type.isDynamicDim(0))
    sizes.push_back(rows);
  if (type.isDynamicDim(1))
    sizes.push_back(columns);
  result = AllocateOp::create(b, MemRefType::get(type.getShape(), type.getElementType()), sizes,
                              false);
  Value starts = partitionByEntries(b, lhs.positions, countIfOk(b, rows),
                                    b.add(columns, b.index(4)), /*perRow=*/16);
  parallelChunks(
      b, starts, [] { return LoopBuilder::Values(); },
      [&](Value chunk, Value first, Value last, ValueRange) {
        b.loop(first, last, [&](Value row) {
          auto [begin, end] = lhs.segment(b, row);
          columnTiles(row, begin, end);
          if (hasStages(op.getEpilogue()))
            b.loop(b.index(0), columns, [&](Value column) {
              Value mapped = emitDenseEpilogue(b, op.getEpilogue(),
                                               b.load(result, {row, column}), row, column);
              b.store(mapped, result, {row, column});
            });
        });
        recordCount(b, "chunks", 0, b.index(1));
      },
      [](ValueRange) {});
  ReleaseOp::create(b, starts);
  Value safe = countIfOk(b, rows);
  Value nonzeros = b.ifElse(
      b.less(b.index(0), safe), {b.getIndexType()},
      [&] {
        return LoopBuilder::Values{
            b.sub(b.loadIndex(lhs.positions, safe), b.loadIndex(lhs.positions, b.index(0)))};
      },
      [&] { return LoopBuilder::Values{b.index(0)}; })[0];
  recordCount(b, "products", 0, b.mul(nonzeros, columns));
  return asTensor(b, type, result);
}

FailureOr<Value> scratch::expandSpmm(LoopBuilder &b, SpmmOp op) {
  return RowWiseSpmm(b, op).expand();
}
