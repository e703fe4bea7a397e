//===- PatchTest.cpp - keep-lists and rows, by value ----------------------===//
#include "Harness.h"

#include <set>

using namespace scratch;

static std::vector<int32_t> integers(const scratch_tensor &tensor) {
  const int32_t *values = static_cast<const int32_t *>(tensor.values);
  return {values, values + tensor.nnz};
}

static uint64_t splitMix(uint64_t seed, uint64_t position) {
  uint64_t z = seed + (position + 1) * 0x9e3779b97f4a7c15u;
  z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
  z = (z ^ z >> 27) * 0x94d049bb133111ebu;
  return z ^ z >> 31;
}

TEST(Patch, SamplesKeepAsManyEachInNoOrderWithTheInverse) {
  Kernel kernel("func.func @attention(%s: i64, %b: index, %k: index, %n: index)"
                " -> (tensor<?x?xi32>, tensor<?x?xi32>) {\n"
                "  %kept, %places = scratch.patch_sample seed %s shape(%b, %k, %n)"
                " : tensor<?x?xi32>, tensor<?x?xi32>\n"
                "  return %kept, %places : tensor<?x?xi32>, tensor<?x?xi32>\n}\n");
  constexpr int64_t kSamples = 5, kKept = 64, kTokens = 256;
  std::set<std::vector<int32_t>> lists;
  for (uint64_t seed : {7ull, 0xfedcba9876543210ull}) {
    ASSERT_EQ(kernel.call({}, {int64_t(seed), kSamples, kKept, kTokens}, 2), SCRATCH_OK);
    std::vector<int32_t> kept = integers(kernel.results[0]), places = integers(kernel.results[1]);
    ASSERT_EQ(kept.size(), size_t(kSamples * kKept));
    ASSERT_EQ(places.size(), size_t(kSamples * kTokens));
    for (int64_t b = 0; b < kSamples; ++b) {
      std::vector<int32_t> order(kTokens);
      for (int64_t t = 0; t < kTokens; ++t)
        order[t] = t;
      for (int64_t s = 0; s < kTokens; ++s)
        std::swap(order[s],
                  order[s + ((splitMix(seed, b * kTokens + s) >> 32) * (kTokens - s) >> 32)]);
      for (int64_t t = 0; t < kTokens; ++t)
        ASSERT_EQ(order[places[b * kTokens + t]], t);
      std::vector<int32_t> list(kept.begin() + b * kKept, kept.begin() + (b + 1) * kKept);
      EXPECT_EQ(list, std::vector<int32_t>(order.begin(), order.begin() + kKept));
      EXPECT_FALSE(std::is_sorted(list.begin(), list.end()));
      lists.insert(list);
    }
  }
  EXPECT_EQ(lists.size(), size_t(2 * kSamples)); // every sample its own
  EXPECT_EQ(kernel.call({}, {1, 1, 5, 4}, 2), SCRATCH_INVALID_ARGUMENT);
}

TEST(Patch, EveryTokenIsKeptAboutAsOften) {
  Kernel kernel("func.func @attention(%s: i64) -> (tensor<4000x4xi32>, tensor<4000x16xi32>) {\n"
                "  %kept, %places = scratch.patch_sample seed %s"
                " : tensor<4000x4xi32>, tensor<4000x16xi32>\n"
                "  return %kept, %places : tensor<4000x4xi32>, tensor<4000x16xi32>\n}\n");
  ASSERT_EQ(kernel.call({}, {3}, 2, 2), SCRATCH_OK);
  int64_t counts[16] = {};
  for (int32_t token : integers(kernel.results[0]))
    ++counts[token];
  for (int64_t count : counts)
    EXPECT_NEAR(count, 1000, 6 * 28); // six standard deviations
}

namespace {
/// A gather and the scatter back, of one element type.
struct Rows {
  static std::string text(const std::string &element, const std::string &options) {
    std::string x = "tensor<?x?x?x" + element + ">", picked = "tensor<?x?x?x?x" + element + ">";
    return "func.func @attention(%x: " + x + ", %ids: tensor<?x?x?xi32>) -> (" + picked + ", " + x +
           ") {\n  %g = scratch.gather_rows %x[%ids] padded : " + x + ", tensor<?x?x?xi32> -> " +
           picked + "\n  %y = scratch.scatter_rows %g[%ids] into %x " + options + " padded : " +
           picked + ", tensor<?x?x?xi32>, " + x + "\n  return %g, %y : " + picked + ", " + x +
           "\n}\n";
  }
};
} // namespace

