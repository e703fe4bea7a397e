//===- ScoreTest.cpp - score regions that models use ----------------------===//
#include "Harness.h"

using namespace scratch;

// Softcap comes before an added bias, and a bias of minus infinity is a mask: a
// query that it leaves nothing gives 0.
TEST(Score, SoftcapThenBiasWithFullyMaskedRows) {
  Kernel kernel(kernelText("f32", "16", "16", ", %bias: tensor<?x?x?x?xf32>",
                           "%cap = arith.constant 2.0 : f32", "", "", R"({
    ^bb0(%s: f32, %b: index, %h: index, %i: index, %j: index):
      %x = arith.divf %s, %cap : f32
      %t = math.tanh %x : f32
      %y = arith.mulf %t, %cap : f32
      %e = tensor.extract %bias[%b, %h, %i, %j] : tensor<?x?x?x?xf32>
      %z = arith.addf %y, %e : f32
      scratch.yield %z : f32
    })"));
  constexpr int64_t kTokens = 75;
  constexpr float kNone = -std::numeric_limits<float>::infinity();
  Tensor q = Tensor::random(1, SCRATCH_F32, {2, 2, kTokens, 16}),
         k = Tensor::random(2, SCRATCH_F32, {2, 2, kTokens, 16}),
         v = Tensor::random(3, SCRATCH_F32, {2, 2, kTokens, 16}),
         bias = Tensor::random(4, SCRATCH_F32, {2, 2, kTokens, kTokens});
  float *added = reinterpret_cast<float *>(bias.bytes.data());
  for (int64_t row = 0; row < 2 * 2 * kTokens; ++row)
    for (int64_t j = 0; j < kTokens; ++j)
      if (row % 7 == 0 || j > 40)
        added[row * kTokens + j] = kNone;
  ASSERT_EQ(kernel.call({&q.view, &k.view, &v.view, &bias.view}, {}, 2), SCRATCH_OK)
      << scratch_last_error();
  reference::AttentionFormula how;
  how.score = [&](double s, int64_t b, int64_t h, int64_t i, int64_t j) {
    return 2 * std::tanh(s / 2) + added[((b * 2 + h) * kTokens + i) * kTokens + j];
  };
  auto expected = reference::attention(q.view, k.view, v.view, how);
  EXPECT_LT(compare(kernel.results[0], expected.result).largest, 1e-5);
  EXPECT_LT(compare(kernel.results[1], expected.log_sum_exp).largest, 1e-5);
}

// The order of keys does not matter, and grouped heads are repeated keys.
TEST(Score, GroupedHeadsEqualRepeatedKeys) {
  Kernel kernel(kernelText("f32", "16", "16"));
  Tensor q = Tensor::random(1, SCRATCH_F32, {1, 4, 60, 16}),
         k = Tensor::random(2, SCRATCH_F32, {1, 2, 90, 16});
  std::vector<float> repeated;
  const float *keys = reinterpret_cast<const float *>(k.bytes.data());
  for (int64_t head = 0; head < 4; ++head)
    repeated.insert(repeated.end(), keys + head / 2 * 90 * 16, keys + (head / 2 + 1) * 90 * 16);
  Tensor wide = Tensor::of(SCRATCH_F32, {1, 4, 90, 16}, repeated);
  ASSERT_EQ(kernel.call({&q.view, &k.view, &k.view}, {}, 2), SCRATCH_OK);
  const float *values = static_cast<float *>(kernel.results[0].values);
  std::vector<double> grouped(values, values + 4 * 60 * 16);
  ASSERT_EQ(kernel.call({&q.view, &wide.view, &wide.view}, {}, 2), SCRATCH_OK);
  EXPECT_LT(compare(kernel.results[0], grouped).largest, 1e-6);
}

/// Values are the unit vectors: a result shows the weights themselves, small ones too.
TEST(Score, WeightsAreNearAtEverySize) {
  constexpr int64_t kKeys = 320;
  std::vector<float> query(8), keys(kKeys * 8), values(kKeys * kKeys);
  query[0] = 1;
  double total = 0;
  for (int64_t j = 0; j < kKeys; ++j) {
    keys[j * 8] = -0.25f * j; // to e^-80
    values[j * kKeys + j] = 1;
    total += std::exp(double(keys[j * 8]));
  }
  Tensor q = Tensor::of(SCRATCH_F32, {1, 1, 1, 8}, query),
         k = Tensor::of(SCRATCH_F32, {1, 1, kKeys, 8}, keys),
         v = Tensor::of(SCRATCH_F32, {1, 1, kKeys, kKeys}, values);
  for (const char *cpu : {"", "x86-64-v3"}) {
    Kernel kernel(kernelText("f32", "8", "?", "", "", "", "{scale = 1.0}"), cpu);
    ASSERT_EQ(kernel.call({&q.view, &k.view, &v.view}, {}, 2), SCRATCH_OK);
    for (int64_t j = 0; j < kKeys; ++j) {
      double score = keys[j * 8], expected = std::exp(score) / total;
      // Two ulp of the weight, one each of sum and quotient; scores are rounded twice.
      double limit = (4 - 2 * score) * 0x1p-23;
      EXPECT_LT(std::fabs(reference::realAt(kernel.results[0], j) / expected - 1), limit) << j;
    }
  }
}
