//===- LaneProduct.cpp - packed weights times few samples, in lanes -------===//
//
// Stage: expand. Eight bits of a bitmap, or four 2:4 indices, describe eight columns.
// The values are spread over the lanes of a vector and meet consecutive elements of a
// sample, so nothing is gathered: by a table of the target, or, for bits, by AVX-512's
// expansion of a register. 2:4 goes the other way: 16 values stay as they are and pick their
// elements among 32 in registers. Where samples are few, several
// rows share their elements, and the memory has several streams to serve. Every sum is
// folded in a fixed order. One sample is memory-bound when all is well: at 50 % zeros
// 2.1 bytes a column are read instead of 4.
//
//===----------------------------------------------------------------------===//
#include "passes/Expand/Prune/LaneProduct.h"

#include "passes/Emission/RegisterTile.h"

#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace scratch;
using Values = LoopBuilder::Values;

static constexpr int64_t kRows = 4, kDeltaRows = 2;
/// Most samples. More than a few cost AVX2 less if weights are spread once for all of them.
static constexpr int64_t kMostSamples = 8, kMostPickedOf256 = 2;
/// Elements of a buffer that are asked for ahead of their use: 2 KiB of values.
static constexpr int64_t kAhead = 512;
/// What DeltaLanes.cpp looks up reaches so far.
static constexpr int64_t kDeltaWindow = 64;

int64_t scratch::laneRows(PackingAttr packing, int64_t samples) {
  return packing.getKind() == PackingKind::Delta ? kDeltaRows : std::max<int64_t>(1, kRows / samples);
}

int64_t scratch::lanesBehind(PackingAttr packing, int64_t vectorBits) {
  return packing.getKind() == PackingKind::Delta && vectorBits >= 512 ? kDeltaWindow : 0;
}

int64_t scratch::laneSamples(PackingAttr packing, Type element, int64_t vectorBits) {
  if (!element.isF32() || vectorBits < 256)
    return 0;
  if (packing.getKind() == PackingKind::Delta)
    return 1;
  bool pairs = packing.getKind() == PackingKind::NM && packing.getSizes()[0] == 2 &&
               packing.getSizes()[1] == 4;
  return pairs || packing.getKind() == PackingKind::Bitmap ? kMostSamples : 0;
}

void scratch::askAhead(LoopBuilder &b, Value buffer, Value at) {
  memref::PrefetchOp::create(b, buffer, ValueRange{b.add(at, b.index(kAhead))}, /*isWrite=*/false,
                             /*localityHint=*/3, /*isDataCache=*/true);
}

namespace {
class LaneProduct {
public:
  LaneProduct(LoopBuilder &b, const LaneOperands &o, int64_t samples)
      : b(b), o(o), bits(o.packing.getKind() == PackingKind::Bitmap),
        picks(!bits && (o.vectorBits >= 512 || samples <= kMostPickedOf256)), samples(samples),
        height(laneRows(o.packing, samples)), lanes(o.vectorBits >= 512 ? 16 : 8),
        span(picks ? 32 : lanes) {}
  Values emit(Value row, Value apart);

private:
  /// What a row brings to a step: values in lanes, and where they pick their elements
  /// among twice as many (else none); where its next values are.
  struct Weights {
    Values values, picked;
    Value next;
  };
  Weights spreadStep(Value firstByte, Value n, Value at);
  Weights pickStep(Value firstByte, Value n, Value at);
  /// What the lanes of one vector pick among the elements of a step.
  Value taken(Value x, int64_t part, Value picked);
  /// Adds the columns from `done` on, which fill no step, one by one.
  Values rest(Value firstByte, Value at, Value done, ValueRange sums);
  Value element(int64_t sample, Value column) {
    Value place = sample ? b.add(b.mul(o.stride, b.index(sample)), column) : column;
    return b.load(o.samples, place);
  }

  LoopBuilder &b;
  const LaneOperands &o;
  bool bits, picks;
  int64_t samples, height, lanes, span; ///< span: columns of a step
};
} // namespace

LaneProduct::Weights LaneProduct::spreadStep(Value firstByte, Value n, Value at) {
  Value byte = b.add(firstByte, b.mul(n, b.index(lanes / 8)));
  Value code = b.load(o.bytes, byte), count = b.index(4);
  if (lanes == 16) {
    auto two = VectorType::get({2}, b.getI8Type()), one = VectorType::get({1}, b.getI16Type());
    Value both = vector::LoadOp::create(b, two, o.bytes, ValueRange{byte});
    code = vector::ExtractOp::create(b, vector::BitCastOp::create(b, one, both), 0);
    askAhead(b, o.values, at);
  }
  auto type = VectorType::get({lanes}, b.getF32Type());
  Value spread = ExpandLanesOp::create(b, type, o.values, at, code,
                                       bits ? LaneCode::Bits : LaneCode::Pairs);
  if (bits)
    count = b.toIndex(math::CtPopOp::create(b, b.cast(code, b.getI32Type())));
  return {{spread}, {}, b.add(at, count)};
}

