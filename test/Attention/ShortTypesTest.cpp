//===- ShortTypesTest.cpp - errors of f16 and bf16 against the plain formula -===//
//
// The plain formula in a short type rounds scores, weights and results to it and
// sums in f32. What is compiled may err 1.1 times as much, on average.
//
//===----------------------------------------------------------------------===//
#include "Harness.h"

using namespace scratch;

namespace {
struct Shape {
  int64_t queryHeads, keyHeads, queries, keys, size;
};

/// Mean error of the plain formula with every step rounded to `type`.
double plainError(const Tensor &q, const Tensor &k, const Tensor &v, const Shape &s,
                  scratch_element type, const std::vector<double> &expected) {
  auto rounded = [&](float x) { return reference::fromHalf(reference::toHalf(x, type), type); };
  auto at = [](const Tensor &t, int64_t n) { return float(reference::realAt(t.view, n)); };
  double error = 0;
  for (int64_t row = 0; row < s.queryHeads * s.queries; ++row) {
    int64_t list = row / s.queries / (s.queryHeads / s.keyHeads) * s.keys;
    std::vector<float> scores(s.keys);
    float most = -std::numeric_limits<float>::infinity(), total = 0;
    for (int64_t j = 0; j < s.keys; ++j) {
      float sum = 0;
      for (int64_t d = 0; d < s.size; ++d)
        sum += at(q, row * s.size + d) * at(k, (list + j) * s.size + d);
      scores[j] = rounded(rounded(sum) * rounded(1 / std::sqrt(float(s.size))));
      most = std::max(most, scores[j]);
    }
    for (float &score : scores)
      total += score = std::exp(score - most);
    for (int64_t d = 0; d < s.size; ++d) {
      float sum = 0;
      for (int64_t j = 0; j < s.keys; ++j)
        sum += rounded(scores[j] / total) * at(v, (list + j) * s.size + d);
      error += std::fabs(rounded(sum) - expected[row * s.size + d]);
    }
  }
  return error / expected.size();
}

void check(const std::string &element, scratch_element type, const std::string &options) {
  Kernel kernel(kernelText(element, "64", "64", "", "", "", options));
  for (Shape s : {Shape{4, 2, 70, 200, 64}, {2, 2, 5, 9, 64}, {2, 1, 9, 1000, 64}}) {
    SCOPED_TRACE(element + options + " " + std::to_string(s.keys));
    Tensor q = Tensor::random(1, type, {1, s.queryHeads, s.queries, s.size}),
           k = Tensor::random(2, type, {1, s.keyHeads, s.keys, s.size}),
           v = Tensor::random(3, type, {1, s.keyHeads, s.keys, s.size});
    ASSERT_EQ(kernel.call({&q.view, &k.view, &v.view}, {}, 2, 2), SCRATCH_OK);
    auto expected = reference::attention(q.view, k.view, v.view, {});
    double found = compare(kernel.results[0], expected.result).mean,
           plain = plainError(q, k, v, s, type, expected.result);
    EXPECT_LT(found, 1.1 * plain);
  }
}
} // namespace

TEST(ShortTypes, HalfErrsNoMoreThanThePlainFormula) { check("f16", SCRATCH_F16, ""); }
TEST(ShortTypes, BrainErrsNoMoreThanThePlainFormula) { check("bf16", SCRATCH_BF16, ""); }
TEST(ShortTypes, PairsErrNoMoreThanThePlainFormula) { check("bf16", SCRATCH_BF16, "{pairs}"); }
