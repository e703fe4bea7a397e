//===- LaneProduct.cpp - packed weights times few samples, in lanes -------===//
//
// Stage: expand. Eight bits of a bitmap, or four 2:4 indices, describe eight columns.
// The values are spread over the lanes of a vector and meet consecutive elements of a
// sample, so nothing is gathered: by a table of the target, or, for bits, by the expanding
// loads of AVX-512. Where samples are few, several rows share their elements,
// and the memory has several streams to serve. Every sum is folded in a fixed order.
// One sample is memory-bound when all is well: at 50 % zeros 2.1 bytes a column are
// read instead of 4.
//
//===----------------------------------------------------------------------===//
#include "passes/Expand/Prune/LaneProduct.h"

#include "passes/Emission/RegisterTile.h"

#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

#include <numeric>

using namespace mlir;
using namespace scratch;
using Values = LoopBuilder::Values;

static constexpr int64_t kRows = 4;

int64_t scratch::laneRows(int64_t samples) { return std::max<int64_t>(1, kRows / samples); }

bool scratch::canExpandLanes(PackingAttr packing, Type element, int64_t vectorBits) {
  bool pairs = packing.getKind() == PackingKind::NM && packing.getSizes()[0] == 2 &&
               packing.getSizes()[1] == 4;
  return element.isF32() && vectorBits >= 256 &&
         (pairs || packing.getKind() == PackingKind::Bitmap);
}

namespace {
class LaneProduct {
public:
  LaneProduct(LoopBuilder &b, const LaneOperands &o, int64_t samples)
      : b(b), o(o), bits(o.packing.getKind() == PackingKind::Bitmap), samples(samples),
        height(laneRows(samples)), lanes(o.vectorBits >= 512 && (bits || samples > 2) ? 16 : 8) {}
  Values emit(Value row);

private:
  /// The lanes of step n of a row, and where its next values are.
  std::pair<Value, Value> spreadStep(Value firstByte, Value n, Value at);
  /// Adds the columns from `done` on, which fill no vector, one by one.
  Values rest(Value firstByte, Value at, Value done, ValueRange sums);
  Value element(int64_t sample, Value column) {
    Value place = sample ? b.add(b.mul(o.stride, b.index(sample)), column) : column;
    return b.load(o.samples, place);
  }

  LoopBuilder &b;
  const LaneOperands &o;
  bool bits;
  int64_t samples, height, lanes;
};
} // namespace

std::pair<Value, Value> LaneProduct::spreadStep(Value firstByte, Value n, Value at) {
  auto type = VectorType::get({lanes}, b.getF32Type());
  Type i32 = b.getI32Type();
  Value byte = b.add(firstByte, b.mul(n, b.index(lanes / 8)));
  auto eight = [&](Value byte, Value at) -> std::pair<Value, Value> {
    Value code = b.load(o.bytes, byte);
    Value spread = ExpandLanesOp::create(b, VectorType::get({8}, b.getF32Type()), o.values, at,
                                         code, bits ? LaneCode::Bits : LaneCode::Pairs);
    Value count = b.index(4);
    if (bits)
      count = b.toIndex(math::CtPopOp::create(b, b.cast(code, i32)));
    return {spread, b.add(at, count)};
  };
  if (lanes == 8)
    return eight(byte, at);
  if (!bits) {
    auto [low, middle] = eight(byte, at);
    auto [high, next] = eight(b.add(byte, b.index(1)), middle);
    SmallVector<int64_t> all(lanes);
    std::iota(all.begin(), all.end(), 0);
    return {vector::ShuffleOp::create(b, low, high, all), next};
  }
  auto two = VectorType::get({2}, b.getI8Type()), one = VectorType::get({1}, b.getI16Type());
  Value code = vector::BitCastOp::create(
      b, one, vector::LoadOp::create(b, two, o.bytes, ValueRange{byte}));
  Value mask = vector::BitCastOp::create(b, VectorType::get({lanes}, b.getI1Type()), code);
  Value none = arith::ConstantOp::create(b, b.getZeroAttr(type));
  Value spread = vector::ExpandLoadOp::create(b, type, o.values, ValueRange{at}, mask, none);
  Value count = math::CtPopOp::create(b, b.cast(vector::ExtractOp::create(b, code, 0), i32));
  return {spread, b.add(at, b.toIndex(count))};
}

