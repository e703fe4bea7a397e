//===- InnerWork.cpp - how much dot products have to do -------------------===//
#include "passes/Expand/Spgemm/InnerWork.h"

#include "passes/Expand/RowLoops.h"
#include "passes/Expand/Spgemm/CountLanes.h"
#include "passes/Expand/Spgemm/DotSums.h"

using namespace mlir;
using namespace scratch;
using Values = LoopBuilder::Values;

/// What moving an entry of B to its column weighs against probing one.
static constexpr int64_t kMoveWeight = 4;
/// Products that are intersected with the mask's row in the time of one that is compared: between
/// three and four on meshes (Zen 5). Logarithm.
static constexpr int64_t kIntersectedLog = 2;

/// A wanted cell weighs its column, at most the search's ratio times the row.
Value InnerWork::weightOfRow(Value row) const {
  const auto &lhs = operands.lhs, &rhs = operands.rhs;
  const auto &sample = operands.sample;
  bool turned = operands.turned;
  Value one = b.index(1);
  auto [from, to] = lhs.segment(b, row);
  if (!sample)
    return b.select(b.less(from, to), operands.rhs.entries(b), b.index(0));
  auto lengthOf = [&](Value column) {
    Value at = turned ? b.add(column, one) : column;
    Value ends = turned ? operands.columnPositions : rhs.positions;
    return b.sub(b.loadIndex(ends, b.add(at, one)), b.loadIndex(ends, at));
  };
  auto [begin, end] = sample->segment(b, row);
  Value most = b.mul(b.sub(to, from), b.index(DotSums::kSearchRatio));
  return b.loop(begin, end, {b.index(0)}, [&](Value p, ValueRange sum) {
    Value length = lengthOf(b.loadIndex(sample->coordinates, p));
    return Values{b.add(sum[0], b.min(length, most))};
  })[0];
}

void InnerWork::weigh() {
  Type i64 = b.getI64Type();
  const SparseOperand &lhs = operands.lhs;
  Value likely = operands.likely;
  Value zero = b.index(0), one = b.index(1);
  Value room = b.select(likely, b.add(lhs.majors, one), one);
  prefixes = AllocateOp::create(b, bufferOf(i64), ValueRange{room}, false);
  Value rows = b.select(likely, countIfOk(b, lhs.majors), zero);
  b.ifThen(StatusOp::create(b), [&] { b.storeIndex(zero, prefixes, zero); });
  // A team is not called together for nothing.
  b.ifThen(likely, [&] {
    parallelRows(b, rows, [&](Value first, Value last) {
      b.loop(first, last,
             [&](Value row) { b.storeIndex(weightOfRow(row), prefixes, b.add(row, one)); });
    });
  });
  total = b.loop(zero, rows, {zero}, [&](Value row, ValueRange sum) {
    Value next = b.add(row, one);
    Value weight = b.loadIndex(prefixes, next);
    Value after = b.add(sum[0], weight);
    b.storeIndex(b.add(after, b.mul(next, b.index(kRowWeight))), prefixes, next);
    return Values{after};
  })[0];
}

/// Entries of B that row-wise walks under a mask: a segment, at most the search's ratio times
/// the mask's row.
Value InnerWork::rowWiseWork() const {
  const SparseOperand &lhs = operands.lhs, &rhs = operands.rhs, &sample = *operands.sample;
  CountLanes counted =
      CountLanes::of(operands.op, operands.semiring, sample.coordinates, rhs.coordinates);
  Type i64 = b.getI64Type();
  Value zero = b.index(0);
  Value work = AllocateOp::create(b, bufferOf(i64), ValueRange{lhs.majors}, false);
  Value rows = countIfOk(b, lhs.majors);
  parallelRows(b, rows, [&](Value first, Value last) {
    b.loop(first, last, [&](Value row) {
      auto [begin, end] = lhs.segment(b, row);
      auto [from, to] = sample.segment(b, row);
      Value most = b.mul(b.sub(to, from), b.index(DotSums::kSearchRatio));
      Value walked = b.loop(begin, end, {zero}, [&](Value p, ValueRange sum) {
        auto [low, high] = rhs.segment(b, b.loadIndex(lhs.coordinates, p));
        return Values{b.add(sum[0], b.min(b.sub(high, low), most))};
      })[0];
      if (counted.intersects) {
        Value together = b.lessEqual(b.sub(to, from), b.index(counted.longestRow()));
        walked = b.select(together, b.shiftRight(walked, kIntersectedLog), walked);
      }
      b.storeIndex(walked, work, row);
    });
  });
  Value sum = b.loop(zero, rows, {zero}, [&](Value row, ValueRange so) {
    return Values{b.add(so[0], b.loadIndex(work, row))};
  })[0];
  ReleaseOp::create(b, work);
  return sum;
}

/// Where no value is read, probing an entry is a little cheaper than walking one; else a row
/// that the mask mostly wants is merged whole in less. Turning B round comes on top.
Value InnerWork::isCheaper() const {
  const SemiringEmitter &semiring = operands.semiring;
  return b.ifElse(
      operands.likely, {b.getI1Type()},
      [&] {
        Value inner = b.add(total, b.mul(operands.rhs.entries(b), b.index(kMoveWeight)));
        Value walked = rowWiseWork();
        if (semiring.readsLeft() || semiring.readsRight())
          inner = b.add(inner, b.shiftRight(inner, 1));
        else
          walked = b.add(walked, b.shiftRight(walked, 2));
        return Values{b.lessEqual(inner, walked)};
      },
      [&] { return Values{b.bit(false)}; })[0];
}

void InnerWork::release() const { ReleaseOp::create(b, prefixes); }