TEST(Patch, RowsOfEveryTypeThereAndBackWithRepeats) {
  constexpr int64_t kBatches = 2, kRows = 9, kSize = 300, kPicks = 6;
  std::vector<int32_t> ids = {3, 3, -1, 0, 8, 3, /**/ 7, 1, 1, -1, 7, 7};
  Tensor list = Tensor::of(SCRATCH_I32, {kBatches, 2, 3}, ids);
  for (auto [element, name, tolerance] :
       {std::tuple{SCRATCH_F32, "f32", 1e-6}, {SCRATCH_BF16, "bf16", 2e-2},
        {SCRATCH_F16, "f16", 2.5e-3}})
    for (bool add : {false, true}) {
      Kernel kernel(Rows::text(name, add ? "add" : ""));
      Tensor x = Tensor::random(5, element, {kBatches, kRows, kSize});
      ASSERT_EQ(kernel.call({&x.view, &list.view}, {}, 2, 2), SCRATCH_OK) << scratch_last_error();
      std::vector<double> picked(kBatches * kPicks * kSize), back(kBatches * kRows * kSize);
      for (size_t at = 0; at < back.size(); ++at)
        back[at] = reference::realAt(x.view, at);
      for (int64_t b = 0; b < kBatches; ++b)
        for (int64_t n = 0; n < kPicks; ++n)
          for (int64_t d = 0, id = ids[b * kPicks + n]; id >= 0 && d < kSize; ++d) {
            double value = reference::realAt(x.view, (b * kRows + id) * kSize + d);
            picked[(b * kPicks + n) * kSize + d] = value;
            double &place = back[(b * kRows + id) * kSize + d];
            place = add ? place + value : value;
          }
      EXPECT_EQ(compare(kernel.results[0], picked).largest, 0);
      EXPECT_LE(compare(kernel.results[1], back).largest, add ? tolerance * 2 : 0.0);
    }
}

TEST(Patch, SharedNumbersServeEveryBatch) {
  Kernel kernel("func.func @attention(%x: tensor<?x?x?xf32>, %ids: tensor<4xi32>)"
                " -> (tensor<?x4x?xf32>) {\n"
                "  %g = scratch.gather_rows %x[%ids]"
                " : tensor<?x?x?xf32>, tensor<4xi32> -> tensor<?x4x?xf32>\n"
                "  return %g : tensor<?x4x?xf32>\n}\n");
  Tensor x = Tensor::random(5, SCRATCH_F32, {3, 7, 5});
  std::vector<int32_t> ids = {6, 0, 2, 2};
  Tensor list = Tensor::of(SCRATCH_I32, {4}, ids);
  ASSERT_EQ(kernel.call({&x.view, &list.view}, {}, 1), SCRATCH_OK);
  std::vector<double> expected;
  for (int64_t b = 0; b < 3; ++b)
    for (int32_t id : ids)
      for (int64_t d = 0; d < 5; ++d)
        expected.push_back(reference::realAt(x.view, (b * 7 + id) * 5 + d));
  EXPECT_EQ(compare(kernel.results[0], expected).largest, 0);
  for (int32_t wrong : {7, -1, -2}) { // -1 needs `padded`
    ids[1] = wrong;
    Tensor bad = Tensor::of(SCRATCH_I32, {4}, ids);
    EXPECT_EQ(kernel.call({&x.view, &bad.view}, {}, 1), SCRATCH_INVALID_ARGUMENT);
    EXPECT_NE(std::string(scratch_last_error()).find("row number"), std::string::npos);
  }
}

