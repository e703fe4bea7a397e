//===- Merge.cpp - rows of one or two entries -----------------------------===//
#include "passes/Expand/Spgemm/Merge.h"

using namespace mlir;
using namespace scratch;

/// The row of B that entry `p` of A names.
Merge::ScaledRow Merge::rowOfEntry(Value p) const {
  const SparseOperand &lhs = product.lhs;
  auto [from, to] = product.rhs.segment(b, b.loadIndex(lhs.coordinates, p));
  bool scaled = output.isNumeric() && product.semiring.readsLeft();
  return {from, to, scaled ? b.load(lhs.values, p) : Value()};
}

Value Merge::productAt(const ScaledRow &side, Value p) const {
  const SemiringEmitter &semiring = product.semiring;
  Value value = semiring.readsRight() ? b.load(product.rhs.values, p) : Value();
  return semiring.multiply(b, side.scale, value, semiring.element);
}

/// Entries [from, end) of one side to `at` and behind; returns the end there.
Value Merge::copyScaled(const ScaledRow &side, Value from, Value at) const {
  Value count = b.sub(side.to, from);
  if (output.isNumeric())
    b.loop(b.index(0), count, [&](Value n) {
      Value p = b.add(from, n), to = b.add(at, n);
      b.storeIndex(b.loadIndex(product.rhs.coordinates, p), output.coordinates, to);
      b.store(productAt(side, p), output.values, to);
    });
  return b.add(at, count);
}

Value Merge::mergeTwo(const ScaledRow &left, const ScaledRow &right) const {
  Value columns = product.rhs.coordinates;
  auto end = b.whileLoop(
      {left.from, right.from, output.at},
      [&](ValueRange at) {
        return b.bitAnd(b.less(at[0], left.to), b.less(at[1], right.to));
      },
      [&](ValueRange at) {
        Value column = b.loadIndex(columns, at[0]);
        Value other = b.loadIndex(columns, at[1]);
        Value takesLeft = b.lessEqual(column, other),
              takesRight = b.lessEqual(other, column);
        if (output.isNumeric()) {
          Value first = productAt(left, at[0]),
                second = productAt(right, at[1]);
          Value both = addWhere(b.bitAnd(takesLeft, takesRight), first, second);
          b.storeIndex(b.min(column, other), output.coordinates, at[2]);
          b.store(b.select(takesRight, both, first), output.values, at[2]);
        }
        return LoopBuilder::Values{b.add(at[0], b.toIndex(takesLeft)),
                                   b.add(at[1], b.toIndex(takesRight)),
                                   b.add(at[2], b.index(1))};
      });
  Value rest = copyScaled(left, end[0], end[2]);
  return copyScaled(right, end[1], rest);
}

/// The sum of both where they meet, else the second.
Value Merge::addWhere(Value meet, Value first, Value second) const {
  const SemiringEmitter &semiring = product.semiring;
  if (!semiring.semiring.isCustom())
    return b.select(meet, semiring.add(b, first, second), second);
  // A user's add runs on what it is meant for alone.
  return b.ifElse(
      meet, {semiring.element},
      [&] { return LoopBuilder::Values{semiring.add(b, first, second)}; },
      [&] { return LoopBuilder::Values{second}; })[0];
}

Value Merge::compute(Value begin, Value end) const {
  Value one = b.index(1), two = b.index(kMergeEntries);
  Value behind = b.ifElse(
      b.equal(b.sub(end, begin), two), {b.getIndexType()},
      [&] {
        ScaledRow first = rowOfEntry(begin);
        ScaledRow second = rowOfEntry(b.add(begin, one));
        return LoopBuilder::Values{mergeTwo(first, second)};
      },
      [&] {
        // One entry, or none.
        return b.loop(begin, end, {output.at}, [&](Value p, ValueRange at) {
          ScaledRow only = rowOfEntry(p);
          return LoopBuilder::Values{copyScaled(only, only.from, at[0])};
        });
      })[0];
  return b.sub(behind, output.at);
}
