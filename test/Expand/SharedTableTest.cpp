//===- SharedTableTest.cpp - workers that share an accumulator ------------===//
//
// Values are halves or whole numbers, so that sums do not depend on their order:
// what threads make of them must be the same byte by byte.
//
//===----------------------------------------------------------------------===//
#include "test/Expand/SpgemmCheck.h"

using namespace scratch;
using namespace scratch::test;

/// More rows than a tile has, and rows that outgrow a tile: windows of columns.
static std::vector<Shape> shapes() {
  std::vector<Shape> all = awkwardShapes();
  all.push_back({"more rows than a tile", 9000, 30, 50, 2, 2});
  all.push_back({"rows wider than a tile", 5, 400, 120000, 400, 400});
  return all;
}
static const std::vector<int> kThreads{1, 2, 4};

TEST(SharedTable, IntegersAreTheReferencesForAnyNumberOfThreads) {
  for (const char *schedule : {"tokens", "static"})
    check<int32_t, int32_t>({"plus_times", "i32"}, {"shared_hash", "one", "row_wise", schedule},
                            shapes(), kThreads);
}

TEST(SharedTable, RealsMergeByCompareExchange) {
  check<double, int32_t>({"plus_times", "f64"}, {"shared_hash", "auto"}, shapes(), kThreads);
  check<float, int64_t>({"min_plus", "f32"}, {"shared_hash", "auto"}, shapes(), kThreads);
  check<int32_t, int32_t>({"any_pair", "i32"}, {"shared_hash", "auto"}, shapes(), kThreads);
}

TEST(SharedTable, OperatorsOfTheUserDoToo) {
  Kernel kernel{"custom", "f64"};
  kernel.reference = "max_plus";
  check<double, int32_t>(kernel, {"shared_hash", "auto"}, awkwardShapes(), kThreads);
}

TEST(SharedTable, UnorderedRowsAreCutIntoWindowsToo) {
  Kernel kernel{"plus_times", "f64"};
  kernel.unordered = true;
  check<double, int32_t>(kernel, {"shared_hash", "auto"}, shapes(), kThreads);
}
