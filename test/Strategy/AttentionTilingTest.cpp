//===- AttentionTilingTest.cpp - tiles by predicted cost ------------------===//
#include "passes/Strategy/AttentionTiling.h"

#include <gtest/gtest.h>

using namespace scratch;

static AttentionPlan planFor(AttentionProblem problem, unsigned vectorBits = 256) {
  MachineModel machine = *MachineModel::of("x86", vectorBits);
  return chooseTiling(problem, machine, vectorBits).plan;
}

TEST(AttentionTiling, AccumulatorsFillTheRegisters) {
  AttentionPlan narrow = planFor({}), wide = planFor({}, 512);
  EXPECT_EQ(narrow.lanes, 8);
  EXPECT_EQ(narrow.rows * narrow.vectors, 12); // of 16 registers
  EXPECT_EQ(wide.lanes, 16);
  EXPECT_EQ(wide.rows * wide.vectors, 24); // of 32
}

TEST(AttentionTiling, ScoresStayInTheFirstCache) {
  MachineModel machine = *MachineModel::of("x86", 256);
  AttentionPlan plan = planFor({});
  EXPECT_LE(4 * plan.queries * plan.keys, machine.firstCacheBytes);
}

TEST(AttentionTiling, MasksFavourSmallTiles) {
  AttentionProblem masked;
  masked.masked = true;
  AttentionPlan small = planFor(masked), large = planFor({});
  EXPECT_LT(small.queries * small.keys, large.queries * large.keys);
}

// Windows begin and end at multiples of 64 more often than at those of 48.
TEST(AttentionTiling, MaskedTilesDivideCommonEdges) {
  AttentionProblem masked;
  masked.masked = true;
  for (unsigned bits : {128u, 256u, 512u})
    EXPECT_EQ(64 % planFor(masked, bits).queries, 0) << bits;
}

// A tile of 48 queries meets 1.75 blocks of 64, one of 64 meets one.
TEST(AttentionTiling, TilesAgreeWithBlocks) {
  for (unsigned bits : {256u, 512u})
    for (int64_t size : {64, 128}) {
      AttentionProblem listed;
      listed.masked = true;
      listed.block = {size, size};
      AttentionPlan plan = planFor(listed, bits);
      EXPECT_EQ(size % plan.queries, 0) << plan.queries;
      EXPECT_EQ(size % plan.keys, 0) << plan.keys;
      EXPECT_GE(plan.rows * plan.vectors, 8); // two per cycle, of latency four
    }
}

TEST(AttentionTiling, LargerHeadsCostMore) {
  MachineModel machine = *MachineModel::of("x86", 256);
  AttentionProblem small, large;
  small.size = small.valueSize = 64;
  large.size = large.valueSize = 128;
  EXPECT_LT(chooseTiling(small, machine, 256).cycles, chooseTiling(large, machine, 256).cycles);
}
