//===- PropagateTest.cpp - pruned programs against masked dense ones ------===//
#include "gtest/gtest.h"

#include "test/Prune/RandomNet.h"

using namespace scratch::test;

static void expectSameBits(unsigned seed, RandomNet::Form form) {
  SCOPED_TRACE(testing::Message() << "seed " << seed);
  RandomNet dense(seed, RandomNet::Dense), pruned(seed, form);
  std::vector<double> want = dense.run(), got = pruned.run();
  ASSERT_EQ(got.size(), want.size());
  for (size_t i = 0; i < want.size(); ++i)
    ASSERT_EQ(got[i], want[i]) << i << "\n" << pruned.text();
}

// Longer than five seconds: every seed compiles two networks.
TEST(Propagate, ConstantWeightsWithDeadChannelsComputeTheSameBits) {
  for (unsigned seed = 0; seed < 6; ++seed)
    expectSameBits(seed, RandomNet::Constants);
}

TEST(Propagate, MasksOfRunTimeComputeTheSameBits) {
  for (unsigned seed = 100; seed < 104; ++seed)
    expectSameBits(seed, RandomNet::RunTime);
}
