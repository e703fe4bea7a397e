//===- MaskFamiliesTest.cpp - the masks that models use -------------------===//
//
// Queries and keys 384, tiles of 16, as in published mask suites. Each family is
// classified exactly: no tile is partial without need.
//
//===----------------------------------------------------------------------===//
#include "Tiles.h"

#include <gtest/gtest.h>

using namespace scratch::mask;

static constexpr int64_t kLength = 384;

static Tally tallyOf(const Predicate &mask, Integers domain = {}, int64_t keys = kLength) {
  Tally t = tally(domain, mask, kLength, keys, 16, 16);
  EXPECT_EQ(t.liveSkipped + t.deadCalledLive + t.liveOutsideHull, 0);
  return t;
}

static Predicate window(int64_t left, int64_t right, const Index &offset = number(0)) {
  Index p = query() + offset;
  return lessEqual(p - number(left), key()) && lessEqual(key(), p + number(right));
}

/// Ascending document numbers of uneven length.
static Integers documents() {
  Integers domain;
  domain.tables.emplace_back();
  for (int64_t k = 0; k < kLength; ++k)
    domain.tables[0].push_back(k / 40 + k / 96);
  return domain;
}

TEST(MaskFamilies, CausalSkipsTheUpperTriangle) {
  Tally t = tallyOf(causal(number(0)));
  EXPECT_EQ(t.partial, 24); // the diagonal
  EXPECT_EQ(t.full, 24 * 23 / 2);
  EXPECT_EQ(t.needlessPartial, 0);
  EXPECT_EQ(t.skippedInHull, 0); // the loop's bounds are exact
}

TEST(MaskFamilies, CausalWithOffsetAndFewerKeys) {
  Tally t = tallyOf(causal(number(-7)), {}, 200);
  EXPECT_EQ(t.needlessPartial, 0);
  EXPECT_EQ(t.skippedInHull, 0);
}

TEST(MaskFamilies, WindowHasClosedBounds) {
  Tally t = tallyOf(window(40, 24));
  EXPECT_EQ(t.needlessPartial, 0);
  EXPECT_EQ(t.skippedInHull, 0);
  EXPECT_GT(t.full, 0);
}

TEST(MaskFamilies, WindowBehindACache) {
  for (int64_t past : {0, 1, 100, 383, 500, -60})
    for (int64_t queries : {1, 7, 64}) {
      Integers domain{{past}, {}, {}};
      Predicate mask = window(40, 0, parameter(0));
      Tally t = tally(domain, mask, queries, kLength, 16, 16);
      EXPECT_EQ(t.liveSkipped + t.deadCalledLive + t.liveOutsideHull, 0);
      EXPECT_EQ(t.needlessPartial + t.skippedInHull, 0) << past << " " << queries;
      mask = window(40, 40, parameter(0)) && congruent(parameter(0), number(3));
      t = tally(domain, mask, queries, kLength, 16, 16);
      EXPECT_EQ(t.liveSkipped + t.deadCalledLive + t.liveOutsideHull, 0);
    }
}

TEST(MaskFamilies, GlobalTokensAndWindow) {
  Predicate globals = less(key(), number(3)) || less(query(), number(3));
  EXPECT_EQ(tallyOf(window(40, 40) || globals).needlessPartial, 0);
}

TEST(MaskFamilies, PrefixOrCausal) {
  EXPECT_EQ(tallyOf(causal(number(0)) || less(key(), number(50))).needlessPartial, 0);
}

TEST(MaskFamilies, DilatedWindow) {
  EXPECT_EQ(tallyOf(window(64, 64) && congruent(number(0), number(3))).needlessPartial, 0);
  // A dilation beyond the tile leaves some tiles without any element.
  Tally sparse = tallyOf(congruent(number(0), number(50)));
  EXPECT_EQ(sparse.needlessPartial, 0);
  EXPECT_GT(sparse.skipped, 0);
}

TEST(MaskFamilies, SortedDocuments) {
  Tally t = tallyOf(sameDocument(0, 0), documents());
  EXPECT_EQ(t.needlessPartial, 0);
  EXPECT_GT(t.full, 0);
  EXPECT_EQ(tallyOf(sameDocument(0, 0) && causal(number(0)), documents()).needlessPartial, 0);
}

TEST(MaskFamilies, SharedPrefixAndDocuments) {
  EXPECT_EQ(tallyOf((sameDocument(0, 0) || less(key(), number(30))) && causal(number(0)),
                    documents()).needlessPartial, 0);
}

TEST(MaskFamilies, LengthsOfQueriesAndKeys) {
  Predicate mask = less(key(), parameter(0)) && less(query(), parameter(1));
  EXPECT_EQ(tallyOf(mask, {{100, 333}, {}, {}}).needlessPartial, 0);
}

TEST(MaskFamilies, NeighbourhoodOfAGrid) {
  Tally t = tallyOf(neighbourhood(24, 16, 5, 16)); // whole rows: tiles are boxes
  EXPECT_EQ(t.needlessPartial, 0);
  EXPECT_EQ(t.partial, 0);
  EXPECT_EQ(tallyOf(neighbourhood(24, 16, 7, 7)).needlessPartial, 0);
}

TEST(MaskFamilies, ComplementOfAWindow) {
  EXPECT_EQ(tallyOf(!window(40, 24)).needlessPartial, 0);
}

TEST(MaskFamilies, ATautologyIsSoundThoughNotRecognised) {
  Tally t = tallyOf(causal(number(0)) || less(query(), key()));
  EXPECT_EQ(t.skipped, 0);
  EXPECT_EQ(t.needlessPartial, 24); // the diagonal, which only both sides together cover
}
