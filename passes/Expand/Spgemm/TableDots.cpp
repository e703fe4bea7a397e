//===- TableDots.cpp - dot products with a row in a table -----------------===//
#include "passes/Expand/Spgemm/TableDots.h"

using namespace mlir;
using namespace scratch;
using Values = LoopBuilder::Values;

/// Sums side by side in a dot product.
static constexpr int64_t kSums = 4;

/// A column against the table: what is not in the row adds the identity.
Dot TableDots::probe(const Lists &lists) const {
  const SparseOperand &rhs = operands.rhs;
  const SemiringEmitter &semiring = operands.semiring;
  Value from = lists.from, to = lists.to;
  Type index = b.getIndexType();
  Value zero = b.index(0), one = b.index(1);
  auto step = [&](Value p, Value value, Value products) -> std::pair<Value, Value> {
    Value place = b.loadIndex(table, b.loadIndex(rhs.coordinates, p));
    Value inside = b.notEqual(place, zero);
    // The row's first entry stands in for none; its product is not taken.
    Value left = b.add(lists.first, b.sub(b.max(place, one), one));
    Value taken = b.select(inside, sums.product(left, p), sums.identity());
    return {semiring.add(b, value, taken), b.add(products, b.cast(inside, index))};
  };
  Values start(kSums, sums.identity());
  start.push_back(zero);
  start.push_back(from);
  auto within = [&](Value last) {
    return b.lessEqual(b.loadIndex(rhs.coordinates, last), highest);
  };
  auto four = b.whileLoop(
      start,
      [&](ValueRange so) {
        Value last = b.add(so[kSums + 1], b.index(kSums - 1));
        return b.ifElse(
            b.less(last, to), {b.getI1Type()}, [&] { return Values{within(last)}; },
            [&] { return Values{b.bit(false)}; })[0];
      },
      [&](ValueRange so) {
        Values next;
        Value products = so[kSums];
        for (int64_t s = 0; s < kSums; ++s) {
          auto [value, count] = step(b.add(so[kSums + 1], b.index(s)), so[s], products);
          next.push_back(value);
          products = count;
        }
        next.push_back(products);
        next.push_back(b.add(so[kSums + 1], b.index(kSums)));
        return next;
      });
  Value folded =
      semiring.add(b, semiring.add(b, four[0], four[1]), semiring.add(b, four[2], four[3]));
  // At most three are left below the row's last entry.
  Value behind = four[kSums + 1];
  Value rest = b.min(to, b.add(behind, b.index(kSums - 1)));
  auto end = b.loop(behind, rest, {folded, four[kSums]}, [&](Value p, ValueRange so) {
    auto [value, count] = step(p, so[0], so[1]);
    return Values{value, count};
  });
  return Dot::of(end);
}

Dot TableDots::probeUntilFinal(const Lists &lists) const {
  const SparseOperand &rhs = operands.rhs;
  Value zero = b.index(0), one = b.index(1);
  auto end = b.whileLoop(
      {lists.from, sums.identity(), zero},
      [&](ValueRange so) {
        Value open = arith::XOrIOp::create(b, sums.isFinal({so[1], so[2]}), b.bit(true));
        return b.bitAnd(b.less(so[0], lists.to), open);
      },
      [&](ValueRange so) {
        Value coordinate = b.loadIndex(rhs.coordinates, so[0]);
        Value place = b.loadIndex(table, coordinate);
        auto sum = b.ifElse(
            b.notEqual(place, zero), sums.types(),
            [&] {
              Value p = b.add(lists.first, b.sub(place, one));
              Value taken = sums.product(p, so[0]);
              return Values{operands.semiring.add(b, so[1], taken), b.add(so[2], one)};
            },
            [&] { return Values{so[1], so[2]}; });
        Value next = b.select(b.less(highest, coordinate), lists.to, b.add(so[0], one));
        return Values{next, sum[0], sum[1]};
      });
  return {end[1], end[2]};
}

Dot TableDots::compute(const Lists &lists) const {
  auto walk = [&] { return sums.stopsEarly() ? probeUntilFinal(lists) : probe(lists); };
  if (!operands.rhs.ordered || !operands.lhs.ordered)
    return walk();
  Value longest = b.mul(b.sub(lists.last, lists.first), b.index(DotSums::kSearchRatio));
  return Dot::of(b.ifElse(
      b.lessEqual(b.sub(lists.to, lists.from), longest), sums.types(),
      [&] { return walk().asValues(); }, [&] { return sums.searchColumn(lists).asValues(); }));
}
