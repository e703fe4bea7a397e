//===- DeltaRuns.cpp - delta-coded weights times one sample, with AVX2 ----===//
//
// Stage: expand. Columns are added up one by one, and the elements that eight of them name
// become a vector, which meets as many values. Prefix sums in registers do not pay: AVX2
// permutes eight elements at most, two rows hide the chain of columns, and gathering
// costs as much as single loads.
//
//===----------------------------------------------------------------------===//
#include "passes/Expand/Prune/LaneProduct.h"

#include "passes/Emission/RegisterTile.h"

#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace scratch;
using Values = LoopBuilder::Values;

/// Entries of a run, runs of a step.
static constexpr int64_t kRun = 8, kRuns = 4, kStep = kRun * kRuns;
/// Values of a line of the cache.
static constexpr int64_t kLine = 16;

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
  Value one = b.index(1), last = b.sub(o.rows, one), common;
  Values begins, ends, state;
  for (int64_t r = 0; r < height; ++r) {
    Value real = r ? b.min(b.add(row, b.mul(apart, b.index(r))), last) : row;
    begins.push_back(b.loadIndex(o.positions, real));
    ends.push_back(b.loadIndex(o.positions, b.add(real, one)));
    Value steps = arith::DivUIOp::create(b, b.sub(ends[r], begins[r]), b.index(kStep));
    common = common ? b.min(common, steps) : steps;
    state.append({b.index(0), zero(), zero()});
  }
  size_t each = state.size() / height;
  Value length = b.mul(common, b.index(kStep));
  // The memory has several streams to serve while all rows have whole steps.
  state = b.loop(
      b.index(0), length, state,
      [&](Value done, ValueRange before) {
        Values now;
        for (int64_t r = 0; r < height; ++r) {
          Value at = b.add(begins[r], done);
          askAhead(b, o.bytes, at);
          for (int64_t ahead = 0; ahead < kStep; ahead += kLine)
            askAhead(b, o.values, b.add(at, b.index(ahead)));
          Values own(before.slice(r * each, each));
          for (int64_t i = 0; i < kStep; i += kRun)
            own = run(b.add(at, b.index(i)), own);
          llvm::append_range(now, own);
        }
        return now;
      },
      kStep);
  Values sums;
  for (int64_t r = 0; r < height; ++r) {
    Value at = b.add(begins[r], length);
    Value whole = b.sub(ends[r], arith::RemUIOp::create(b, b.sub(ends[r], at), b.index(kRun)));
    Values own(ArrayRef(state).slice(r * each, each));
    own = b.loop(
        at, whole, own, [&](Value at, ValueRange before) { return run(at, before); }, kRun);
    own = b.loop(whole, ends[r], own,
                 [&](Value at, ValueRange before) { return single(at, before); });
    sums.push_back(sumLanes(b, arith::AddFOp::create(b, own[1], own[2])));
  }
  return sums;
}

Values scratch::emitDeltaRuns(LoopBuilder &b, const LaneOperands &operands, Value row,
                              Value apart, int64_t height) {
  return DeltaRuns(b, operands, height).emit(row, apart);
}
