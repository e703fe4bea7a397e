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
