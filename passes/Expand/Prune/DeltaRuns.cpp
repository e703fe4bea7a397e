//===- DeltaRuns.cpp - delta-coded weights times one sample, with AVX2 ----===//
//
// Stage: expand. Columns are added up one by one, and the elements that eight of them name
// become a vector, which meets as many values. Prefix sums in registers do not pay: AVX2
// permutes eight elements at most, two rows hide the chain of columns, and gathering
// costs as much as single loads.
//
//===----------------------------------------------------------------------===//
#include "passes/Expand/Prune/DeltaWalk.h"

#include "passes/Emission/RegisterTile.h"

#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace scratch;
using Values = LoopBuilder::Values;

/// Entries of a run, runs of a step.
static constexpr int64_t kRun = 8, kRuns = 4, kStep = kRun * kRuns;

namespace {
/// What a row carries from entry to entry: its column, counted from 1, and two sums.
class DeltaRuns {
public:
  DeltaRuns(LoopBuilder &b, const LaneOperands &o, int64_t height) : b(b), o(o), height(height) {}
  Values emit(Value row, Value apart);

private:
  Values run(Value at, ValueRange state);
  Values single(Value at, ValueRange state);
  Value nextColumn(Value at, ValueRange state) {
    return b.add(state[0], b.loadIndex(o.bytes, at));
  }
  Value element(Value column) { return b.load(o.samples, b.sub(column, b.index(1))); }
  Value zero() { return arith::ConstantOp::create(b, b.getZeroAttr(type)); }

  LoopBuilder &b;
  const LaneOperands &o;
  int64_t height;
  VectorType type = VectorType::get({kRun}, b.getF32Type());
};
} // namespace

/// Adds to the first sum; the sums take turns.
Values DeltaRuns::run(Value at, ValueRange state) {
  Value column = state[0];
  Values taken;
  for (int64_t i = 0; i < kRun; ++i) {
    column = nextColumn(b.add(at, b.index(i)), {column});
    taken.push_back(element(column));
  }
  Value x = vector::FromElementsOp::create(b, type, taken);
  Value weights = vector::LoadOp::create(b, type, o.values, ValueRange{at});
  return {column, state[2], multiplyAdd(b, weights, x, state[1])};
}

/// In the first lane.
Values DeltaRuns::single(Value at, ValueRange state) {
  Value column = nextColumn(at, state);
  auto first = [&](Value scalar) -> Value {
    return vector::InsertOp::create(b, scalar, zero(), ArrayRef<int64_t>{0});
  };
  Value weight = first(b.load(o.values, at)), x = first(element(column));
  return {column, state[2], multiplyAdd(b, weight, x, state[1])};
}

Values DeltaRuns::emit(Value row, Value apart) {
  auto whole = [&](Value at, ValueRange before) {
    Values own(before);
    for (int64_t i = 0; i < kStep; i += kRun)
      own = run(b.add(at, b.index(i)), own);
    return own;
  };
  auto rest = [&](Value at, Value end, ValueRange before) {
    Value last = b.sub(end, arith::RemUIOp::create(b, b.sub(end, at), b.index(kRun)));
    Values own = b.loop(
        at, last, before, [&](Value at, ValueRange so) { return run(at, so); }, kRun);
    return b.loop(last, end, own, [&](Value at, ValueRange so) { return single(at, so); });
  };
  return emitDeltaWalk(b, o, row, apart, height, {kStep, type, whole, rest});
}

Values scratch::emitDeltaRuns(LoopBuilder &b, const LaneOperands &operands, Value row,
                              Value apart, int64_t height) {
  return DeltaRuns(b, operands, height).emit(row, apart);
}