// Masking as micro-budget diffusion does it: what was kept comes back to its place,
// zeros stand for the rest; and `places` says so from the other side.
TEST(Patch, SampleGatherScatterIsTheMask) {
  Kernel kernel(
      "func.func @attention(%x: tensor<2x16x8xf32>, %s: i64) -> (tensor<2x16x8xf32>, "
      "tensor<2x16xi32>) {\n"
      "  %kept, %places = scratch.patch_sample seed %s : tensor<2x4xi32>, tensor<2x16xi32>\n"
      "  %g = scratch.gather_rows %x[%kept] : tensor<2x16x8xf32>, tensor<2x4xi32> -> "
      "tensor<2x4x8xf32>\n"
      "  %zero = arith.constant 0.0 : f32\n  %e = tensor.empty() : tensor<2x16x8xf32>\n"
      "  %z = linalg.fill ins(%zero : f32) outs(%e : tensor<2x16x8xf32>) -> tensor<2x16x8xf32>\n"
      "  %y = scratch.scatter_rows %g[%kept] into %z : tensor<2x4x8xf32>, tensor<2x4xi32>, "
      "tensor<2x16x8xf32>\n"
      "  return %y, %places : tensor<2x16x8xf32>, tensor<2x16xi32>\n}\n");
  Tensor x = Tensor::random(5, SCRATCH_F32, {2, 16, 8});
  ASSERT_EQ(kernel.call({&x.view}, {11}, 2), SCRATCH_OK) << scratch_last_error();
  std::vector<int32_t> places = integers(kernel.results[1]);
  std::vector<double> expected(2 * 16 * 8);
  for (size_t at = 0; at < expected.size(); ++at)
    expected[at] = places[at / 8] < 4 ? reference::realAt(x.view, at) : 0;
  EXPECT_EQ(compare(kernel.results[0], expected).largest, 0);
}

// Projections of what is kept, gathered before them or after: the same rows.
TEST(Patch, RowsAreGatheredBeforeTheirProjections) {
  constexpr int64_t kTokens = 40, kKept = 9, kSize = 12, kWide = 20;
  Tensor x = Tensor::random(1, SCRATCH_F32, {2 * kTokens, kSize}),
         w = Tensor::random(2, SCRATCH_F32, {kSize, kWide});
  std::vector<int32_t> ids;
  for (int64_t n = 0; n < 2 * kKept; ++n)
    ids.push_back(int32_t(n * 17 % kTokens));
  Tensor list = Tensor::of(SCRATCH_I32, {2, kKept}, ids);
  const float *rows = static_cast<const float *>(x.view.values),
              *weights = static_cast<const float *>(w.view.values);
  std::vector<double> expected;
  for (int64_t n = 0; n < 2 * kKept; ++n)
    for (int64_t c = 0; c < kWide; ++c) {
      double sum = 0;
      for (int64_t d = 0; d < kSize; ++d)
        sum += double(rows[(n / kKept * kTokens + ids[n]) * kSize + d]) * weights[d * kWide + c];
      expected.push_back(sum);
    }
  for (std::string option : {"", "{scratch.rewrites = #scratch.rewrites<none>}"}) {
    Kernel kernel(R"(
func.func @attention(%x: tensor<80x12xf32>, %w: tensor<12x20xf32>, %ids: tensor<2x9xi32>)
    -> tensor<2x9x20xf32> {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<80x20xf32>
  %z = linalg.fill ins(%zero : f32) outs(%e : tensor<80x20xf32>) -> tensor<80x20xf32>
  %y = linalg.matmul ins(%x, %w : tensor<80x12xf32>, tensor<12x20xf32>)
                     outs(%z : tensor<80x20xf32>) -> tensor<80x20xf32>
  %s = tensor.expand_shape %y [[0, 1], [2]] output_shape [2, 40, 20]
       : tensor<80x20xf32> into tensor<2x40x20xf32>
  %r = scratch.gather_rows %s[%ids] )" + option + R"(
       : tensor<2x40x20xf32>, tensor<2x9xi32> -> tensor<2x9x20xf32>
  return %r : tensor<2x9x20xf32>
})");
    ASSERT_EQ(kernel.call({&x.view, &w.view, &list.view}, {}, 1), SCRATCH_OK);
    EXPECT_LT(compare(kernel.results[0], expected).largest, 1e-5);
  }
}
