//===- MaskTilesTest.cpp - thousands of random masks, every element -------===//
#include "Tiles.h"

#include <gtest/gtest.h>

#include <numeric>
#include <random>

using namespace scratch::mask;

namespace {
constexpr int64_t kLength = 32;

/// Draws masks of every kind of node. The seed is the test's.
class RandomMask {
public:
  explicit RandomMask(unsigned seed) : random(seed) {
    for (int i = 0; i < 4; ++i)
      domain.parameters.push_back(between(-12, 40));
    domain.parameters.push_back(between(1, 9)); // a divisor
    for (int i = 0; i < 3; ++i) {
      std::vector<int64_t> table;
      for (int64_t k = 0; k < kLength; ++k)
        table.push_back(i == 2 ? between(0, 1) : (table.empty() ? 0 : table.back()) + between(0, i));
      domain.tables.push_back(table);
    }
    // Where tokens stand: a permutation, and a list that ascends with repeats.
    std::vector<int64_t> places(kLength), kept(kLength);
    std::iota(places.begin(), places.end(), 0);
    std::shuffle(places.begin(), places.end(), random);
    for (int64_t k = 0; k < kLength; ++k)
      kept[k] = std::min(kLength - 1, (k ? kept[k - 1] : 0) + between(0, 2));
    domain.tables.push_back(places);
    domain.tables.push_back(kept);
    domain.leaves = [](unsigned leaf, int64_t i, int64_t j) {
      return (i * 7 + j * 13 + leaf) % 3 != 0;
    };
  }
  /// Leaves of the dialect on tokens that have places of their own.
  Predicate reordered() {
    unsigned order = 3 + between(0, 1);
    Tokens at{lookup(order, query()), lookup(order, key())};
    Predicate causalPart = causal(number(between(-8, 8)), at);
    switch (between(0, 3)) {
    case 0:
      return causalPart && congruent(number(between(-5, 5)), divisor(), at);
    case 1:
      return causalPart || neighbourhood(4, 8, between(1, 4), between(1, 8), at);
    case 2:
      return sameDocument(0, 1, at) || less(at.key, parameter(0));
    }
    return causalPart && lessEqual(lookup(0, at.query), at.key);
  }
  Predicate formula(int depth) {
    if (depth == 0 || between(0, 5) == 0)
      return leaf();
    switch (between(0, 4)) {
    case 0:
    case 1:
      return formula(depth - 1) && formula(depth - 1);
    case 2:
    case 3:
      return formula(depth - 1) || formula(depth - 1);
    }
    return !formula(depth - 1);
  }
  Integers domain;

private:
  int64_t between(int64_t low, int64_t high) {
    return std::uniform_int_distribution<int64_t>(low, high)(random);
  }
  Index linear() {
    Index e = number(between(-20, 20)) + query() * between(-2, 2) + key() * between(-2, 2);
    return between(0, 1) ? e + parameter(between(0, 3)) * between(-1, 1) : e;
  }
  Index divisor() { return between(0, 1) ? number(between(1, 9)) : parameter(4); }
  Index integer() {
    switch (between(0, 6)) {
    case 0:
      return floorDiv(linear(), divisor()) + linear();
    case 1:
      return mod(linear(), divisor()) - number(between(0, 8));
    case 2:
      return min(linear(), linear()) * between(-2, 2);
    case 3:
      return max(linear(), mod(linear(), divisor()));
    case 4:
      return lookup(between(0, 2), query()) - lookup(between(0, 2), key()) * between(0, 1);
    }
    return linear();
  }
  /// In steps of a dilation, or not.
  Predicate windowBehind() {
    Index past = parameter(between(0, 3)), p = query() + past;
    Predicate near = lessEqual(p - number(between(0, 12)), key()) &&
                     lessEqual(key(), p + number(between(-3, 12)));
    return between(0, 1) ? near : near && congruent(past, divisor());
  }
  Predicate leaf() {
    switch (between(0, 7)) {
    case 7:
      return windowBehind();
    case 6:
      return reordered();
    case 0:
      return equal(integer(), number(0));
    case 1:
      return opaque(between(0, 2));
    case 2:
      return congruent(number(between(-5, 5)), divisor());
    case 3:
      return neighbourhood(4, 8, between(1, 4), between(1, 8));
    }
    return lessEqual(integer(), integer());
  }

  std::mt19937 random;
};
} // namespace

TEST(MaskTiles, NeverSkipALiveElementNorCallADeadOneLive) {
  Tally total;
  for (unsigned seed = 1; seed <= 4000; ++seed) {
    RandomMask mask(seed);
    Predicate formula = mask.formula(3);
    Tally t = tally(mask.domain, formula, kLength, kLength - 3, 6, 5);
    ASSERT_EQ(t.liveSkipped, 0) << "seed " << seed;
    ASSERT_EQ(t.deadCalledLive, 0) << "seed " << seed;
    ASSERT_EQ(t.liveOutsideHull, 0) << "seed " << seed;
    total.skipped += t.skipped;
    total.full += t.full;
    total.partial += t.partial;
    total.needlessPartial += t.needlessPartial;
  }
  // The answer is worth something: random formulas included, most uniform tiles
  // are recognised.
  RecordProperty("needless_partial", std::to_string(total.needlessPartial));
  RecordProperty("tiles", std::to_string(total.skipped + total.full + total.partial));
  EXPECT_LT(total.needlessPartial, (total.skipped + total.full) / 4)
      << total.needlessPartial << " needless of " << total.partial << " partial, "
      << total.skipped << " skipped, " << total.full << " full";
}

TEST(MaskTiles, DoubleNegationIsTheMask) {
  for (unsigned seed = 1; seed <= 300; ++seed) {
    RandomMask mask(seed);
    Predicate formula = mask.formula(3), twice = !!formula, negated = !formula;
    for (int64_t i = 0; i < kLength; ++i)
      for (int64_t j = 0; j < kLength; ++j) {
        bool live = evaluate(mask.domain, formula, i, j);
        ASSERT_EQ(evaluate(mask.domain, twice, i, j), live) << "seed " << seed;
        ASSERT_EQ(evaluate(mask.domain, negated, i, j), !live) << "seed " << seed;
      }
  }
}
