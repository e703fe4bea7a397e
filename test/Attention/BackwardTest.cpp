//===- BackwardTest.cpp - gradients against formula and differences -------===//
//
// The formula of the gradients is held against finite differences of the float64
// attention; kernels are held against the formula.
//
//===----------------------------------------------------------------------===//
#include "Gradients.h"

using namespace scratch;
using reference::AttentionFormula;

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
