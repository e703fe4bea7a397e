//===- LaneProduct.cpp - packed weights times one vector, in lanes --------===//
//
// Stage: expand. One byte of a bitmap, or of 2:4 indices, describes eight columns.
// Its values are spread over eight lanes and meet eight consecutive elements of
// the vector, so nothing is gathered. Four bytes at a time have sums of their own;
// the sums are folded in a fixed order. Memory-bound when all is well: at 50 %
// zeros 2.1 bytes a column are read instead of 4.
//
//===----------------------------------------------------------------------===//
#include "passes/Expand/Prune/LaneProduct.h"

#include "passes/Emission/RegisterTile.h"

#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace scratch;
using Values = LoopBuilder::Values;

static constexpr int64_t kBytesAtOnce = 4;

bool scratch::canExpandLanes(PackingAttr packing, Type element) {
  bool pairs = packing.getKind() == PackingKind::NM && packing.getSizes()[0] == 2 &&
               packing.getSizes()[1] == 4;
  return element.isF32() && (pairs || packing.getKind() == PackingKind::Bitmap);
}

Value scratch::emitLaneProduct(LoopBuilder &b, const LaneOperands &o, Value row) {
  bool bits = o.packing.getKind() == PackingKind::Bitmap;
  auto type = VectorType::get({8}, b.getF32Type());
  Value zero = b.index(0), eight = b.index(8);
  Value perRow = arith::CeilDivUIOp::create(b, o.columns, eight);
  Value first = b.mul(row, perRow);
  // Adds byte n of the row; returns the sum and where the next values are.
  auto addByte = [&](Value n, Value at, Value sum) -> std::pair<Value, Value> {
    Value byte = b.load(o.bytes, b.add(first, n));
    Value lanes = ExpandLanesOp::create(b, type, o.values, at, byte,
                                        bits ? LaneCode::Bits : LaneCode::Pairs);
    Value x = vector::LoadOp::create(b, type, o.rhs, ValueRange{b.mul(n, eight)});
    Value count = b.index(4);
    if (bits)
      count = b.toIndex(math::CtPopOp::create(b, b.cast(byte, b.getI32Type())));
    return {multiplyAdd(b, lanes, x, sum), b.add(at, count)};
  };
  Value at = bits ? b.loadIndex(o.positions, row)
                  : b.mul(row, arith::DivUIOp::create(b, o.columns, b.index(2)));
  Value whole = arith::DivUIOp::create(b, o.columns, eight);
  Value unrolled = b.bitAnd(whole, b.index(-kBytesAtOnce));
  Values state{at};
  state.append(kBytesAtOnce, arith::ConstantOp::create(b, b.getZeroAttr(type)));
  state = b.loop(
      zero, unrolled, state,
      [&](Value n, ValueRange before) {
        Values now(before);
        for (int64_t i = 0; i < kBytesAtOnce; ++i)
          std::tie(now[i + 1], now[0]) =
              addByte(i ? b.add(n, b.index(i)) : n, now[0], before[i + 1]);
        return now;
      },
      kBytesAtOnce);
  state = b.loop(unrolled, whole, state, [&](Value n, ValueRange before) {
    Values now(before);
    std::tie(now[1], now[0]) = addByte(n, now[0], now[1]);
    return now;
  });
  Value sum = arith::AddFOp::create(b, arith::AddFOp::create(b, state[1], state[2]),
                                    arith::AddFOp::create(b, state[3], state[4]));
  Value total = vector::ReductionOp::create(b, vector::CombiningKind::ADD, sum);
  // The columns of a last, incomplete byte: one by one.
  Value done = b.mul(whole, eight);
  auto addOne = [&](Value column, Value at, Value sum) {
    return multiplyAdd(b, b.load(o.values, at), b.load(o.rhs, column), sum);
  };
  return b.ifElse(
      b.less(done, o.columns), {total.getType()},
      [&]() -> Values {
        Value byte = b.loadIndex(o.bytes, b.add(first, whole));
        if (!bits) {
          Value low = b.bitAnd(byte, b.index(3)), high = b.bitAnd(b.shiftRight(byte, 2), b.index(3));
          Value one = addOne(b.add(done, low), state[0], total);
          return {addOne(b.add(done, high), b.add(state[0], b.index(1)), one)};
        }
        return {b.loop(done, o.columns, {state[0], total}, [&](Value k, ValueRange before) {
          Value at = before[0], sum = before[1];
          Value bit = b.bitAnd(arith::ShRUIOp::create(b, byte, b.sub(k, done)), b.index(1));
          return b.ifElse(
              b.notEqual(bit, zero), {at.getType(), sum.getType()},
              [&] { return Values{b.add(at, b.index(1)), addOne(k, at, sum)}; },
              [&] { return Values{at, sum}; });
        })[1]};
      },
      [&] { return Values{total}; })[0];
}
