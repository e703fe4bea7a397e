//===- DeadValuesTest.cpp - what the memory of dead tokens holds ----------===//
//
// A key that does not take part does not matter: NaN and infinity in it and in its
// value stay out of the result, in whatever tile it is. Live ones come through.
//
//===----------------------------------------------------------------------===//
#include "Harness.h"

using namespace scratch;

namespace {
constexpr double kInfinity = std::numeric_limits<double>::infinity();

/// Puts `number` in place of all entries of a token in every batch and head.
void put(Tensor &tensor, int64_t token, float number) {
  int64_t lists = tensor.view.shape[0] * tensor.view.shape[1], size = tensor.view.shape[3];
  for (int64_t list = 0; list < lists; ++list)
    for (int64_t d = 0; d < size; ++d) {
      int64_t at = (list * tensor.view.shape[2] + token) * size + d;
      if (tensor.view.element == SCRATCH_F32)
        reinterpret_cast<float *>(tensor.bytes.data())[at] = number;
      else
        reinterpret_cast<uint16_t *>(tensor.bytes.data())[at] =
            reference::toHalf(number, scratch_element(tensor.view.element));
    }
}

/// Keys `broken` are dead for every query.
void check(const std::string &element, scratch_element type, const std::string &mask,
           const std::string &options, std::vector<int64_t> broken,
           std::function<bool(int64_t, int64_t)> formula, double tolerance) {
  SCOPED_TRACE(element + " " + mask + " " + options);
  Kernel kernel(kernelText(element, "16", "16", "", mask, "?x?", options));
  Tensor q = Tensor::random(1, type, {1, 4, 70, 16}), k = Tensor::random(2, type, {1, 2, 205, 16}),
         v = Tensor::random(3, type, {1, 2, 205, 16});
  reference::AttentionFormula how;
  how.mask = [&](int64_t, int64_t, int64_t i, int64_t j) { return formula(i, j); };
  auto expected = reference::attention(q.view, k.view, v.view, how);
  for (int64_t token : broken) {
    put(k, token, token % 2 ? NAN : float(kInfinity));
    put(v, token, token % 2 ? float(-kInfinity) : NAN);
  }
  ASSERT_EQ(kernel.call({&q.view, &k.view, &v.view}, {}, 2, 2), SCRATCH_OK);
  EXPECT_LT(compare(kernel.results[0], expected.result).largest, tolerance);
  EXPECT_LT(compare(kernel.results[1], expected.log_sum_exp).largest, 2e-5);
}
} // namespace

TEST(DeadValues, DoNotReachTheResult) {
  const std::string causal = "%m = scratch.mask.causal top_left : !scratch.mask<?x?>",
                    odd = R"(%c5 = arith.constant 5 : index
    %c0 = arith.constant 0 : index
    %m = scratch.mask.region {
    ^bb0(%b: index, %h: index, %i: index, %j: index):
      %r = arith.remui %j, %c5 : index
      %live = arith.cmpi ne, %r, %c0 : index
      scratch.yield %live : i1
    } : !scratch.mask<?x?>)";
  auto past = [](int64_t i, int64_t j) { return j <= i; };
  auto notFifth = [](int64_t, int64_t j) { return j % 5 != 0; };
  check("f32", SCRATCH_F32, causal, "", {70, 71, 127, 128, 204}, past, 1e-5);
  check("f32", SCRATCH_F32, odd, "", {0, 5, 60, 65, 200}, notFifth, 1e-5);
  check("f16", SCRATCH_F16, odd, "", {0, 5, 60, 65, 200}, notFifth, 2e-3);
  check("bf16", SCRATCH_BF16, odd, "{pairs}", {0, 5, 60, 65, 200}, notFifth, 2e-2);
}

TEST(DeadValues, LiveOnesComeThrough) {
  Kernel kernel(kernelText("f32", "16", "16", "",
                           "%m = scratch.mask.causal top_left : !scratch.mask<?x?>", "?x?"));
  Tensor q = Tensor::random(1, SCRATCH_F32, {1, 2, 70, 16}),
         v = Tensor::random(2, SCRATCH_F32, {1, 2, 70, 16});
  put(v, 40, NAN);
  ASSERT_EQ(kernel.call({&q.view, &q.view, &v.view}, {}, 2), SCRATCH_OK);
  for (int64_t i = 0; i < 70; ++i)
    EXPECT_EQ(std::isnan(reference::realAt(kernel.results[0], i * 16)), i >= 40) << i;
}

// A mask that the program computes, of bits that are bytes in memory.
TEST(DeadValues, MaskOfComputedBits) {
  Kernel kernel(kernelText("f32", "16", "16", ", %t: tensor<70x205xf32>", R"(
    %z = arith.constant 0.0 : f32
    %e = tensor.empty() : tensor<70x205xi1>
    %bits = linalg.map ins(%t : tensor<70x205xf32>) outs(%e : tensor<70x205xi1>) (%x: f32, %old: i1) {
      %p = arith.cmpf ogt, %x, %z : f32
      linalg.yield %p : i1
    }
    %m = scratch.mask.from value %bits : tensor<70x205xi1> -> !scratch.mask<70x205>)",
                           "70x205"));
  Tensor q = Tensor::random(1, SCRATCH_F32, {1, 2, 70, 16}),
         k = Tensor::random(2, SCRATCH_F32, {1, 2, 205, 16}),
         t = Tensor::random(4, SCRATCH_F32, {70, 205});
  reference::AttentionFormula how;
  how.mask = [&](int64_t, int64_t, int64_t i, int64_t j) {
    return reference::realAt(t.view, i * 205 + j) > 0;
  };
  ASSERT_EQ(kernel.call({&q.view, &k.view, &k.view, &t.view}, {}, 2), SCRATCH_OK);
  auto expected = reference::attention(q.view, k.view, k.view, how);
  EXPECT_LT(compare(kernel.results[0], expected.result).largest, 1e-5);
}
