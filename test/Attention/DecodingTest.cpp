//===- DecodingTest.cpp - causal decoding with a cache --------------------===//
//
// A prompt at once, then tokens one by one and several at a time against the keys
// and values so far, give what attention over the whole sequence gives.
//
//===----------------------------------------------------------------------===//
#include "Harness.h"

using namespace scratch;

TEST(Decoding, PromptAndStepsEqualRecomputation) {
  constexpr int64_t kLength = 90, kHeads = 4, kKeyHeads = 2, kSize = 16;
  Kernel kernel(kernelText("f32", "16", "16", "",
                           "%m = scratch.mask.causal bottom_right : !scratch.mask<?x?>", "?x?",
                           "layout bshd"));
  Tensor q = Tensor::random(1, SCRATCH_F32, {1, kLength, kHeads, kSize}),
         k = Tensor::random(2, SCRATCH_F32, {1, kLength, kKeyHeads, kSize}),
         v = Tensor::random(3, SCRATCH_F32, {1, kLength, kKeyHeads, kSize});
  ASSERT_EQ(kernel.call({&q.view, &k.view, &v.view}, {}, 2), SCRATCH_OK);
  const float *values = static_cast<float *>(kernel.results[0].values);
  std::vector<double> whole(values, values + kLength * kHeads * kSize);

  // Tokens [first, last) as a view of the sequence.
  auto part = [](const Tensor &tensor, int64_t first, int64_t last) {
    scratch_tensor view = tensor.view;
    int64_t row = view.shape[2] * view.shape[3];
    view.shape[1] = last - first;
    view.nnz = (last - first) * row;
    view.values = static_cast<float *>(view.values) + first * row;
    return view;
  };
  int64_t first = 0;
  for (int64_t tokens : {70, 1, 1, 3, 1, 14}) {
    int64_t last = first + tokens;
    scratch_tensor query = part(q, first, last), key = part(k, 0, last), value = part(v, 0, last);
    ASSERT_EQ(kernel.call({&query, &key, &value}, {}, 2), SCRATCH_OK);
    int64_t row = kHeads * kSize;
    std::vector<double> expected(whole.begin() + first * row, whole.begin() + last * row);
    EXPECT_LT(compare(kernel.results[0], expected).largest, 2e-6) << "from token " << first;
    first = last;
  }
  EXPECT_EQ(first, kLength);
}

// Few queries behind many keys: keys that have left the window are never read.
TEST(Decoding, WindowBehindACache) {
  Kernel kernel(kernelText("f32", "16", "16", ", %past: index, %w: index, %n: index",
                           "%m = scratch.mask.window top_left offset(%past : index) left(%w) "
                           "right(%n) : !scratch.mask<?x?>",
                           "?x?"));
  constexpr int64_t kKeys = 5000;
  Tensor k = Tensor::random(2, SCRATCH_F32, {1, 2, kKeys, 16}),
         v = Tensor::random(3, SCRATCH_F32, {1, 2, kKeys, 16});
  for (int64_t queries : {1, 3}) {
    Tensor q = Tensor::random(1, SCRATCH_F32, {1, 4, queries, 16});
    for (int64_t past : {4, 1300, 4900}) {
      reference::AttentionFormula how;
      how.mask = [&](int64_t, int64_t, int64_t i, int64_t j) {
        return j <= i + past && i + past - j <= 600;
      };
      auto expected = reference::attention(q.view, k.view, v.view, how);
      ASSERT_EQ(kernel.call({&q.view, &k.view, &v.view}, {past, 600, 0}, 2), SCRATCH_OK);
      EXPECT_LT(compare(kernel.results[0], expected.result).largest, 1e-5);
      EXPECT_LT(compare(kernel.results[1], expected.log_sum_exp).largest, 1e-5);
      Tensor kept = k;
      kept.view.values = kept.bytes.data();
      for (int64_t j = 0; j + 600 + 256 < past; ++j) // further than a tile away
        reinterpret_cast<float *>(kept.bytes.data())[j * 16] = NAN;
      ASSERT_EQ(kernel.call({&q.view, &kept.view, &v.view}, {past, 600, 0}, 2), SCRATCH_OK);
      EXPECT_LT(compare(kernel.results[0], expected.result).largest, 1e-5);
    }
  }
}

// A cache with room to spare: the keys beyond what is filled are masked, and what
// the memory there holds does not matter.
TEST(Decoding, UnfilledCacheIsNeverRead) {
  Kernel kernel(kernelText("f32", "16", "16", ", %n: index",
                           "%m = scratch.mask.first key(%n : index) : !scratch.mask<?x?>", "?x?"));
  Tensor q = Tensor::random(1, SCRATCH_F32, {1, 2, 1, 16}),
         k = Tensor::random(2, SCRATCH_F32, {1, 2, 200, 16}),
         v = Tensor::random(3, SCRATCH_F32, {1, 2, 200, 16});
  reference::AttentionFormula how;
  how.mask = [](int64_t, int64_t, int64_t, int64_t j) { return j < 64; };
  auto expected = reference::attention(q.view, k.view, v.view, how);
  float *keys = reinterpret_cast<float *>(k.bytes.data());
  for (int64_t head = 0; head < 2; ++head)
    for (int64_t at = 128; at < 200; ++at)
      keys[(head * 200 + at) * 16] = std::numeric_limits<float>::quiet_NaN();
  ASSERT_EQ(kernel.call({&q.view, &k.view, &v.view}, {64}, 2), SCRATCH_OK);
  EXPECT_LT(compare(kernel.results[0], expected.result).largest, 1e-5);
}