Values LaneProduct::rest(Value firstByte, Value at, Value done, ValueRange sums) {
  Value eight = b.index(8);
  auto add = [&](Value column, Value at, ValueRange before) {
    Value weight = b.load(o.values, at);
    Values after;
    for (int64_t s = 0; s < samples; ++s)
      after.push_back(multiplyAdd(b, weight, element(s, column), before[s]));
    return after;
  };
  Values state{at};
  llvm::append_range(state, sums);
  if (!bits) // a group of four columns
    state = b.loop(
        done, o.columns, state,
        [&](Value k, ValueRange before) {
          Value byte = b.loadIndex(o.bytes, b.add(firstByte, b.shiftRight(k, 3)));
          Value code = arith::ShRUIOp::create(b, byte, b.bitAnd(k, b.index(4)));
          Value at = before[0], low = b.bitAnd(code, b.index(3));
          Value high = b.bitAnd(b.shiftRight(code, 2), b.index(3));
          Values now = add(b.add(k, low), at, before.drop_front());
          now = add(b.add(k, high), b.add(at, b.index(1)), now);
          now.insert(now.begin(), b.add(at, b.index(2)));
          return now;
        },
        4);
  else
    state = b.loop(done, o.columns, state, [&](Value k, ValueRange before) {
      Value byte = b.loadIndex(o.bytes, b.add(firstByte, b.shiftRight(k, 3)));
      Value bit = b.bitAnd(
          arith::ShRUIOp::create(b, byte, arith::RemUIOp::create(b, k, eight)), b.index(1));
      return b.ifElse(
          b.notEqual(bit, b.index(0)), before.getTypes(),
          [&] {
            Values now = add(k, before[0], before.drop_front());
            now.insert(now.begin(), b.add(before[0], b.index(1)));
            return now;
          },
          [&] { return Values(before); });
    });
  return Values(llvm::drop_begin(state));
}

Values LaneProduct::emit(Value row) {
  auto type = VectorType::get({lanes}, b.getF32Type());
  Value zero = b.index(0), perRow = arith::CeilDivUIOp::create(b, o.columns, b.index(8));
  Values firstByte, state;
  for (int64_t r = 0; r < height; ++r) {
    Value real = r ? b.min(b.add(row, b.index(r)), b.sub(o.rows, b.index(1))) : row;
    firstByte.push_back(b.mul(real, perRow));
    state.push_back(bits ? b.loadIndex(o.positions, real)
                         : b.mul(real, arith::DivUIOp::create(b, o.columns, b.index(2))));
  }
  state.append(height * samples, arith::ConstantOp::create(b, b.getZeroAttr(type)));
  Value steps = arith::DivUIOp::create(b, o.columns, b.index(lanes));
  state = b.loop(zero, steps, state, [&](Value n, ValueRange before) {
    Values now(before), weights;
    for (int64_t r = 0; r < height; ++r) {
      auto [spread, next] = spreadStep(firstByte[r], n, before[r]);
      weights.push_back(spread);
      now[r] = next;
    }
    Value column = b.mul(n, b.index(lanes));
    for (int64_t s = 0; s < samples; ++s) {
      Value place = s ? b.add(b.mul(o.stride, b.index(s)), column) : column;
      Value x = vector::LoadOp::create(b, type, o.samples, ValueRange{place});
      for (int64_t r = 0; r < height; ++r) {
        Value &sum = now[height + r * samples + s];
        sum = multiplyAdd(b, weights[r], x, sum);
      }
    }
    return now;
  });
  Value done = b.mul(steps, b.index(lanes));
  Values sums;
  for (int64_t r = 0; r < height; ++r) {
    Values folded;
    for (int64_t s = 0; s < samples; ++s)
      folded.push_back(sumLanes(b, state[height + r * samples + s]));
    llvm::append_range(sums, rest(firstByte[r], state[r], done, folded));
  }
  return sums;
}

Values scratch::emitLaneProduct(LoopBuilder &b, const LaneOperands &o, Value row,
                                int64_t samples) {
  return LaneProduct(b, o, samples).emit(row);
}
