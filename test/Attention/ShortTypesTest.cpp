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

// Arithmetic of other operations on bf16, for a processor that has none of it.
TEST(ShortTypes, BrainArithmeticAroundAttention) {
  Kernel kernel(R"(
    #id = affine_map<(b, h, i, d) -> (b, h, i, d)>
    !t = tensor<1x2x70x8xbf16>
    func.func @attention(%q: !t, %v: !t) -> (!t, !t) {
      %e = tensor.empty() : !t
      %x = linalg.generic {indexing_maps = [#id, #id, #id],
          iterator_types = ["parallel", "parallel", "parallel", "parallel"]}
          ins(%q, %v : !t, !t) outs(%e : !t) {
        ^bb0(%a: bf16, %b: bf16, %o: bf16):
          %s = arith.addf %a, %b : bf16
          %m = math.exp %s : bf16
          %w = arith.extf %m : bf16 to f64
          %half = arith.constant 0.5 : f64
          %h = arith.mulf %w, %half : f64
          %r = arith.truncf %h : f64 to bf16
          linalg.yield %r : bf16
      } -> !t
      %o = scratch.attention %q, %q, %x : !t, !t, !t -> !t
        score { ^bb0(%s: f32, %b: index, %h: index, %i: index, %j: index):
          %short = arith.truncf %s : f32 to bf16
          %wide = arith.extf %short : bf16 to f32
          scratch.yield %wide : f32 }
      return %x, %o : !t, !t
    })",
                "x86-64");
  Tensor q = Tensor::random(1, SCRATCH_BF16, {1, 2, 70, 8}),
         v = Tensor::random(2, SCRATCH_BF16, {1, 2, 70, 8});
  ASSERT_EQ(kernel.call({&q.view, &v.view}, {}, 2), SCRATCH_OK) << scratch_last_error();
  auto rounded = [](double x) {
    return double(reference::fromHalf(reference::toHalf(float(x), SCRATCH_BF16), SCRATCH_BF16));
  };
  const scratch_tensor &x = kernel.results[0];
  for (int64_t at = 0; at < x.nnz; ++at) {
    double sum = rounded(reference::realAt(q.view, at) + reference::realAt(v.view, at));
    EXPECT_EQ(reference::realAt(x, at), rounded(std::exp(sum)) / 2) << at;
  }
  reference::AttentionFormula how;
  how.score = [&](double s, int64_t, int64_t, int64_t, int64_t) { return rounded(s); };
  auto expected = reference::attention(q.view, q.view, x, how);
  EXPECT_LT(compare(kernel.results[1], expected.result).mean,
            1.1 * plainError(q, q, Tensor::copy(x), {2, 2, 70, 70, 8}, SCRATCH_BF16,
                             expected.result));
}
