//===- MatrixVector.cpp - a dense matrix times one vector -----------------===//
//
// Stage: expand. Dot products of a few neighbouring rows at once, in vectors along
// the depth: bound by memory, which serves several streams better than one. Sums
// are folded in a fixed order, and the few results meet consumers as one vector.
//
//===----------------------------------------------------------------------===//
#include "passes/Expand/Dense/MatrixVector.h"

#include "passes/Emission/RegisterTile.h"
#include "passes/Expand/Dense/Consumers.h"
#include "passes/Expand/Dense/Source.h"
#include "passes/Expand/InitialValue.h"
#include "passes/Expand/Operands.h"
#include "passes/Expand/RowLoops.h"

#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace scratch;
using Values = LoopBuilder::Values;

/// Rows at once, and vectors of each per step.
static constexpr int64_t kRows = 4, kVectors = 2;

bool scratch::isMatrixVector(const DenseContraction &p) {
  if (!p.rows.empty() || p.depth.size() != 1 || p.columnInA || p.aIndex.size() != 1)
    return false;
  for (auto [loop, coefficient] : llvm::enumerate(p.aIndex[0]))
    if (coefficient != (loop == p.depth[0] ? 1 : 0))
      return false;
  auto plain = [&](Value value) {
    return cast<RankedTensorType>(value.getType()).getElementType() == p.element();
  };
  return p.cLoops.size() == 2 && p.cLoops[0] == p.column && plain(p.a) && plain(p.c);
}

Value scratch::expandMatrixVector(LoopBuilder &b, const DenseContraction &p, int64_t lanes) {
  Type element = p.element();
  auto type = VectorType::get({lanes}, element), few = VectorType::get({kRows}, element);
  Value zero = b.index(0), one = b.index(1);
  Value rows = extent(b, p.init, 0), depth = extent(b, p.c, 1);
  checkExtents(b, extent(b, p.c, 0), rows, "dense product: columns");
  checkExtents(b, extent(b, p.a, 0), depth, "dense product: extent of an operand");
  Value w = flatten(b, openDense(b, p.c)), x = flatten(b, openDense(b, p.a)), init;
  if (!isFilledWith(p.init, b.getFloatAttr(element, 0)))
    init = flatten(b, openDense(b, p.init));
  SmallVector<linalg::LinalgOp> consumers = findConsumers(p.op);
  // Their other inputs have the extent of the result.
  SmallVector<Values> consumed;
  Value tile = p.op->getResult(0);
  for (linalg::LinalgOp consumer : consumers) {
    Values &buffers = consumed.emplace_back();
    for (Value input : consumer.getDpsInputs()) {
      if (input != tile)
        checkExtents(b, extent(b, input, 0), rows, "dense product: extent of what is done to it");
      buffers.push_back(input == tile ? Value() : flatten(b, openDense(b, input)));
    }
    tile = consumer->getResult(0);
  }
  SmallVector<Value> sizes;
  if (p.type().isDynamicDim(0))
    sizes.push_back(rows);
  Value result = AllocateOp::create(b, MemRefType::get(p.type().getShape(), element), sizes, false);
  Value flat = flatten(b, result);

  // Without rows there is none to read.
  auto rowsFrom = [&](Value first) {
    Values begins;
    Value last = b.sub(rows, one);
    for (int64_t r = 0; r < kRows; ++r)
      begins.push_back(b.mul(b.min(r ? b.add(first, b.index(r)) : first, last), depth));
    return begins;
  };
  Value none = arith::ConstantOp::create(b, b.getZeroAttr(type));
  auto block = [&](Value first) {
    Values begins = rowsFrom(first);
    /// One vector of x meets all rows.
    auto step = [&](Value k, Value mask, ValueRange before) {
      auto load = [&](Value buffer, Value at) -> Value {
        if (mask)
          return vector::MaskedLoadOp::create(b, type, buffer, ValueRange{at}, mask, none);
        return vector::LoadOp::create(b, type, buffer, ValueRange{at});
      };
      Value part = load(x, k);
      Values after;
      for (int64_t r = 0; r < kRows; ++r)
        after.push_back(multiplyAdd(b, load(w, b.add(begins[r], k)), part, before[r]));
      return after;
    };
    int64_t stride = kVectors * lanes;
    Value whole = b.sub(depth, arith::RemUIOp::create(b, depth, b.index(stride)));
    Values sums = b.loop(
        zero, whole, Values(kVectors * kRows, none),
        [&](Value k, ValueRange before) {
          Values after;
          for (int64_t v = 0; v < kVectors; ++v)
            llvm::append_range(after, step(b.add(k, b.index(v * lanes)), {},
                                           before.slice(v * kRows, kRows)));
          return after;
        },
        stride);
    Values total;
    for (int64_t r = 0; r < kRows; ++r)
      total.push_back(arith::AddFOp::create(b, sums[r], sums[kRows + r]));
    total = b.loop(
        whole, depth, total,
        [&](Value k, ValueRange before) {
          Value left = b.sub(b.min(depth, b.add(k, b.index(lanes))), k);
          Value mask = vector::CreateMaskOp::create(
              b, VectorType::get({lanes}, b.getI1Type()), ValueRange{left});
          return step(k, mask, before);
        },
        lanes);
    for (Value &sum : total)
      sum = sumLanes(b, sum);
    Value made = vector::FromElementsOp::create(b, few, total);
    Value mask = vector::CreateMaskOp::create(
        b, VectorType::get({kRows}, b.getI1Type()),
        ValueRange{b.sub(b.min(rows, b.add(first, b.index(kRows))), first)});
    Value empty = arith::ConstantOp::create(b, b.getZeroAttr(few));
    auto read = [&](Value buffer) -> Value {
      return vector::MaskedLoadOp::create(b, few, buffer, ValueRange{first}, mask, empty);
    };
    if (init)
      made = arith::AddFOp::create(b, read(init), made);
    for (auto [consumer, buffers] : llvm::zip(consumers, consumed)) {
      Values inputs;
      for (Value buffer : buffers)
        inputs.push_back(buffer ? read(buffer) : made);
      made = applyConsumer(b, consumer, inputs);
    }
    vector::MaskedStoreOp::create(b, flat, ValueRange{first}, mask, made);
  };
  Value blocks = arith::CeilDivUIOp::create(b, rows, b.index(kRows));
  Value chunks = equalChunks(b, blocks, b.mul(b.index(kRows), b.max(depth, one)));
  parallelChunks(
      b, chunks, [] { return Values(); },
      [&](Value, Value first, Value last, ValueRange) {
        b.loop(first, last, [&](Value number) { block(b.mul(number, b.index(kRows))); });
      },
      [](ValueRange) {});
  ReleaseOp::create(b, chunks);
  return asTensor(b, p.type(), result);
}