/// Eight groups of four columns: 32 bits of indices, two per value.
LaneProduct::Weights LaneProduct::pickStep(Value firstByte, Value n, Value at) {
  auto four = VectorType::get({4}, b.getI8Type()), one = VectorType::get({1}, b.getI32Type());
  auto wide = VectorType::get({lanes}, b.getI32Type());
  auto constant = [&](ArrayRef<int32_t> all) -> Value {
    return arith::ConstantOp::create(b, DenseElementsAttr::get(wide, all));
  };
  Value bytes = vector::LoadOp::create(b, four, o.bytes, ValueRange{b.add(firstByte, b.mul(n, b.index(4)))});
  Value code = vector::ExtractOp::create(b, vector::BitCastOp::create(b, one, bytes), 0);
  Value codes = spread(b, code, wide);
  Weights weights;
  for (int64_t first = 0; first < span / 2; first += lanes) {
    SmallVector<int32_t> shifts, groups;
    for (int64_t lane = 0; lane < lanes; ++lane) {
      shifts.push_back(2 * (first + lane));
      groups.push_back(lane / 2 * 4);
    }
    Value index = arith::ShRUIOp::create(b, codes, constant(shifts));
    weights.picked.push_back(b.bitOr(b.bitAnd(index, constant(SmallVector<int32_t>(lanes, 3))),
                                     constant(groups)));
  }
  askAhead(b, o.values, at);
  for (int64_t first = 0; first < span / 2; first += lanes)
    weights.values.push_back(vector::LoadOp::create(b, VectorType::get({lanes}, b.getF32Type()),
                                                    o.values, ValueRange{b.add(at, b.index(first))}));
  weights.next = b.add(at, b.index(span / 2));
  return weights;
}

Value LaneProduct::taken(Value x, int64_t part, Value picked) {
  if (span > 2 * lanes)
    x = vector::ExtractStridedSliceOp::create(b, x, ArrayRef<int64_t>{2 * lanes * part},
                                              ArrayRef<int64_t>{2 * lanes}, ArrayRef<int64_t>{1});
  return TakeLanesOp::create(b, VectorType::get({lanes}, b.getF32Type()), x, picked);
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

Values LaneProduct::emit(Value row, Value apart) {
  auto type = VectorType::get({lanes}, b.getF32Type());
  Value zero = b.index(0), perRow = arith::CeilDivUIOp::create(b, o.columns, b.index(8));
  Values firstByte, state;
  for (int64_t r = 0; r < height; ++r) {
    Value real = r ? b.min(b.add(row, b.mul(apart, b.index(r))), b.sub(o.rows, b.index(1))) : row;
    firstByte.push_back(b.mul(real, perRow));
    state.push_back(bits ? b.loadIndex(o.positions, real)
                         : b.mul(real, arith::DivUIOp::create(b, o.columns, b.index(2))));
  }
  state.append(height * samples, arith::ConstantOp::create(b, b.getZeroAttr(type)));
  Value steps = arith::DivUIOp::create(b, o.columns, b.index(span));
  state = b.loop(zero, steps, state, [&](Value n, ValueRange before) {
    Values now(before);
    SmallVector<Weights> weights;
    for (int64_t r = 0; r < height; ++r) {
      weights.push_back(picks ? pickStep(firstByte[r], n, before[r])
                              : spreadStep(firstByte[r], n, before[r]));
      now[r] = weights.back().next;
    }
    Value column = b.mul(n, b.index(span));
    for (int64_t s = 0; s < samples; ++s) {
      Value place = s ? b.add(b.mul(o.stride, b.index(s)), column) : column;
      Value x = vector::LoadOp::create(b, VectorType::get({span}, b.getF32Type()), o.samples,
                                       ValueRange{place});
      for (int64_t r = 0; r < height; ++r) {
        Value &sum = now[height + r * samples + s];
        for (auto [part, values] : llvm::enumerate(weights[r].values))
          sum = multiplyAdd(b, values, picks ? taken(x, part, weights[r].picked[part]) : x, sum);
      }
    }
    return now;
  });
  Value done = b.mul(steps, b.index(span));
  Values sums;
  for (int64_t r = 0; r < height; ++r) {
    Values folded;
    for (int64_t s = 0; s < samples; ++s)
      folded.push_back(sumLanes(b, state[height + r * samples + s]));
    llvm::append_range(sums, rest(firstByte[r], state[r], done, folded));
  }
  return sums;
}

Values scratch::emitLaneProduct(LoopBuilder &b, const LaneOperands &o, Value row, Value apart,
                                int64_t samples) {
  if (o.packing.getKind() == PackingKind::Delta)
    return o.vectorBits >= 512 ? emitDeltaRows(b, o, row, apart, kDeltaRows)
                               : emitDeltaRuns(b, o, row, apart, kDeltaRows);
  return LaneProduct(b, o, samples).emit(row, apart);
}
