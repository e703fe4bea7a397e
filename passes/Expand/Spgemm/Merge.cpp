//===- Merge.cpp - row-wise SpGEMM: rows of one or two entries ------------===//
//
// Stage: expand. Where B's rows are ordered, such a row needs no accumulator: a
// scaled copy of one row of B, or a merge of two that takes from both sides
// without branching on which one.
//
//===----------------------------------------------------------------------===//
#include "passes/Expand/Spgemm/RowWise.h"

using namespace mlir;
using namespace scratch;

/// The row of B that entry `p` of A names.
RowWiseProduct::ScaledRow RowWiseProduct::rowOfEntry(Value p, Mode mode) {
  auto [from, to] = rhs.segment(b, b.loadIndex(lhs.coordinates, p));
  bool scaled = mode == Mode::Drain && semiring.readsLeft();
  return {from, to, scaled ? b.load(lhs.values, p) : Value()};
}

Value RowWiseProduct::productAt(const ScaledRow &side, Value p) {
  Value value = semiring.readsRight() ? b.load(rhs.values, p) : Value();
  return semiring.multiply(b, side.scale, value, semiring.element);
}

/// Entries [from, end) of one side to `at` and behind; returns the end there.
Value RowWiseProduct::copyScaled(const ScaledRow &side, Value from, Mode mode,
                                 Value at) {
  Value count = b.sub(side.to, from);
  if (mode == Mode::Drain)
    b.loop(b.index(0), count, [&](Value n) {
      Value p = b.add(from, n), to = b.add(at, n);
      b.storeIndex(b.loadIndex(rhs.coordinates, p), coordinates, to);
      b.store(productAt(side, p), values, to);
    });
  return b.add(at, count);
}

Value RowWiseProduct::mergeTwo(const ScaledRow &left, const ScaledRow &right,
                               Mode mode, Value at) {
  auto end = b.whileLoop(
      {left.from, right.from, at},
      [&](ValueRange at) {
        return b.bitAnd(b.less(at[0], left.to), b.less(at[1], right.to));
      },
      [&](ValueRange at) {
        Value column = b.loadIndex(rhs.coordinates, at[0]);
        Value other = b.loadIndex(rhs.coordinates, at[1]);
        Value takesLeft = b.lessEqual(column, other),
              takesRight = b.lessEqual(other, column);
        if (mode == Mode::Drain) {
          Value first = productAt(left, at[0]),
                second = productAt(right, at[1]);
          Value both = addWhere(b.bitAnd(takesLeft, takesRight), first, second);
          b.storeIndex(b.min(column, other), coordinates, at[2]);
          b.store(b.select(takesRight, both, first), values, at[2]);
        }
        return LoopBuilder::Values{b.add(at[0], b.toIndex(takesLeft)),
                                   b.add(at[1], b.toIndex(takesRight)),
                                   b.add(at[2], b.index(1))};
      });
  Value rest = copyScaled(left, end[0], mode, end[2]);
  return copyScaled(right, end[1], mode, rest);
}

/// The sum of both where they meet, else the second.
Value RowWiseProduct::addWhere(Value meet, Value first, Value second) {
  if (!semiring.semiring.isCustom())
    return b.select(meet, semiring.add(b, first, second), second);
  // A user's add runs on what it is meant for alone.
  return b.ifElse(
      meet, {semiring.element},
      [&] { return LoopBuilder::Values{semiring.add(b, first, second)}; },
      [&] { return LoopBuilder::Values{second}; })[0];
}

Value RowWiseProduct::mergeRow(Value begin, Value end, Mode mode, Value at) {
  Value one = b.index(1), two = b.index(kMergeEntries);
  Value behind = b.ifElse(
      b.equal(b.sub(end, begin), two), {b.getIndexType()},
      [&] {
        ScaledRow first = rowOfEntry(begin, mode);
        ScaledRow second = rowOfEntry(b.add(begin, one), mode);
        return LoopBuilder::Values{mergeTwo(first, second, mode, at)};
      },
      [&] {
        // One entry, or none.
        return b.loop(begin, end, {at}, [&](Value p, ValueRange at) {
          ScaledRow only = rowOfEntry(p, mode);
          return LoopBuilder::Values{copyScaled(only, only.from, mode, at[0])};
        });
      })[0];
  return b.sub(behind, at);
}
