// The floor: bytes at the bandwidth of the working set, products at their rate.
#include "codegen/Bench/Bound.h"

#include <gtest/gtest.h>

using namespace scratch::bench;

static MachineRates rates() {
  MachineRates rates;
  rates.bandwidth = {{1000, 400}, {100000, 200}};
  rates.mergesPerMs = 50;
  rates.lanesPerMs[0] = 100, rates.lanesPerMs[1] = 200;
  return rates;
}

TEST(Bound, BandwidthLiesBetweenTheLevels) {
  EXPECT_EQ(rates().bandwidthFor(10), 400);
  EXPECT_EQ(rates().bandwidthFor(1000), 400);
  EXPECT_DOUBLE_EQ(rates().bandwidthFor(10000), 300); // half way, by logarithm
  EXPECT_EQ(rates().bandwidthFor(100000), 200);
  EXPECT_EQ(rates().bandwidthFor(1 << 30), 200);
}

TEST(Bound, TheHigherFloorCounts) {
  Workload work;
  work.inputBytes = 600, work.resultBytes = 400, work.products = 500;
  Task spgemm = llvm::cantFail(Task::make("spgemm", "", "", 1));
  Bound bound = boundOf(spgemm, work, rates());
  EXPECT_DOUBLE_EQ(bound.bytesMs, 2.5);
  EXPECT_DOUBLE_EQ(bound.operationsMs, 10);
  EXPECT_DOUBLE_EQ(bound.ms(), 10);
  EXPECT_EQ(bound.term(), "operations");
  // Dense results are sums of f32 lanes.
  Task spmm = llvm::cantFail(Task::make("spmm", "", "", 64));
  EXPECT_DOUBLE_EQ(boundOf(spmm, work, rates()).operationsMs, 2.5);
  // Which products a mask lets through is not known beforehand.
  Task triangles = llvm::cantFail(Task::make("triangles", "", "", 1));
  EXPECT_EQ(boundOf(triangles, work, rates()).term(), "bytes");
}

TEST(Rates, AreMeasured) {
  MachineRates rates = measureRates(1);
  for (const MachineRates::Level &level : rates.bandwidth)
    EXPECT_GT(level.bytesPerMs, 0);
  EXPECT_GT(rates.mergesPerMs, 0);
  EXPECT_GT(rates.lanesPerMs[0], 0);
  EXPECT_GT(rates.lanesPerMs[1], 0);
}

TEST(Task, RefusesWhatDoesNotExist) {
  auto refused = [](const char *kernel, const char *element, const char *semiring) {
    return llvm::errorToBool(Task::make(kernel, element, semiring, 1).takeError());
  };
  EXPECT_TRUE(refused("gemm", "", ""));
  EXPECT_TRUE(refused("spgemm", "i7", ""));
  EXPECT_TRUE(refused("spgemm", "", "plus_plus"));
  EXPECT_TRUE(refused("triangles", "f64", ""));
  EXPECT_FALSE(refused("spgemm", "f32", "min_plus"));
}
