//===- ConvolutionTest.cpp - convolutions against plain loops in double ---===//
#include "test/Expand/Compiled.h"
#include "test/Expand/DenseKernels.h"

#include "gtest/gtest.h"

#include <random>

using namespace scratch;
using namespace scratch::test;
using Shape = std::vector<int64_t>;

namespace {
template <typename T> std::vector<T> uniform(std::mt19937 &random, const Shape &shape) {
  std::uniform_real_distribution<double> values(-1, 1);
  std::vector<T> all(shape[0] * shape[1] * shape[2] * shape[3]);
  for (T &value : all)
    value = values(random);
  return all;
}

/// body(element of x, of w, of y) for every product of a convolution.
void overProducts(const ConvolutionCase &c, const Shape &x, const Shape &y,
                  llvm::function_ref<void(int64_t, int64_t, int64_t)> body) {
  for (int64_t n = 0; n < y[0]; ++n)
    for (int64_t i = 0; i < y[1]; ++i)
      for (int64_t j = 0; j < y[2]; ++j)
        for (int64_t p = 0; p < c.height; ++p)
          for (int64_t q = 0; q < c.width; ++q) {
            int64_t u = i * c.stride + p * c.dilation - c.pad;
            int64_t v = j * c.stride + q * c.dilation - c.pad;
            if (u < 0 || v < 0 || u >= x[1] || v >= x[2])
              continue;
            for (int64_t k = 0; k < c.channels; ++k)
              for (int64_t f = 0; f < c.filters; ++f)
                body(((n * x[1] + u) * x[2] + v) * c.channels + k,
                     ((p * c.width + q) * c.channels + k) * c.filters + f,
                     ((n * y[1] + i) * y[2] + j) * c.filters + f);
          }
}

/// `terms`: of the longest sum.
template <typename T>
void expectNear(const std::vector<T> &found, const std::vector<double> &expected, int64_t terms) {
  ASSERT_EQ(found.size(), expected.size());
  for (size_t i = 0; i < found.size(); ++i)
    ASSERT_NEAR(found[i], expected[i], std::numeric_limits<T>::epsilon() * (2 + terms)) << i;
}

template <typename T> void check(const ConvolutionCase &c, bool dynamic, std::mt19937 &random) {
  bool single = sizeof(T) == 4;
  scratch_element element = single ? SCRATCH_F32 : SCRATCH_F64;
  Compiled compiled(convolutionText(c, single ? "f32" : "f64", dynamic));
  std::uniform_int_distribution<int64_t> sizes(0, 9), images(1, 3);
  for (int threads : {1, 2}) {
    int64_t least = std::max<int64_t>(1, c.reach(std::max(c.height, c.width)) - 2 * c.pad);
    Shape x{images(random), least + sizes(random), least + sizes(random), c.channels};
    Shape y{x[0], c.outputSize(x[1], c.height), c.outputSize(x[2], c.width), c.filters};
    Shape w{c.height, c.width, c.channels, c.filters};
    std::vector<T> xs = uniform<T>(random, x), ws = uniform<T>(random, w), ys = uniform<T>(random, y);
    std::vector<double> forward(ys.size()), input(xs.size()), weights(ws.size());
    overProducts(c, x, y, [&](int64_t i, int64_t j, int64_t k) {
      forward[k] += double(xs[i]) * ws[j];
      input[i] += double(ys[k]) * ws[j];
      weights[j] += double(xs[i]) * ys[k];
    });
    auto run = [&](const char *name, const Shape &a, std::vector<T> &as, const Shape &b,
                   std::vector<T> &bs, const Shape &r, std::vector<T> &rs) {
      Call call(threads);
      call.dense(element, a, as).dense(element, b, bs).dense(element, r, rs);
      EXPECT_EQ(call.run(compiled.entry(name)), SCRATCH_OK) << scratch_last_error();
      return call.values<T>();
    };
    SCOPED_TRACE(testing::PrintToString(x) + " " + testing::PrintToString(w) + " stride " +
                 std::to_string(c.stride) + " dilation " + std::to_string(c.dilation));
    int64_t taps = c.height * c.width;
    expectNear(run("forward", x, xs, w, ws, y, ys), forward, taps * c.channels);
    expectNear(run("input", y, ys, w, ws, x, xs), input, taps * c.filters);
    expectNear(run("weights", x, xs, y, ys, w, ws), weights, y[0] * y[1] * y[2]);
  }
}
} // namespace

