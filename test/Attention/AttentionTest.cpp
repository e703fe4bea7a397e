//===- AttentionTest.cpp - attention against the float64 formula ----------===//
#include "Harness.h"

using namespace scratch;

/// f32 sums of at most a few hundred terms of size about 1.
static constexpr double kLargest = 2e-5, kMean = 2e-6;

static void check(Kernel &kernel, scratch_element element, std::vector<int64_t> q,
                  std::vector<int64_t> k, int64_t valueSize,
                  const reference::AttentionFormula &how = {}, double largest = kLargest,
                  double mean = kMean) {
  SCOPED_TRACE(testing::PrintToString(q) + testing::PrintToString(k));
  std::vector<int64_t> v = k;
  v[3] = valueSize;
  Tensor query = Tensor::random(1, element, q), key = Tensor::random(2, element, k),
         value = Tensor::random(3, element, v);
  ASSERT_EQ(kernel.call({&query.view, &key.view, &value.view}, {}, 2, 2), SCRATCH_OK)
      << scratch_last_error();
  auto expected = reference::attention(query.view, key.view, value.view, how);
  Errors o = compare(kernel.results[0], expected.result);
  Errors l = compare(kernel.results[1], expected.log_sum_exp);
  EXPECT_LT(o.largest, largest);
  EXPECT_LT(o.mean, mean);
  EXPECT_LT(l.largest, 2e-5);
}

TEST(Attention, LengthsAroundTheTiles) {
  Kernel kernel(kernelText("f32", "64", "64"));
  for (int64_t queries : {1, 5, 48, 49, 131})
    for (int64_t keys : {1, 7, 64, 65, 200})
      check(kernel, SCRATCH_F32, {1, 2, queries, 64}, {1, 2, keys, 64}, 64);
}

TEST(Attention, GroupedHeadsShareKeysInterleaved) {
  Kernel kernel(kernelText("f32", "64", "64"));
  check(kernel, SCRATCH_F32, {2, 8, 33, 64}, {2, 2, 70, 64}, 64);
  check(kernel, SCRATCH_F32, {2, 6, 1, 64}, {2, 1, 300, 64}, 64); // decoding
}

TEST(Attention, AnyHeadSize) {
  Kernel fixed(kernelText("f32", "20", "13"));
  check(fixed, SCRATCH_F32, {1, 2, 40, 20}, {1, 2, 70, 20}, 13);
  Kernel dynamic(kernelText("f32", "?", "?"));
  for (int64_t size : {1, 8, 40, 80, 128})
    check(dynamic, SCRATCH_F32, {1, 2, 30, size}, {1, 1, 90, size}, size + 3);
}

TEST(Attention, NothingToReadOrWrite) {
  Kernel kernel(kernelText("f32", "64", "64"));
  check(kernel, SCRATCH_F32, {1, 2, 9, 64}, {1, 2, 0, 64}, 64); // zeros
  check(kernel, SCRATCH_F32, {1, 2, 0, 64}, {1, 2, 9, 64}, 64);
  check(kernel, SCRATCH_F32, {0, 2, 9, 64}, {0, 2, 9, 64}, 64);
}

TEST(Attention, HeadsBehindTokens) {
  Kernel kernel(kernelText("f32", "16", "16", "", "", "", "layout bshd"));
  reference::AttentionFormula how;
  how.heads_first = false;
  check(kernel, SCRATCH_F32, {2, 50, 4, 16}, {2, 70, 2, 16}, 16, how);
}

TEST(Attention, ScaleIsGiven) {
  Kernel kernel(kernelText("f32", "64", "64", "", "", "", "{scale = 0.5}"));
  reference::AttentionFormula how;
  how.scale = 0.5;
  check(kernel, SCRATCH_F32, {1, 2, 50, 64}, {1, 2, 70, 64}, 64, how, 1e-4, 1e-5);
}

TEST(Attention, ShortTypesAccumulateInF32) {
  Kernel brain(kernelText("bf16", "64", "64")), half(kernelText("f16", "64", "64"));
  // One rounding of the result: 2^-9 and 2^-12 of values of size about 1.
  check(brain, SCRATCH_BF16, {1, 2, 50, 64}, {1, 2, 70, 64}, 64, {}, 4e-3, 5e-4);
  check(half, SCRATCH_F16, {1, 2, 50, 64}, {1, 2, 70, 64}, 64, {}, 5e-4, 7e-5);
}

