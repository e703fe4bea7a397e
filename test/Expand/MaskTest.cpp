//===- MaskTest.cpp - which units every rule keeps, against the reference -===//
#include "runtime/reference/Pruning.h"
#include "test/Expand/Compiled.h"

#include "gtest/gtest.h"

#include <random>

using namespace scratch;
using namespace scratch::test;
using namespace scratch::reference;

namespace {
struct Granularity {
  const char *name, *word, *grid;
  int64_t height, width; ///< 0: all of the matrix
};
const Granularity kGranularities[] = {{"element", "", "?x?", 1, 1},
                                      {"block", ", block(3x2)", "?x?", 3, 2},
                                      {"row", ", row", "?", 1, 0},
                                      {"column", ", column", "?", 0, 1}};
const std::pair<const char *, std::string> kRules[] = {
    {"above", "threshold %W above %t"},
    {"relative", "threshold %W above %t relative norm l2"},
    {"fraction", "magnitude %W keep %t norm l2"},
    {"aware", "magnitude %W inputs(%x : tensor<?xf64>) keep %t"}};

std::string function(const std::string &name, const std::string &op, const std::string &mask,
                     const std::string &types, const std::string &grid) {
  return "func.func @" + name + "(%W: tensor<?x?xf64>, %x: tensor<?xf64>, %t: f64, %s: i64) -> tensor<" +
         grid + "xi8> {\n  %c0 = arith.constant 0 : index\n  %c1 = arith.constant 1 : index\n"
         "  %m = tensor.dim %W, %c0 : tensor<?x?xf64>\n  %n = tensor.dim %W, %c1 : tensor<?x?xf64>\n"
         "  %M = scratch.mask." + op + " : " + types + mask +
         "\n  %B = scratch.mask.bytes %M : " + mask + " -> tensor<" + grid +
         "xi8>\n  return %B : tensor<" + grid + "xi8>\n}\n";
}

struct MaskTest : testing::Test {
  static const Compiled &kernels() {
    static const Compiled compiled(text());
    return compiled;
  }
  static std::string text() {
    std::string all;
    for (const Granularity &g : kGranularities) {
      std::string mask = std::string("!scratch.mask<?x?") + g.word + ">";
      for (const auto &[name, op] : kRules)
        all += function(std::string(name) + "_" + g.name, op, mask,
                        op[0] == 't' ? "tensor<?x?xf64>, f64 -> " : "tensor<?x?xf64> -> ", g.grid);
      all += function(std::string("random_") + g.name, "random seed %s keep %t shape(%m, %n)",
                      mask, "", g.grid);
    }
    all += function("top", "top_k %W", "!scratch.mask<?x?, row_nnz(3)>", "tensor<?x?xf64> -> ", "?x?");
    all += function("two_of_four", "n_m %W", "!scratch.mask<?x?, n_m(2:4), exact(2:4)>",
                    "tensor<?x?xf64> -> ", "?x?");
    return all;
  }
  /// Small integers: many ties, and sums that are exact.
  void fill(int64_t m, int64_t n) {
    rows = m, columns = n;
    weights.resize(m * n);
    inputs.resize(n);
    for (double &w : weights)
      w = std::uniform_int_distribution<int>(-4, 4)(random);
    for (double &x : inputs)
      x = std::uniform_int_distribution<int>(0, 3)(random);
  }
  Kept run(const std::string &name, double t, int threads = 2) {
    Call call(threads);
    call.dense(SCRATCH_F64, {rows, columns}, weights).dense(SCRATCH_F64, {columns}, inputs);
    EXPECT_EQ(call.f64(t).i64(99).run(kernels().entry(name)), SCRATCH_OK) << scratch_last_error();
    return call.values<uint8_t>();
  }
  std::mt19937 random{2026};
  int64_t rows = 0, columns = 0;
  std::vector<double> weights, inputs;
};
} // namespace

TEST_F(MaskTest, EveryRuleOnEveryGranularityKeepsWhatTheReferenceKeeps) {
  for (auto [m, n] : {std::pair<int64_t, int64_t>{7, 9}, {1, 1}, {600, 5}, {12, 8}, {1, 33}})
    for (double t : {0.0, 0.3, 1.0, 2.0}) {
      fill(m, n);
      for (const Granularity &g : kGranularities) {
        SCOPED_TRACE(testing::Message() << m << "x" << n << " " << g.name << " t=" << t);
        Units u{m, n, g.height ? g.height : m, g.width ? g.width : n};
        auto l1 = scores(weights, {}, u, false), l2 = scores(weights, {}, u, true);
        auto aware = scores(weights, inputs, u, false);
        int64_t units = l1.size(), k = countToKeep(t, units);
        EXPECT_EQ(run(std::string("above_") + g.name, t), keepAbove(l1, t, false));
        EXPECT_EQ(run(std::string("relative_") + g.name, t), keepAbove(l2, t, true));
        EXPECT_EQ(run(std::string("fraction_") + g.name, t), keepLargest(l2, units, k));
        EXPECT_EQ(run(std::string("aware_") + g.name, t), keepLargest(aware, units, k));
        EXPECT_EQ(run(std::string("random_") + g.name, t), keepAtRandom(99, t, units));
        EXPECT_EQ(run(std::string("random_") + g.name, t, 1), keepAtRandom(99, t, units));
      }
    }
}

TEST_F(MaskTest, RowsAndGroupsKeepExactlyWhatTheyPromise) {
  fill(600, 12);
  auto all = scores(weights, {}, {rows, columns, 1, 1}, false);
  EXPECT_EQ(run("top", 0), keepLargest(all, 12, 3));
  EXPECT_EQ(run("two_of_four", 0), keepLargest(all, 4, 2));
}

TEST_F(MaskTest, ANanIsNeverHidden) {
  fill(4, 8);
  weights[13] = NAN;
  EXPECT_EQ(run("top", 0)[13], 1);
  EXPECT_EQ(run("two_of_four", 0)[13], 1);
  EXPECT_EQ(run("fraction_row", 0.25), (Kept{0, 1, 0, 0}));
  EXPECT_EQ(run("relative_row", 0.5)[1], 1);
}

TEST_F(MaskTest, PromisesThatColumnsCannotKeepAreAStatus) {
  fill(2, 2);
  for (const char *name : {"top", "two_of_four"}) {
    Call call;
    call.dense(SCRATCH_F64, {2, 2}, weights).dense(SCRATCH_F64, {2}, inputs).f64(0).i64(0);
    EXPECT_EQ(call.run(kernels().entry(name)), SCRATCH_SHAPE_MISMATCH);
  }
}