TEST(Convolution, AndGradientsOfAnyShapeStrideAndPadding) {
  const unsigned seed = 20;
  std::mt19937 random(seed);
  auto pick = [&](int64_t low, int64_t high) {
    return std::uniform_int_distribution<int64_t>(low, high)(random);
  };
  for (int number = 0; number < 4; ++number) {
    SCOPED_TRACE("seed " + std::to_string(seed) + ", case " + std::to_string(number));
    ConvolutionCase c{pick(1, 4), pick(1, 4), pick(1, 3), pick(1, 2), 0, pick(1, 19), pick(1, 35)};
    // Of the gradient, too: no more than the filter reaches.
    c.pad = std::min(pick(0, 2), std::min(c.reach(c.height), c.reach(c.width)) - 1);
    if (number % 2)
      check<float>(c, number % 4 == 1, random);
    else
      check<double>(c, number % 4 == 0, random);
  }
  check<float>({3, 3, 1, 1, 1, 8, 8}, false, random);
  check<float>({3, 3, 2, 1, 1, 8, 16}, false, random);
}

// One filter per channel, spelled as upstream does; 11 channels do not fill vectors.
TEST(Convolution, ByChannelReadsEveryChannelAlone) {
  const int64_t n = 2, side = 9, channels = 11, out = 4, stride = 2;
  Compiled compiled(R"(
func.func @f(%x: tensor<?x?x?x?xf32>, %w: tensor<3x3x?xf32>, %y: tensor<?x?x?x?xf32>) -> tensor<?x?x?x?xf32> {
  %r = linalg.depthwise_conv_2d_nhwc_hwc {strides = dense<2> : vector<2xi64>}
       ins(%x, %w : tensor<?x?x?x?xf32>, tensor<3x3x?xf32>) outs(%y : tensor<?x?x?x?xf32>) -> tensor<?x?x?x?xf32>
  return %r : tensor<?x?x?x?xf32>
})");
  std::mt19937 random(3);
  std::vector<float> x = uniform<float>(random, {n, side, side, channels});
  std::vector<float> w = uniform<float>(random, {1, 3, 3, channels});
  std::vector<float> y = uniform<float>(random, {n, out, out, channels});
  std::vector<double> expected(y.begin(), y.end());
  for (int64_t at = 0; at < n * out * out; ++at)
    for (int64_t tap = 0; tap < 9; ++tap)
      for (int64_t c = 0; c < channels; ++c) {
        int64_t i = at / out % out * stride + tap / 3, j = at % out * stride + tap % 3;
        expected[at * channels + c] +=
            double(x[((at / (out * out) * side + i) * side + j) * channels + c]) * w[tap * channels + c];
      }
  Call call;
  call.dense(SCRATCH_F32, {n, side, side, channels}, x).dense(SCRATCH_F32, {3, 3, channels}, w);
  ASSERT_EQ(call.dense(SCRATCH_F32, {n, out, out, channels}, y).run(compiled.entry("f")), SCRATCH_OK);
  expectNear(call.values<float>(), expected, 9);
}

TEST(Convolution, LayersWithoutChannelsAreEmptyOrZero) {
  Compiled compiled(convolutionText({3, 3, 1, 1, 1, 8, 8}, "f32", /*dynamic=*/true));
  std::vector<float> none(1), y(2 * 5 * 5 * 4, 1), x(2 * 5 * 5 * 3, 1);
  // No input channels: sums of nothing.
  Call zero;
  zero.dense(SCRATCH_F32, {2, 5, 5, 0}, none).dense(SCRATCH_F32, {3, 3, 0, 4}, none);
  ASSERT_EQ(zero.dense(SCRATCH_F32, {2, 5, 5, 4}, y).run(compiled.entry("forward")), SCRATCH_OK);
  EXPECT_EQ(zero.values<float>(), std::vector<float>(y.size(), 0));
  // No filters: nothing.
  Call empty;
  empty.dense(SCRATCH_F32, {2, 5, 5, 3}, x).dense(SCRATCH_F32, {3, 3, 3, 0}, none);
  ASSERT_EQ(empty.dense(SCRATCH_F32, {2, 5, 5, 0}, none).run(compiled.entry("forward")), SCRATCH_OK);
  EXPECT_TRUE(empty.values<float>().empty());
}
