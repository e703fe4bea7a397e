//===- CaptureTest.cpp - gradients of what scores read; orders; dead tokens
//-===//
#include "Gradients.h"

using namespace scratch;
using reference::AttentionFormula;

namespace {
/// A kernel with a bias of the given type, read at `entry`, and its gradient.
std::string biased(const std::string &type, const std::string &entry) {
  std::string
      t = "tensor<?x?x?x16xf32>",
      l = "tensor<?x?x?xf32>",
      score =
          "score { ^bb0(%s: f32, %b: index, %h: index, %i: index, %j: index):\n"
          "  %e = tensor.extract %bias[" +
          entry + "] : " + type +
          "\n  %w = arith.mulf %e, %two : f32\n  %z = arith.addf %s, %w : f32\n"
          "  scratch.yield %z : f32 }\n",
      mask = " mask(%m : !scratch.mask<?x?>) ";
  return "func.func @attention(%q: " + t + ", %k: " + t + ", %v: " + t +
         ", %g: " + t + ", %bias: " + type + ") -> (" + t + ", " + t + ", " +
         t + ", " + type +
         ") {\n"
         "  %two = arith.constant 2.0 : f32\n  %c0 = arith.constant 0 : index\n"
         "  %m = scratch.mask.causal bottom_right : !scratch.mask<?x?>\n"
         "  %o, %l = scratch.attention %q, %k, %v" +
         mask + ": " + t + ", " + t + ", " + t + " -> " + t + ", " + l + " " +
         score +
         "  %dq, %dk, %dv, %db = scratch.attention_backward %q, %k, %v "
         "result(%o, %l) "
         "gradient(%g)" +
         mask + "captures(%bias : " + type + ") : " + t + ", " + t + ", " + t +
         ", " + t + ", " + l + " " + score +
         "  return %dq, %dk, %dv, %db : " + t + ", " + t + ", " + t + ", " +
         type + "\n}\n";
}
} // namespace

// Tasks that write different entries run apart; where all share the table, one
// runs.
TEST(Capture, GradientsOfABias) {
  constexpr int64_t B = 2, H = 4, S = 60, L = 75;
  struct Case {
    std::string type, entry;
    std::vector<int64_t> shape;
    std::function<int64_t(int64_t, int64_t, int64_t, int64_t)> at;
  };
  for (const Case &c : std::vector<Case>{
           {"tensor<?x?x?x?xf32>",
            "%b, %h, %i, %j",
            {B, H, S, L},
            [](int64_t b, int64_t h, int64_t i, int64_t j) {
              return ((b * H + h) * S + i) * L + j;
            }},
           {"tensor<?x1x1x?xf32>",
            "%b, %c0, %c0, %j",
            {B, 1, 1, L},
            [](int64_t b, int64_t, int64_t, int64_t j) { return b * L + j; }},
           {"tensor<?xf32>",
            "%h",
            {H},
            [](int64_t, int64_t h, int64_t, int64_t) { return h; }},
           {"tensor<?xf32>",
            "%j",
            {L},
            [](int64_t, int64_t, int64_t, int64_t j) { return j; }}}) {
    SCOPED_TRACE(c.entry);
    Kernel kernel(biased(c.type, c.entry));
    Operands x(SCRATCH_F32, {B, H, S, 16}, {B, 2, L, 16}, 16);
    Tensor bias = Tensor::random(5, SCRATCH_F32, c.shape);
    auto all = x.all();
    all.push_back(&bias.view);
    ASSERT_EQ(kernel.call(all, {}, 4, 2), SCRATCH_OK) << scratch_last_error();
    AttentionFormula how;
    how.mask = [](int64_t, int64_t, int64_t i, int64_t j) {
      return j <= i + L - S;
    };
    how.score = [&](double s, int64_t b, int64_t h, int64_t i, int64_t j) {
      return s + 2 * reference::realAt(bias.view, c.at(b, h, i, j));
    };
    std::vector<double> expected(bias.view.nnz);
    Gradients d =
        gradients(x.q.view, x.k.view, x.v.view, x.g.view, how, {},
                  [&](int64_t b, int64_t h, int64_t i, int64_t j, double flow) {
                    expected[c.at(b, h, i, j)] += 2 * flow;
                  });
    EXPECT_LT(compare(kernel.results[0], d.q).largest, 3e-5);
    EXPECT_LT(compare(kernel.results[3], expected).largest, 1e-4);
  }
}

TEST(Backward, OrdersOfTokensAndDeadOnes) {
  Operands x(SCRATCH_F32, {2, 4, 130, 16}, {2, 2, 150, 16}, 16);
  AttentionFormula how;
  for (const char *options : {"", "{rewrites = #scratch.rewrites<none>}"}) {
    Kernel dilated(text("f32", R"(%c = arith.constant 10 : index
      %d = arith.constant 3 : index
      %m = scratch.mask.window top_left left(%c) right(%c) dilation(%d : index) : !scratch.mask<?x?>)",
                        "?x?", options));
    how.mask = [](int64_t, int64_t, int64_t i, int64_t j) {
      return (i - j) % 3 == 0 && std::abs(i - j) <= 30;
    };
    check(dilated, x, how, 3e-5);
    // Every third key and every fourth query, others are never looked at.
    Kernel kept(text(
        "f32",
        R"(%k1 = arith.constant dense<[0, 3, 6, 9, 60, 66, 63, 99, 147]> : tensor<9xi32>
      %q1 = arith.constant dense<[[0, 4, 128], [4, 8, 8]]> : tensor<2x3xi32>
      %a = scratch.mask.listed key (%k1 : tensor<9xi32>) : !scratch.mask<2x?x?>
      %b = scratch.mask.listed query (%q1 : tensor<2x3xi32>) : !scratch.mask<2x?x?>
      %m = scratch.mask.and %a, %b : !scratch.mask<2x?x?>)",
        "2x?x?", options));
    how.mask = [](int64_t b, int64_t, int64_t i, int64_t j) {
      bool key = j <= 9 ? j % 3 == 0
                        : j == 60 || j == 63 || j == 66 || j == 99 || j == 147;
      return key && (b ? i == 4 || i == 8 : i == 0 || i == 4 || i == 128);
    };
    Operands broken(SCRATCH_F32, {2, 4, 130, 16}, {2, 2, 150, 16}, 16);
    check(kept, broken, how, 3e-5);
    Gradients clean = gradients(broken.q.view, broken.k.view, broken.v.view,
                                broken.g.view, how);
    for (auto [tensor, step] : {std::pair{&broken.q, 4},
                                {&broken.g, 4},
                                {&broken.k, 3},
                                {&broken.v, 3}})
      for (int64_t row = 0; row < tensor->view.nnz / 16; ++row)
        if (row % tensor->view.shape[2] % step == 1)
          reinterpret_cast<float *>(tensor->bytes.data())[row * 16] = NAN;
    ASSERT_EQ(kept.call(broken.all(), {}, 3, 2), SCRATCH_OK);
    EXPECT_LT(compare(kept.results[0], clean.q).largest, 3e-5);
    EXPECT_LT(compare(kept.results[1], clean.k).largest, 3e-5);
    EXPECT_LT(compare(kept.results[2], clean.v).largest, 3e-5);
  }
}
