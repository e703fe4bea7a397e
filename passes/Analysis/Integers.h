//===- Integers.h - the domain of plain numbers -----------------*- C++ -*-===//
//
// MaskTiles.h on int64_t and bool: for unit tests and for masks whose numbers
// are all known at compile time. Tables are vectors; opaque leaves are said to
// be partial unless they are given as functions.
//
//===----------------------------------------------------------------------===//
#ifndef SCRATCH_PASSES_ANALYSIS_INTEGERS_H
#define SCRATCH_PASSES_ANALYSIS_INTEGERS_H

#include "passes/Analysis/MaskTiles.h"

#include <algorithm>
#include <functional>

namespace scratch::mask {

struct Integers {
  using Number = int64_t;
  using Truth = bool;

  std::vector<int64_t> parameters;
  std::vector<std::vector<int64_t>> tables;
  std::function<bool(unsigned leaf, int64_t i, int64_t j)> leaves;

  Number number(int64_t value) const { return value; }
  Number add(Number a, Number b) const { return a + b; }
  Number sub(Number a, Number b) const { return a - b; }
  Number mul(Number a, int64_t factor) const { return a * factor; }
  Number times(Number a, Number b) const { return a * b; }
  Number floorDiv(Number a, Number b) const { return a / b - (a % b != 0 && (a < 0) != (b < 0)); }
  Number min(Number a, Number b) const { return std::min(a, b); }
  Number max(Number a, Number b) const { return std::max(a, b); }
  Number select(Truth c, Number a, Number b) const { return c ? a : b; }
  Number parameter(unsigned position) const { return parameters[position]; }
  Number lookup(unsigned table, Number at) const { return tables[table][at]; }
  Range<Integers> lookupRange(unsigned table, Range<Integers> at) const {
    auto begin = tables[table].begin();
    auto [low, high] = std::minmax_element(begin + at.low, begin + at.high + 1);
    return {*low, *high};
  }

  Truth truth(bool value) const { return value; }
  Truth lessEqual(Number a, Number b) const { return a <= b; }
  Truth equal(Number a, Number b) const { return a == b; }
  Truth both(Truth a, Truth b) const { return a && b; }
  Truth either(Truth a, Truth b) const { return a || b; }
  Truth negate(Truth a) const { return !a; }
  Truth element(unsigned leaf, Number i, Number j) const { return leaves(leaf, i, j); }
  Verdict<Integers> opaque(unsigned, Range<Integers>, Range<Integers>) const {
    return {true, false};
  }
};

} // namespace scratch::mask

#endif // SCRATCH_PASSES_ANALYSIS_INTEGERS_H
