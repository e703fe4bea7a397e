//===- BackwardTest.cpp - gradients against formula and differences -------===//
//
// The formula of the gradients is written here in float64 and held against finite
// differences of the float64 attention; kernels are held against the formula.
//
//===----------------------------------------------------------------------===//
#include "Harness.h"

using namespace scratch;
using reference::AttentionFormula;

namespace {
struct Gradients {
  std::vector<double> q, k, v;
};
/// Heads first. `slope` is the derivative of the score by the scaled product.
Gradients gradients(const scratch_tensor &q, const scratch_tensor &k, const scratch_tensor &v,
                    const scratch_tensor &g, const AttentionFormula &how,
                    std::function<double(double)> slope = {}) {
  auto forward = reference::attention(q, k, v, how);
  int64_t heads = q.shape[1], keyHeads = k.shape[1], queries = q.shape[2], keys = k.shape[2],
          size = q.shape[3], valueSize = v.shape[3];
  double scale = how.scale ? how.scale : 1 / std::sqrt(double(size));
  Gradients d{std::vector<double>(q.nnz), std::vector<double>(k.nnz), std::vector<double>(v.nnz)};
  for (int64_t b = 0; b < q.shape[0]; ++b)
    for (int64_t h = 0; h < heads; ++h)
      for (int64_t i = 0; i < queries; ++i) {
        int64_t row = (b * heads + h) * queries + i, kh = b * keyHeads + h / (heads / keyHeads);
        double delta = 0;
        for (int64_t x = 0; x < valueSize; ++x)
          delta += forward.result[row * valueSize + x] * reference::realAt(g, row * valueSize + x);
        for (int64_t j = 0; j < keys; ++j) {
          if (how.mask && !how.mask(b, h, i, j))
            continue;
          int64_t column = kh * keys + j;
          double s = 0, flow = 0;
          for (int64_t x = 0; x < size; ++x)
            s += scale * reference::realAt(q, row * size + x) *
                 reference::realAt(k, column * size + x);
          double p = std::exp((how.score ? how.score(s, b, h, i, j) : s) - forward.log_sum_exp[row]);
          for (int64_t x = 0; x < valueSize; ++x) {
            flow += reference::realAt(g, row * valueSize + x) *
                    reference::realAt(v, column * valueSize + x);
            d.v[column * valueSize + x] += p * reference::realAt(g, row * valueSize + x);
          }
          double ds = p * (flow - delta) * (slope ? slope(s) : 1) * scale;
          for (int64_t x = 0; x < size; ++x) {
            d.q[row * size + x] += ds * reference::realAt(k, column * size + x);
            d.k[column * size + x] += ds * reference::realAt(q, row * size + x);
          }
        }
      }
  return d;
}

std::string text(const std::string &element, const std::string &body = "",
                 const std::string &mask = "", const std::string &options = "",
                 const std::string &score = "") {
  std::string t = "tensor<?x?x?x?x" + element + ">", l = "tensor<?x?x?xf32>";
  std::string masked = mask.empty() ? "" : " mask(%m : !scratch.mask<" + mask + ">)";
  std::string region = score.empty() ? "" : " score " + score;
  return "func.func @attention(%q: " + t + ", %k: " + t + ", %v: " + t + ", %g: " + t + ") -> (" +
         t + ", " + t + ", " + t + ") {\n" + body + "\n  %o, %l = scratch.attention %q, %k, %v" +
         masked + " " + options + " : " + t + ", " + t + ", " + t + " -> " + t + ", " + l + region +
         "\n  %dq, %dk, %dv = scratch.attention_backward %q, %k, %v result(%o, %l) gradient(%g)" +
         masked + " " + options + " : " + t + ", " + t + ", " + t + ", " + t + ", " + l + region +
         "\n  return %dq, %dk, %dv : " + t + ", " + t + ", " + t + "\n}\n";
}

struct Operands {
  Tensor q, k, v, g;
  Operands(scratch_element element, std::vector<int64_t> of, std::vector<int64_t> key,
           int64_t valueSize)
      : q(Tensor::random(1, element, of)), k(Tensor::random(2, element, key)),
        v(Tensor::random(3, element, {key[0], key[1], key[2], valueSize})),
        g(Tensor::random(4, element, {of[0], of[1], of[2], valueSize})) {}
  std::vector<const scratch_tensor *> all() const {
    return {&q.view, &k.view, &v.view, &g.view};
  }
};

void check(Kernel &kernel, const Operands &x, const AttentionFormula &how, double largest,
           std::function<double(double)> slope = {}, int threads = 2) {
  ASSERT_EQ(kernel.call(x.all(), {}, 3, threads), SCRATCH_OK) << scratch_last_error();
  Gradients d = gradients(x.q.view, x.k.view, x.v.view, x.g.view, how, slope);
  EXPECT_LT(compare(kernel.results[0], d.q).largest, largest) << "query";
  EXPECT_LT(compare(kernel.results[1], d.k).largest, largest) << "key";
  EXPECT_LT(compare(kernel.results[2], d.v).largest, largest) << "value";
}
} // namespace