// What processors with products of bf16 pairs compute: weights are rounded to bf16,
// as the plain formula in bf16 does. Odd sizes and lengths have half a pair.
TEST(Attention, PairsOfShortNumbers) {
  Kernel even(kernelText("bf16", "64", "64", "", "", "", "{pairs}"));
  for (auto [queries, keys] : {std::pair<int64_t, int64_t>{50, 70}, {7, 201}, {130, 1}})
    check(even, SCRATCH_BF16, {1, 4, queries, 64}, {1, 2, keys, 64}, 64, {}, 1.2e-2, 6e-4);
  Kernel odd(kernelText("bf16", "?", "?", "", "%m = scratch.mask.causal bottom_right : !scratch.mask<?x?>",
                        "?x?", "layout bshd {pairs}", R"({
    ^bb0(%s: f32, %b: index, %h: index, %i: index, %j: index):
      %t = arith.negf %s : f32
      scratch.yield %t : f32 })"));
  reference::AttentionFormula how;
  how.heads_first = false;
  how.mask = [](int64_t, int64_t, int64_t i, int64_t j) { return j <= i + 77 - 33; };
  how.score = [](double s, int64_t, int64_t, int64_t, int64_t) { return -s; };
  check(odd, SCRATCH_BF16, {2, 33, 2, 19}, {2, 77, 1, 19}, 5, how, 1.2e-2, 6e-4);
}

TEST(Attention, ScoreRegionSeesNaturalScoresAndNumbers) {
  Kernel kernel(kernelText("f32", "64", "64", "", "", "", "", R"({
    ^bb0(%s: f32, %b: index, %h: index, %i: index, %j: index):
      %h1 = arith.index_cast %h : index to i32
      %d = arith.subi %j, %i : index
      %d1 = arith.index_cast %d : index to i32
      %p = arith.muli %h1, %d1 : i32
      %f = arith.sitofp %p : i32 to f32
      %c = arith.constant 0.01 : f32
      %bias = arith.mulf %f, %c : f32
      %t = arith.addf %s, %bias : f32
      scratch.yield %t : f32
    })"));
  reference::AttentionFormula how;
  how.score = [](double s, int64_t, int64_t h, int64_t i, int64_t j) {
    return s + 0.01 * double(h * (j - i));
  };
  check(kernel, SCRATCH_F32, {1, 3, 40, 64}, {1, 1, 90, 64}, 64, how);
}

TEST(Attention, ShapesThatDoNotAgreeAreAStatus) {
  Kernel kernel(kernelText("f32", "64", "64"));
  Tensor q = Tensor::random(1, SCRATCH_F32, {1, 3, 4, 64}),
         k = Tensor::random(2, SCRATCH_F32, {1, 2, 4, 64}),
         v = Tensor::random(3, SCRATCH_F32, {1, 2, 5, 64});
  EXPECT_EQ(kernel.call({&q.view, &k.view, &v.view}, {}, 2), SCRATCH_SHAPE_MISMATCH);
  EXPECT_NE(std::string(scratch_last_error()).find("length of value"), std::string::npos);
  EXPECT_EQ(kernel.call({&q.view, &k.view, &k.view}, {}, 2), SCRATCH_SHAPE_MISMATCH);
}

TEST(Attention, QueryHeadsWithoutKeyHeadsAreAStatus) {
  for (auto [element, code] : {std::pair("f32", SCRATCH_F32), std::pair("bf16", SCRATCH_BF16)}) {
    Kernel kernel(kernelText(element, "64", "64"));
    for (int64_t queries : {1, 100, 400})
      for (int64_t keys : {5, 300}) {
        Tensor q = Tensor::random(1, code, {1, 2, queries, 64}),
               k = Tensor::random(2, code, {1, 0, keys, 64});
        EXPECT_EQ(kernel.call({&q.view, &k.view, &k.view}, {}, 1), SCRATCH_SHAPE_MISMATCH);
        EXPECT_NE(std::string(scratch_last_error()).find("multiple of key heads: found 2"),
                  std::string::npos);
      }
  }
}

