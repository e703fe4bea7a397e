//===- DeltaLanes.cpp - delta-coded weights times one sample, in lanes ----===//
//
// Stage: expand. Distances become columns by prefix sums: those of 64 entries at once,
// as bytes, in four runs of 16. While a run spans 64 columns or fewer, which it
// does from a density of 40 % up, its elements of the sample are looked up in registers
// that hold them all; else they are gathered, and the sums are as wide as columns.
//
//===----------------------------------------------------------------------===//
#include "passes/Expand/Prune/DeltaWalk.h"

#include "passes/Emission/RegisterTile.h"

#include "mlir/Dialect/Vector/IR/VectorOps.h"

#include <array>

using namespace mlir;
using namespace scratch;
using Values = LoopBuilder::Values;

static constexpr int64_t kRun = 16, kRuns = 4, kGroup = kRun * kRuns, kWindow = 64;
/// Sums beyond the window need not be right, only beyond it: twice this fits a byte.
static constexpr int64_t kMostSum = 127;

namespace {
class DeltaRows {
public:
  DeltaRows(LoopBuilder &b, const LaneOperands &o, int64_t height) : b(b), o(o), height(height) {}
  Values emit(Value row, Value apart);

private:
  /// Columns left of the first entry of a group, and sums: from before it to after.
  Values group(Value at, Value left, ValueRange state);
  Values near(Value local, ArrayRef<Value> totals, ArrayRef<Value> weights, ValueRange state);
  Values far(Value deltas, ArrayRef<Value> weights, ValueRange state);
  Value masked(VectorType type, Value buffer, Value at, Value left);
  /// Lanes moved up by `by` within runs of 16; zeros come in.
  Value movedUp(Value vector, int64_t by);
  Value all(VectorType type, int64_t value) {
    auto element = b.getIntegerAttr(type.getElementType(), value);
    return arith::ConstantOp::create(b, DenseElementsAttr::get(type, element));
  }

  LoopBuilder &b;
  const LaneOperands &o;
  int64_t height;
  VectorType bytes = VectorType::get({kGroup}, b.getI8Type());
  VectorType run = VectorType::get({kRun}, b.getF32Type());
  VectorType words = VectorType::get({kRun}, b.getI32Type());
};
} // namespace

Value DeltaRows::masked(VectorType type, Value buffer, Value at, Value left) {
  if (!left)
    return vector::LoadOp::create(b, type, buffer, ValueRange{at});
  auto bits = VectorType::get(type.getShape(), b.getI1Type());
  Value mask = vector::CreateMaskOp::create(b, bits, ValueRange{left});
  Value none = arith::ConstantOp::create(b, b.getZeroAttr(type));
  return vector::MaskedLoadOp::create(b, type, buffer, ValueRange{at}, mask, none);
}

Value DeltaRows::movedUp(Value vector, int64_t by) {
  auto type = cast<VectorType>(vector.getType());
  int64_t lanes = type.getNumElements();
  SmallVector<int64_t> from;
  for (int64_t lane = 0; lane < lanes; ++lane)
    from.push_back(lane % kRun < by ? lanes : lane - by);
  return vector::ShuffleOp::create(b, vector, all(type, 0), from);
}

/// All runs within their windows.
Values DeltaRows::near(Value local, ArrayRef<Value> totals, ArrayRef<Value> weights,
                      ValueRange state) {
  Values now(state);
  Value index = arith::SubIOp::create(b, local, all(bytes, 1));
  auto window = VectorType::get({kWindow}, b.getF32Type());
  for (int64_t r = 0; r < kRuns; ++r) {
    Value own = vector::ExtractStridedSliceOp::create(b, index, ArrayRef<int64_t>{r * kRun},
                                                      ArrayRef<int64_t>{kRun}, ArrayRef<int64_t>{1});
    Value lanes = arith::ExtUIOp::create(b, words, own);
    Value table = vector::LoadOp::create(b, window, o.samples, ValueRange{now[0]});
    Value x = TakeLanesOp::create(b, run, table, lanes);
    Value &sum = now[1 + r % 2];
    sum = multiplyAdd(b, weights[r], x, sum);
    now[0] = b.add(now[0], totals[r]);
  }
  return now;
}

