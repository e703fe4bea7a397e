//===- Dots.cpp - SpGEMM by dot products: one of them ---------------------===//
//
// Stage: expand. A column of B against a row of A that lies in a table; without one see
// Intersect.cpp. The shorter way is taken: probe the table with the column (four sums side by side, no branch), or, if
// the column is much longer than the row, search the column for the row's entries.
// Columns are left as soon as they pass the row's last entry. Semirings that need no more
// than one product (any), or whose sum cannot change any more (or), stop early; pair
// semirings read no values.
//
//===----------------------------------------------------------------------===//
#include "passes/Expand/Spgemm/Inner.h"

#include "passes/Emission/Search.h"

using namespace mlir;
using namespace scratch;

/// Sums side by side in a dot product.
static constexpr int64_t kSums = 4;

bool InnerProduct::stopsEarly() const {
  // Custom operators may not be called on what is no product.
  return semiring.semiring.isCustom() ||
         semiring.semiring.getAdd() == SemiringOperator::op_any ||
         semiring.semiring.getAdd() == SemiringOperator::op_or;
}

/// Whether further products cannot change a value.
Value InnerProduct::isFinal(Value value, Value products) {
  if (semiring.semiring.isCustom())
    return b.bit(false);
  if (semiring.semiring.getAdd() == SemiringOperator::op_any)
    return b.notEqual(products, b.index(0));
  return b.notEqual(value, b.integer(0, semiring.element));
}

/// A column against the table: what is not in the row adds the identity.
InnerProduct::Dot InnerProduct::probe(Value from, Value to, Value highest) {
  Type index = b.getIndexType();
  Value zero = b.index(0), one = b.index(1);
  auto step = [&](Value p, Value value, Value products) -> std::pair<Value, Value> {
    Value place = b.loadIndex(table, b.loadIndex(rhs.coordinates, p));
    Value inside = b.notEqual(place, zero);
    // The row's first entry stands in for none; its product is not taken.
    Value left = b.add(rowFirst, b.sub(b.max(place, one), one));
    Value taken = b.select(inside, product(left, p), identity());
    return {semiring.add(b, value, taken), b.add(products, b.cast(inside, index))};
  };
  Values start(kSums, identity());
  start.push_back(zero);
  start.push_back(from);
  auto within = [&](Value last) {
    return b.lessEqual(b.loadIndex(rhs.coordinates, last), highest);
  };
  auto sums = b.whileLoop(
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
  Value folded = semiring.add(b, semiring.add(b, sums[0], sums[1]),
                              semiring.add(b, sums[2], sums[3]));
  // At most three are left below the row's last entry.
  Value rest = b.min(to, b.add(sums[kSums + 1], b.index(kSums - 1)));
  auto end = b.loop(sums[kSums + 1], rest, {folded, sums[kSums]}, [&](Value p, ValueRange so) {
    auto [value, count] = step(p, so[0], so[1]);
    return Values{value, count};
  });
  return {end[0], end[1]};
}

InnerProduct::Dot InnerProduct::probeUntilFinal(Value from, Value to, Value highest) {
  Type index = b.getIndexType();
  Value zero = b.index(0), one = b.index(1);
  auto end = b.whileLoop(
      {from, identity(), zero},
      [&](ValueRange so) {
        Value open = arith::XOrIOp::create(b, isFinal(so[1], so[2]), b.bit(true));
        return b.bitAnd(b.less(so[0], to), open);
      },
      [&](ValueRange so) {
        Value coordinate = b.loadIndex(rhs.coordinates, so[0]);
        Value place = b.loadIndex(table, coordinate);
        auto sum = b.ifElse(
            b.notEqual(place, zero), {semiring.element, index},
            [&] {
              Value taken = product(b.add(rowFirst, b.sub(place, one)), so[0]);
              return Values{semiring.add(b, so[1], taken), b.add(so[2], one)};
            },
            [&] { return Values{so[1], so[2]}; });
        Value next = b.select(b.less(highest, coordinate), to, b.add(so[0], one));
        return Values{next, sum[0], sum[1]};
      });
  return {end[1], end[2]};
}

/// Coordinates [first, last) of one list searched for in [from, to) of another, each behind
/// the one before; `add` gets the places of both where they meet.
InnerProduct::Dot InnerProduct::searchEach(Value walked, Value first, Value last, Value searched,
                                           Value from, Value to,
                                           function_ref<Dot(const Dot &so, Value at, Value place)> add) {
  auto end = b.loop(first, last, {from, identity(), b.index(0)}, [&](Value at, ValueRange so) {
    Value wanted = b.loadIndex(walked, at);
    Value place = emitLowerBound(b, searched, so[0], to, wanted);
    Value found = b.ifElse(
        b.less(place, to), {b.getI1Type()},
        [&] { return Values{b.equal(b.loadIndex(searched, place), wanted)}; },
        [&] { return Values{b.bit(false)}; })[0];
    auto sum = b.ifElse(
        found, {semiring.element, b.getIndexType()},
        [&] {
          Dot more = add({so[1], so[2]}, at, place);
          return Values{more.value, more.products};
        },
        [&] { return Values{so[1], so[2]}; });
    return Values{place, sum[0], sum[1]};
  });
  return {end[1], end[2]};
}

/// The row's entries searched for in a column.
InnerProduct::Dot InnerProduct::search(Value first, Value last, Value from, Value to) {
  return searchEach(lhs.coordinates, first, last, rhs.coordinates, from, to,
                    [&](const Dot &so, Value p, Value q) { return addProduct(so, p, q); });
}

/// The column's entries searched for in a row.
InnerProduct::Dot InnerProduct::searchRow(Value first, Value last, Value from, Value to) {
  return searchEach(rhs.coordinates, from, to, lhs.coordinates, first, last,
                    [&](const Dot &so, Value q, Value p) { return addProduct(so, p, q); });
}

/// Lists that ascend need no table.
InnerProduct::Dot InnerProduct::dotWith(Value first, Value last, Value from, Value to,
                                        Value highest) {
  if (!rhs.ordered || !lhs.ordered)
    return probeOrSearch(first, last, from, to, highest);
  auto dot = b.ifElse(
      tabulated, {semiring.element, b.getIndexType()},
      [&] {
        Dot probed = probeOrSearch(first, last, from, to, highest);
        return Values{probed.value, probed.products};
      },
      [&] {
        Dot met = intersect(first, last, from, to);
        return Values{met.value, met.products};
      });
  return {dot[0], dot[1]};
}

/// The row in the table with one column, the shorter way.
InnerProduct::Dot InnerProduct::probeOrSearch(Value first, Value last, Value from, Value to,
                                              Value highest) {
  auto walk = [&] {
    return stopsEarly() ? probeUntilFinal(from, to, highest) : probe(from, to, highest);
  };
  if (!rhs.ordered || !lhs.ordered)
    return walk();
  Value longest = b.mul(b.sub(last, first), b.index(kSearchRatio));
  auto dot = b.ifElse(
      b.lessEqual(b.sub(to, from), longest), {semiring.element, b.getIndexType()},
      [&] {
        Dot walked = walk();
        return Values{walked.value, walked.products};
      },
      [&] {
        Dot found = search(first, last, from, to);
        return Values{found.value, found.products};
      });
  return {dot[0], dot[1]};
}