TEST(Attention, OneAndTwoThreadsGiveTheSameBits) {
  Kernel kernel(kernelText("f32", "64", "64"));
  Tensor q = Tensor::random(1, SCRATCH_F32, {2, 3, 300, 64});
  ASSERT_EQ(kernel.call({&q.view, &q.view, &q.view}, {}, 2, 1), SCRATCH_OK);
  std::vector<float> one(static_cast<float *>(kernel.results[0].values),
                         static_cast<float *>(kernel.results[0].values) + 2 * 3 * 300 * 64);
  ASSERT_EQ(kernel.call({&q.view, &q.view, &q.view}, {}, 2, 2), SCRATCH_OK);
  EXPECT_EQ(std::memcmp(one.data(), kernel.results[0].values, one.size() * 4), 0);
}

TEST(Attention, NanAndInfinityFollowTheFormula) {
  Kernel kernel(kernelText("f32", "8", "8"));
  std::vector<float> q(3 * 8, 0.25f), k(70 * 8, 0.5f), v(70 * 8, 1.0f);
  q[8] = std::numeric_limits<float>::quiet_NaN();       // query 1: all scores NaN
  k[5 * 8] = -std::numeric_limits<float>::infinity();   // key 5 weighs nothing
  auto tensor = [](std::vector<float> &values, int64_t tokens) {
    return Tensor::of(SCRATCH_F32, {1, 1, tokens, 8}, values);
  };
  Tensor query = tensor(q, 3), key = tensor(k, 70), value = tensor(v, 70);
  ASSERT_EQ(kernel.call({&query.view, &key.view, &value.view}, {}, 2), SCRATCH_OK);
  auto expected = reference::attention(query.view, key.view, value.view, {});
  EXPECT_TRUE(std::isnan(expected.result[8]));
  EXPECT_LT(compare(kernel.results[0], expected.result).largest, 1e-6);
}

// Destinations say how large results are; they are inputs, and stay as they
// are.
TEST(Attention, DestinationsAreOnlyMeasured) {
  Kernel kernel(
      R"(func.func @attention(%q: tensor<?x?x?x8xf32>, %o: tensor<?x?x?x8xf32>)
      -> tensor<?x?x?x8xf32> {
    %r = scratch.attention %q, %q, %q outs(%o : tensor<?x?x?x8xf32>)
        : tensor<?x?x?x8xf32>, tensor<?x?x?x8xf32>, tensor<?x?x?x8xf32> -> tensor<?x?x?x8xf32>
    return %r : tensor<?x?x?x8xf32>
  })");
  Tensor q = Tensor::random(1, SCRATCH_F32, {1, 2, 9, 8}),
         o = Tensor::random(2, SCRATCH_F32, {1, 2, 9, 8}),
         wrong = Tensor::random(2, SCRATCH_F32, {1, 2, 8, 8});
  std::vector<uint8_t> before = o.bytes;
  ASSERT_EQ(kernel.call({&q.view, &o.view}, {}, 1), SCRATCH_OK);
  EXPECT_EQ(o.bytes, before);
  auto expected = reference::attention(q.view, q.view, q.view, {});
  EXPECT_LT(compare(kernel.results[0], expected.result).largest, 1e-5);
  EXPECT_EQ(kernel.call({&q.view, &wrong.view}, {}, 1), SCRATCH_SHAPE_MISMATCH);
}

// ... but those that the caller gives for it are written, where nothing else reads them.
TEST(Attention, WritableDestinationsHoldTheResult) {
  Kernel kernel(
      R"(func.func @attention(%q: tensor<?x?x?x8xf32>,
                            %o: tensor<?x?x?x8xf32> {bufferization.writable = true},
                            %l: tensor<?x?x?xf32> {bufferization.writable = true})
      -> (tensor<?x?x?x8xf32>, tensor<?x?x?xf32>) {
    %r, %s = scratch.attention %q, %q, %q outs(%o, %l : tensor<?x?x?x8xf32>, tensor<?x?x?xf32>)
        : tensor<?x?x?x8xf32>, tensor<?x?x?x8xf32>, tensor<?x?x?x8xf32>
        -> tensor<?x?x?x8xf32>, tensor<?x?x?xf32>
    return %r, %s : tensor<?x?x?x8xf32>, tensor<?x?x?xf32>
  })");
  Tensor q = Tensor::random(1, SCRATCH_F32, {1, 2, 9, 8}),
         o = Tensor::random(2, SCRATCH_F32, {1, 2, 9, 8}), l = Tensor::random(2, SCRATCH_F32, {1, 2, 9});
  ASSERT_EQ(kernel.call({&q.view, &o.view, &l.view}, {}, 2), SCRATCH_OK) << scratch_last_error();
  EXPECT_EQ(kernel.results[0].values, o.view.values);
  EXPECT_EQ(kernel.results[1].values, l.view.values);
  auto expected = reference::attention(q.view, q.view, q.view, {});
  EXPECT_LT(compare(kernel.results[0], expected.result).largest, 1e-5);
}