Values DeltaRows::far(Value deltas, ArrayRef<Value> weights, ValueRange state) {
  Values now(state);
  for (int64_t r = 0; r < kRuns; ++r) {
    Value own = vector::ExtractStridedSliceOp::create(b, deltas, ArrayRef<int64_t>{r * kRun},
                                                      ArrayRef<int64_t>{kRun}, ArrayRef<int64_t>{1});
    Value sums = arith::ExtUIOp::create(b, words, own);
    for (int64_t by = 1; by < kRun; by *= 2)
      sums = arith::AddIOp::create(b, sums, movedUp(sums, by));
    // Entries that are not there repeat the last one; without any, the first column.
    Value index = arith::MaxSIOp::create(b, arith::SubIOp::create(b, sums, all(words, 1)), all(words, 0));
    Value whole = arith::ConstantOp::create(
        b, DenseElementsAttr::get(VectorType::get({kRun}, b.getI1Type()), true));
    Value none = arith::ConstantOp::create(b, b.getZeroAttr(run));
    Value x = vector::GatherOp::create(b, run, o.samples, ValueRange{now[0]}, index, whole, none);
    Value &sum = now[1 + r % 2];
    sum = multiplyAdd(b, weights[r], x, sum);
    now[0] = b.add(now[0], b.toIndex(vector::ExtractOp::create(b, sums, kRun - 1)));
  }
  return now;
}

Values DeltaRows::group(Value at, Value left, ValueRange state) {
  Value deltas = masked(bytes, o.bytes, at, left);
  Values weights;
  for (int64_t r = 0; r < kRuns; ++r) {
    Value done = b.index(r * kRun);
    weights.push_back(masked(run, o.values, b.add(at, done),
                             left ? b.sub(b.max(left, done), done) : left));
  }
  // Prefix sums of each run, right up to the window.
  Value most = all(bytes, kMostSum), local = arith::MinUIOp::create(b, deltas, most);
  for (int64_t by = 1; by < kRun; by *= 2) {
    local = arith::AddIOp::create(b, local, movedUp(local, by));
    if (2 * by < kRun)
      local = arith::MinUIOp::create(b, local, most);
  }
  // The last byte of every run, as bytes 3 and 7 of two words.
  Value dwords = vector::BitCastOp::create(b, words, local);
  Value ends = vector::ShuffleOp::create(b, dwords, dwords, ArrayRef<int64_t>{3, 7, 11, 15});
  Value pairs = vector::BitCastOp::create(b, VectorType::get({2}, b.getI64Type()), ends);
  Values totals;
  Value within;
  for (int64_t r = 0; r < kRuns; ++r) {
    Value word = b.toIndex(vector::ExtractOp::create(b, pairs, r / 2));
    Value total = r % 2 ? b.shiftRight(word, 56) : b.bitAnd(b.shiftRight(word, 24), b.index(255));
    Value fits = b.lessEqual(total, b.index(kWindow));
    within = within ? b.bitAnd(within, fits) : fits;
    totals.push_back(total);
  }
  return b.ifElse(
      within, state.getTypes(), [&] { return near(local, totals, weights, state); },
      [&] { return far(deltas, weights, state); });
}

Values DeltaRows::emit(Value row, Value apart) {
  auto whole = [&](Value at, ValueRange own) { return group(at, {}, own); };
  auto rest = [&](Value at, Value end, ValueRange own) {
    return b.loop(
        at, end, own,
        [&](Value at, ValueRange before) { return group(at, b.sub(end, at), before); }, kGroup);
  };
  return emitDeltaWalk(b, o, row, apart, height, {kGroup, run, whole, rest});
}

Values scratch::emitDeltaRows(LoopBuilder &b, const LaneOperands &operands, Value row,
                              Value apart, int64_t height) {
  return DeltaRows(b, operands, height).emit(row, apart);
}
