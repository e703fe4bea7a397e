//===- CompactTest.cpp - packing pieces in place -------------------------===//
#include "runtime/abi/scratch.h"

#include <gtest/gtest.h>
#include <random>
#include <vector>

/// Random pieces with gaps (some empty, some without a gap), packed and
/// compared with the obvious copy.
static void packAtRandom(uint64_t seed, int64_t pieces, int64_t longest,
                         int64_t widestGap, int32_t threads) {
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937_64 random(seed);
  const int64_t origin = static_cast<int64_t>(random() % 3);
  std::vector<int64_t> sources, targets{origin};
  int64_t at = origin;
  for (int64_t k = 0; k < pieces; ++k) {
    at += static_cast<int64_t>(random() % 3 ? 0 : random() % (widestGap + 1));
    int64_t length =
        static_cast<int64_t>(random() % 4 ? random() % (longest + 1) : 0);
    sources.push_back(at);
    targets.push_back(targets.back() + length);
    at += length;
  }
  std::vector<uint64_t> buffer(static_cast<size_t>(at) + 1), expected;
  for (uint64_t &each : buffer)
    each = random();
  expected = buffer;
  for (int64_t k = 0; k < pieces; ++k)
    for (int64_t i = 0; i < targets[k + 1] - targets[k]; ++i)
      expected[targets[k] + i] = buffer[sources[k] + i];
  scratch_arguments block = {SCRATCH_ABI_VERSION, 0, threads, 0, nullptr};
  scratch_rt_enter(&block);
  scratch_rt_compact(buffer.data(), 8, pieces, sources.data(), targets.data());
  EXPECT_EQ(scratch_rt_leave(), SCRATCH_OK);
  for (int64_t i = 0; i < targets.back(); ++i)
    ASSERT_EQ(buffer[i], expected[i]) << "element " << i;
}

TEST(Compact, PacksSmallBuffersSerially) {
  for (uint64_t seed = 1; seed <= 300; ++seed)
    packAtRandom(seed, 1 + seed % 40, 1 + seed % 30, seed % 20, 4);
}

TEST(Compact, PacksLargeBuffersInParallelWaves) {
  for (uint64_t seed = 1; seed <= 12; ++seed) {
    packAtRandom(seed, 4000, 2000, 1000, 4);
    packAtRandom(seed, 8, 800000, 400000, 3); // pieces that overlap themselves
    packAtRandom(seed, 200000, 20, 30, 2);
  }
}

TEST(Compact, NothingToDoIsFine) {
  int64_t none[] = {0};
  scratch_rt_compact(nullptr, 8, 0, none, none);
  char byte = 1;
  scratch_rt_compact(&byte, 1, 0, none, none);
}
