//===- MaskUseTest.cpp - apply, compress and the threshold's gradient -----===//
#include "runtime/reference/Pruning.h"
#include "test/Expand/Compiled.h"

#include "gtest/gtest.h"

#include <cmath>
#include <random>

using namespace scratch;
using namespace scratch::test;
using namespace scratch::reference;

// Large entries or those not drawn, but only where %D is not zero.
static const char kText[] = R"(
#CSR = #sparse_tensor.encoding<{map = (i, j) -> (i : dense, j : compressed), posWidth = 32, crdWidth = 32}>
func.func @uses(%W: tensor<?x?xf64>, %D: tensor<?x?xi8>, %t: f64, %s: i64) -> (tensor<?x?xf64>, tensor<?x?xf64, #CSR>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %m = tensor.dim %W, %c0 : tensor<?x?xf64>
  %n = tensor.dim %W, %c1 : tensor<?x?xf64>
  %entries = scratch.mask.magnitude %W keep %t : tensor<?x?xf64> -> !scratch.mask<?x?>
  %random = scratch.mask.random seed %s keep %t shape(%m, %n) : !scratch.mask<?x?>
  %given = scratch.mask.from value %D : tensor<?x?xi8> -> !scratch.mask<?x?>
  %not = scratch.mask.not %random : !scratch.mask<?x?>
  %either = scratch.mask.or %entries, %not : !scratch.mask<?x?>
  %M = scratch.mask.and %either, %given : !scratch.mask<?x?>
  %Z = scratch.mask.apply %W, %M : tensor<?x?xf64>, !scratch.mask<?x?>
  %C = scratch.mask.compress %W, %M : tensor<?x?xf64>, !scratch.mask<?x?> -> tensor<?x?xf64, #CSR>
  return %Z, %C : tensor<?x?xf64>, tensor<?x?xf64, #CSR>
}
func.func @blocks(%W: tensor<?x?xf32>, %t: f64) -> tensor<?x?xf32> {
  %M = scratch.mask.magnitude %W keep %t : tensor<?x?xf32> -> !scratch.mask<?x?, block(4x4)>
  %Z = scratch.mask.apply %W, %M : tensor<?x?xf32>, !scratch.mask<?x?, block(4x4)>
  return %Z : tensor<?x?xf32>
}
func.func @gradient(%W: tensor<?x?xf64>, %t: f64, %dM: tensor<?xf64>) -> f64 {
  %dt = scratch.mask.threshold_gradient %W above %t with %dM : tensor<?x?xf64>, tensor<?xf64>, f64
  return %dt : f64
}
)";

namespace {
struct MaskUseTest : testing::Test {
  static const Compiled &kernels() {
    static const Compiled compiled(kText);
    return compiled;
  }
  std::vector<double> numbers(int64_t count) {
    std::vector<double> all(count);
    for (double &w : all)
      w = std::normal_distribution<double>()(random);
    return all;
  }
  std::mt19937 random{7};
};
} // namespace

TEST_F(MaskUseTest, AppliedAndCompressedWeightsAreThoseOfTheMask) {
  for (auto [m, n] : {std::pair<int64_t, int64_t>{7, 9}, {1, 1}, {300, 17}, {0, 4}})
    for (double t : {0.0, 0.4, 1.0}) {
      SCOPED_TRACE(testing::Message() << m << "x" << n << " t=" << t);
      std::vector<double> weights = numbers(m * n);
      std::vector<int8_t> given(m * n);
      for (int8_t &bit : given)
        bit = random() % 4 != 0;
      Kept entries = keepLargest(scores(weights, {}, {m, n, 1, 1}, false), m * n ? m * n : 1,
                                 countToKeep(t, m * n));
      Kept drawn = keepAtRandom(5, t, m * n);
      if (!weights.empty())
        weights[0] = NAN;
      if (!entries.empty() && t > 0 && t < 1)
        entries = keepLargest(scores(weights, {}, {m, n, 1, 1}, false), m * n,
                              countToKeep(t, m * n));
      Call call;
      call.dense(SCRATCH_F64, {m, n}, weights).dense(SCRATCH_I8, {m, n}, given).f64(t).i64(5);
      ASSERT_EQ(call.run(kernels().entry("uses"), 2), SCRATCH_OK) << scratch_last_error();
      ASSERT_EQ(scratch_tensor_check(&call.result(1)), SCRATCH_OK);
      auto positions = static_cast<const int32_t *>(call.result(1).positions);
      auto columns = static_cast<const int32_t *>(call.result(1).coordinates);
      auto stored = call.values<double>(1), applied = call.values<double>(0);
      int64_t next = 0;
      for (int64_t i = 0; i < m; ++i) {
        for (int64_t j = 0; j < n; ++j) {
          int64_t at = i * n + j;
          bool inside = (entries[at] || !drawn[at]) && given[at];
          double want = inside ? weights[at] : 0;
          EXPECT_TRUE(applied[at] == want || (std::isnan(applied[at]) && std::isnan(want)));
          if (!inside)
            continue;
          ASSERT_LT(next, int64_t(stored.size()));
          EXPECT_EQ(columns[next], j);
          EXPECT_TRUE(stored[next] == want || (std::isnan(stored[next]) && std::isnan(want)));
          ++next;
        }
        EXPECT_EQ(positions[i + 1], next);
      }
      EXPECT_EQ(next, int64_t(stored.size()));
    }
}

TEST_F(MaskUseTest, SinglePrecisionBlocksAreWholeOrZero) {
  std::vector<float> weights(9 * 10);
  std::vector<double> wide;
  for (float &w : weights)
    wide.push_back(w = static_cast<float>(static_cast<int>(random() % 9) - 4));
  Units units{9, 10, 4, 4};
  Kept kept = entriesOf(keepLargest(scores(wide, {}, units, false), 9, countToKeep(0.5, 9)), units);
  Call call;
  ASSERT_EQ(call.dense(SCRATCH_F32, {9, 10}, weights).f64(0.5).run(kernels().entry("blocks")),
            SCRATCH_OK);
  auto applied = call.values<float>();
  for (size_t at = 0; at < weights.size(); ++at)
    EXPECT_EQ(applied[at], kept[at] ? weights[at] : 0) << at;
}

TEST_F(MaskUseTest, TheThresholdsGradientIsThatOfTheSurrogate) {
  for (double t : {0.0, 0.9, 1.1, 5.0}) {
    std::vector<double> weights = numbers(20 * 11), gradient = numbers(20);
    Call call;
    call.dense(SCRATCH_F64, {20, 11}, weights).f64(t).dense(SCRATCH_F64, {20}, gradient);
    double want = thresholdGradient(scores(weights, {}, {20, 11, 1, 11}, false), t, gradient);
    EXPECT_NEAR(call.number(kernels().entry("gradient")), want, 1e-13 * (1 + std::fabs(want)));
  }
}
