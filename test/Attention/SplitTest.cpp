//===- SplitTest.cpp - attention in parts of the keys, and merged ---------===//
#include "Harness.h"

using namespace scratch;

// A part is attention over its keys; the merge of all is attention over all.
TEST(Split, PartsAreAttentionOverTheirKeysAndMergeToTheWhole) {
  Kernel kernel(R"(
func.func @attention(%q: tensor<?x?x?x16xf32>, %k: tensor<?x?x?x16xf32>, %v: tensor<?x?x?x16xf32>,
                     %n: index) -> (tensor<?x?x?x?x16xf32>, tensor<?x?x?x?xf32>,
                                    tensor<?x?x?x16xf32>, tensor<?x?x?xf32>) {
  %m = scratch.mask.causal bottom_right : !scratch.mask<?x?>
  %po, %pl = scratch.attention %q, %k, %v mask(%m : !scratch.mask<?x?>) parts(%n)
      : tensor<?x?x?x16xf32>, tensor<?x?x?x16xf32>, tensor<?x?x?x16xf32>
      -> tensor<?x?x?x?x16xf32>, tensor<?x?x?x?xf32>
  %o, %l = scratch.attention_merge %po, %pl : tensor<?x?x?x?x16xf32>, tensor<?x?x?x?xf32>
      -> tensor<?x?x?x16xf32>, tensor<?x?x?xf32>
  return %po, %pl, %o, %l : tensor<?x?x?x?x16xf32>, tensor<?x?x?x?xf32>, tensor<?x?x?x16xf32>, tensor<?x?x?xf32>
})");
  constexpr int64_t kQueries = 300, kKeys = 600;
  Tensor q = Tensor::random(1, SCRATCH_F32, {2, 4, kQueries, 16}),
         k = Tensor::random(2, SCRATCH_F32, {2, 2, kKeys, 16}),
         v = Tensor::random(3, SCRATCH_F32, {2, 2, kKeys, 16});
  reference::AttentionFormula how;
  how.mask = [&](int64_t, int64_t, int64_t i, int64_t j) { return j <= i + kKeys - kQueries; };
  auto whole = reference::attention(q.view, k.view, v.view, how);
  for (int64_t count : {1, 3, 4, 50}) {
    ASSERT_EQ(kernel.call({&q.view, &k.view, &v.view}, {count}, 4, 2), SCRATCH_OK);
    EXPECT_LT(compare(kernel.results[2], whole.result).largest, 1e-5);
    EXPECT_LT(compare(kernel.results[3], whole.log_sum_exp).largest, 1e-5);
    // Weights of the parts add up to one: no key is in two of them or in none.
    int64_t rows = 2 * 4 * kQueries;
    bool someEmpty = false;
    for (int64_t row = 0; row < rows; ++row) {
      double total = 0;
      for (int64_t part = 0; part < count; ++part) {
        double log = reference::realAt(kernel.results[1], part * rows + row);
        someEmpty |= std::isinf(log);
        total += std::exp(log - whole.log_sum_exp[row]);
        if (std::isinf(log))
          EXPECT_EQ(reference::realAt(kernel.results[0], (part * rows + row) * 16), 0);
      }
      EXPECT_NEAR(total, 1, 1e-5);
    }
    EXPECT_EQ(someEmpty, count > 1); // beyond the diagonal
  }
  for (auto [count, expected] :
       {std::pair<int64_t, std::string>{0, "1"}, {-1, "1"}, {1 << 21, "1048576"}}) {
    EXPECT_EQ(kernel.call({&q.view, &k.view, &v.view}, {count}, 4), SCRATCH_INVALID_ARGUMENT);
    EXPECT_EQ(scratch_last_error(),
              "attention: parts: found " + std::to_string(count) + ", expected " + expected);
  }
}

static std::string shortRows(const std::string &element, const std::string &options) {
  return kernelText(element, "32", "32", "", "", "", options);
}

// One query on many keys is computed in parts by itself, and can be told not to.
TEST(Split, DecodingOnManyKeysIsSplitAndNeedNotBe) {
  Kernel on(shortRows("f32", "")), off(shortRows("f32", "{rewrites = #scratch.rewrites<none>}"));
  Kernel brain(shortRows("bf16", "layout bshd"));
  for (int64_t keys : {1000, 5000}) {
    Tensor q = Tensor::random(1, SCRATCH_F32, {1, 4, 1, 32}),
           k = Tensor::random(2, SCRATCH_F32, {1, 2, keys, 32}),
           v = Tensor::random(3, SCRATCH_F32, {1, 2, keys, 32});
    auto whole = reference::attention(q.view, k.view, v.view, {});
    for (Kernel *kernel : {&on, &off}) {
      ASSERT_EQ(kernel->call({&q.view, &k.view, &v.view}, {}, 2, 2), SCRATCH_OK);
      EXPECT_LT(compare(kernel->results[0], whole.result).largest, 1e-6);
      EXPECT_LT(compare(kernel->results[1], whole.log_sum_exp).largest, 1e-5);
    }
  }
  Tensor q = Tensor::random(1, SCRATCH_BF16, {2, 3, 4, 32}),
         k = Tensor::random(2, SCRATCH_BF16, {2, 3000, 2, 32});
  reference::AttentionFormula how;
  how.heads_first = false;
  auto whole = reference::attention(q.view, k.view, k.view, how);
  ASSERT_EQ(brain.call({&q.view, &k.view, &k.view}, {}, 2, 2), SCRATCH_OK);
  // Little beyond what rounding of the results alone costs.
  std::vector<float> exact(whole.result.begin(), whole.result.end());
  std::vector<uint16_t> halves;
  for (float value : exact)
    halves.push_back(reference::toHalf(value, SCRATCH_BF16));
  Errors rounding = compare(Tensor::of(SCRATCH_BF16, {2, 3, 4, 32}, halves).view, whole.result);
  Errors found = compare(brain.results[0], whole.result);
  EXPECT_LT(found.mean, 1.1 * rounding.mean);
  EXPECT_LT(found.largest, 1.1 * rounding.largest);
}

// Parts without keys, and a part whose sum is not a number.
TEST(Split, MergeOfNothingAndOfNan) {
  Kernel kernel(R"(
func.func @attention(%po: tensor<?x1x1x2x2xf32>, %pl: tensor<?x1x1x2xf32>)
    -> (tensor<1x1x2x2xf32>, tensor<1x1x2xf32>) {
  %o, %l = scratch.attention_merge %po, %pl : tensor<?x1x1x2x2xf32>, tensor<?x1x1x2xf32>
      -> tensor<1x1x2x2xf32>, tensor<1x1x2xf32>
  return %o, %l : tensor<1x1x2x2xf32>, tensor<1x1x2xf32>
})");
  float none = -std::numeric_limits<float>::infinity(), nan = std::nanf("");
  Tensor o = Tensor::of<float>(SCRATCH_F32, {2, 1, 1, 2, 2}, {0, 0, 1, 1, 0, 0, 2, 2}),
         l = Tensor::of<float>(SCRATCH_F32, {2, 1, 1, 2}, {none, 0, none, nan});
  ASSERT_EQ(kernel.call({&o.view, &l.view}, {}, 2), SCRATCH_OK);
  double quiet = std::nan("");
  EXPECT_EQ(compare(kernel.results[0], {0, 0, quiet, quiet}).largest, 0);
  EXPECT_EQ(compare(kernel.results[1], {none, quiet}).largest, 0);
}
