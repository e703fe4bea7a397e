//===- DeltaWalk.cpp - rows of delta-coded weights, walked abreast --------===//
#include "passes/Expand/Prune/DeltaWalk.h"

#include "passes/Emission/RegisterTile.h"

using namespace mlir;
using namespace scratch;
using Values = LoopBuilder::Values;

/// Values of a line of the cache.
static constexpr int64_t kLine = 16;

Values scratch::emitDeltaWalk(LoopBuilder &b, const LaneOperands &o, Value row, Value apart,
                              int64_t height, const DeltaWalk &walk) {
  Value one = b.index(1), last = b.sub(o.rows, one), common;
  Values begins, ends, state;
  Value none = arith::ConstantOp::create(b, b.getZeroAttr(walk.sum));
  for (int64_t r = 0; r < height; ++r) {
    Value real = r ? b.min(b.add(row, b.mul(apart, b.index(r))), last) : row;
    begins.push_back(b.loadIndex(o.positions, real));
    ends.push_back(b.loadIndex(o.positions, b.add(real, one)));
    Value steps = arith::DivUIOp::create(b, b.sub(ends[r], begins[r]), b.index(walk.step));
    common = common ? b.min(common, steps) : steps;
    state.append({b.index(0), none, none});
  }
  size_t each = state.size() / height;
  Value length = b.mul(common, b.index(walk.step));
  state = b.loop(
      b.index(0), length, state,
      [&](Value done, ValueRange before) {
        Values now;
        for (int64_t r = 0; r < height; ++r) {
          Value at = b.add(begins[r], done);
          askAhead(b, o.bytes, at);
          for (int64_t ahead = 0; ahead < walk.step; ahead += kLine)
            askAhead(b, o.values, b.add(at, b.index(ahead)));
          llvm::append_range(now, walk.whole(at, before.slice(r * each, each)));
        }
        return now;
      },
      walk.step);
  Values sums;
  for (int64_t r = 0; r < height; ++r) {
    Values own(ArrayRef(state).slice(r * each, each));
    own = walk.rest(b.add(begins[r], length), ends[r], own);
    sums.push_back(sumLanes(b, arith::AddFOp::create(b, own[1], own[2])));
  }
  return sums;
}