TEST(Backward, FormulaIsTheSlopeOfTheForwardFormula) {
  Operands x(SCRATCH_F32, {1, 4, 3, 5}, {1, 2, 6, 5}, 2);
  AttentionFormula how;
  how.mask = [](int64_t, int64_t, int64_t i, int64_t j) { return i > 0 && j <= i + 3; };
  how.score = [](double s, int64_t, int64_t, int64_t, int64_t) { return 2 * std::tanh(s / 2); };
  Gradients d = gradients(x.q.view, x.k.view, x.v.view, x.g.view, how, [](double s) {
    return 1 - std::tanh(s / 2) * std::tanh(s / 2);
  });
  auto loss = [&] {
    auto o = reference::attention(x.q.view, x.k.view, x.v.view, how);
    double sum = 0;
    for (size_t at = 0; at < o.result.size(); ++at)
      sum += o.result[at] * reference::realAt(x.g.view, at);
    return sum;
  };
  for (auto [tensor, slopes] : {std::pair{&x.q, &d.q}, {&x.k, &d.k}, {&x.v, &d.v}})
    for (int64_t at = 0; at < tensor->view.nnz; ++at) {
      float &value = reinterpret_cast<float *>(tensor->bytes.data())[at], before = value;
      float above = before + 0x1p-10f, below = before - 0x1p-10f;
      value = above;
      double up = loss();
      value = below;
      double down = loss();
      value = before;
      EXPECT_NEAR((up - down) / (double(above) - below), (*slopes)[at], 2e-5);
    }
}

TEST(Backward, LengthsAndSizesAroundTheTiles) {
  Kernel kernel(text("f32"));
  for (auto [queries, keys] : {std::pair<int64_t, int64_t>{1, 1}, {49, 70}, {130, 33}})
    for (int64_t size : {16, 21})
      check(kernel, Operands(SCRATCH_F32, {2, 2, queries, size}, {2, 2, keys, size}, size + 3), {},
            3e-5);
  check(kernel, Operands(SCRATCH_F32, {1, 6, 60, 16}, {1, 2, 75, 16}, 16), {}, 3e-5); // grouped
}

TEST(Backward, MaskedAndEmptyRowsGiveNothing) {
  Kernel causal(text("f32", "%m = scratch.mask.causal bottom_right : !scratch.mask<?x?>", "?x?"));
  AttentionFormula how;
  how.mask = [](int64_t, int64_t, int64_t i, int64_t j) { return j <= i + 100 - 130; };
  Operands x(SCRATCH_F32, {1, 4, 130, 16}, {1, 2, 100, 16}, 16); // 30 queries see nothing
  check(causal, x, how, 3e-5);
  for (int64_t at = 0; at < 30 * 16; ++at)
    ASSERT_EQ(reference::realAt(causal.results[0], at), 0);
  Kernel region(text("f32", R"(%c3 = arith.constant 3 : index
    %m = scratch.mask.region { ^bb0(%b: index, %h: index, %i: index, %j: index):
      %p = arith.muli %i, %j : index
      %s = arith.addi %p, %h : index
      %r = arith.remui %s, %c3 : index
      %live = arith.cmpi ne, %r, %b : index
      scratch.yield %live : i1 } : !scratch.mask<?x?x?x?>)", "?x?x?x?"));
  how.mask = [](int64_t b, int64_t h, int64_t i, int64_t j) { return (i * j + h) % 3 != b; };
  check(region, Operands(SCRATCH_F32, {2, 4, 50, 16}, {2, 2, 70, 16}, 16), how, 3e-5);
}

TEST(Backward, ScoreRegionsAreDifferentiated) {
  Kernel kernel(text("f32", "%two = arith.constant 2.0 : f32\n%tenth = arith.constant 0.1 : f32",
                     "", "{scale = 0.5}", R"({
    ^bb0(%s: f32, %b: index, %h: index, %i: index, %j: index):
      %x = arith.divf %s, %two : f32
      %t = math.tanh %x : f32
      %y = arith.mulf %t, %two : f32
      %a = math.absf %s : f32
      %c = arith.mulf %a, %tenth : f32
      %z = arith.subf %y, %c : f32
      scratch.yield %z : f32 })"));
  AttentionFormula how;
  how.scale = 0.5;
  how.score = [](double s, int64_t, int64_t, int64_t, int64_t) {
    return 2 * std::tanh(s / 2) - 0.1 * std::fabs(s);
  };
  check(kernel, Operands(SCRATCH_F32, {1, 2, 50, 16}, {1, 2, 70, 16}, 16), how, 5e-5,
        [](double s) {
          return 1 - std::tanh(s / 2) * std::tanh(s / 2) - (s < 0 ? -0.1 : 0.1);
        });
}

// One rounding of the result, of sums of size about 3, and that of the forward's
// result, which delta is made of.
TEST(Backward, ShortTypes) {
  Kernel brain(text("bf16")), half(text("f16"));
  check(brain, Operands(SCRATCH_BF16, {1, 2, 50, 16}, {1, 2, 40, 16}, 16), {}, 1.6e-2);
  check(half, Operands(SCRATCH_F16, {1, 2, 50, 16}, {1, 2, 40, 16}, 16), {}, 2e-3);
}

TEST(Backward, OneAndTwoThreadsGiveTheSameBits) {
  Kernel kernel(text("f32"));
  Operands x(SCRATCH_F32, {1, 3, 200, 16}, {1, 1, 190, 16}, 16);
  ASSERT_EQ(kernel.call(x.all(), {}, 3, 1), SCRATCH_OK);
  std::vector<float> one(static_cast<float *>(kernel.results[1].values),
                         static_cast<float *>(kernel.results[1].values) + 190 * 16);
  ASSERT_EQ(kernel.call(x.all(), {}, 3, 2), SCRATCH_OK);
  EXPECT_EQ(std::memcmp(one.data(), kernel.results[1].values, one.size() * 4), 0);
}