// What a function gives to another is its own affair, not what the caller permits.
TEST(Attention, OnlyTheCallersOwnPermissionCounts) {
  Kernel kernel(
      R"(func.func private @inner(%q: tensor<?x?x?x8xf32>,
                                  %o: tensor<?x?x?x8xf32> {bufferization.writable = true})
      -> tensor<?x?x?x8xf32> {
    %r = scratch.attention %q, %q, %q outs(%o : tensor<?x?x?x8xf32>)
        : tensor<?x?x?x8xf32>, tensor<?x?x?x8xf32>, tensor<?x?x?x8xf32> -> tensor<?x?x?x8xf32>
    return %r : tensor<?x?x?x8xf32>
  }
  func.func @attention(%q: tensor<?x?x?x8xf32>, %o: tensor<?x?x?x8xf32>)
      -> (tensor<?x?x?x8xf32>, tensor<?x?x?x8xf32>) {
    %r = call @inner(%q, %o)
        : (tensor<?x?x?x8xf32>, tensor<?x?x?x8xf32>) -> tensor<?x?x?x8xf32>
    return %r, %o : tensor<?x?x?x8xf32>, tensor<?x?x?x8xf32>
  })");
  Tensor q = Tensor::random(1, SCRATCH_F32, {1, 2, 9, 8}),
         o = Tensor::random(2, SCRATCH_F32, {1, 2, 9, 8});
  std::vector<uint8_t> before = o.bytes;
  ASSERT_EQ(kernel.call({&q.view, &o.view}, {}, 2), SCRATCH_OK) << scratch_last_error();
  EXPECT_EQ(o.bytes, before);
  EXPECT_EQ(memcmp(kernel.results[1].values, before.data(), before.size()), 0);
}

// A result that is given twice is two tensors: each of them is released.
TEST(Attention, ResultsThatAreOneValueHaveMemoryOfTheirOwn) {
  Kernel kernel(
      R"(func.func @attention(%q: tensor<?x?x?x8xf32>) -> (tensor<?x?x?x8xf32>, tensor<?x?x?x8xf32>) {
    %r = scratch.attention %q, %q, %q
        : tensor<?x?x?x8xf32>, tensor<?x?x?x8xf32>, tensor<?x?x?x8xf32> -> tensor<?x?x?x8xf32>
    return %r, %r : tensor<?x?x?x8xf32>, tensor<?x?x?x8xf32>
  })");
  Tensor q = Tensor::random(1, SCRATCH_F32, {1, 2, 9, 8});
  ASSERT_EQ(kernel.call({&q.view}, {}, 2), SCRATCH_OK) << scratch_last_error();
  EXPECT_NE(kernel.results[0].values, kernel.results[1].values);
  EXPECT_EQ(memcmp(kernel.results[0].values, kernel.results[1].values, q.bytes.size()), 0);
}

TEST(Attention, AQueryThatIsReadIsNoPlaceForTheResult) {
  Kernel kernel(
      R"(func.func @attention(%q: tensor<?x?x?x8xf32> {bufferization.writable = true})
      -> tensor<?x?x?x8xf32> {
    %r = scratch.attention %q, %q, %q outs(%q : tensor<?x?x?x8xf32>)
        : tensor<?x?x?x8xf32>, tensor<?x?x?x8xf32>, tensor<?x?x?x8xf32> -> tensor<?x?x?x8xf32>
    return %r : tensor<?x?x?x8xf32>
  })");
  Tensor q = Tensor::random(1, SCRATCH_F32, {1, 2, 9, 8});
  std::vector<uint8_t> before = q.bytes;
  ASSERT_EQ(kernel.call({&q.view}, {}, 1), SCRATCH_OK);
  EXPECT_EQ(q.bytes, before);
}
