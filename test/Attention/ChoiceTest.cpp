//===- ChoiceTest.cpp - masks that are chosen when the function runs ------===//
#include "Harness.h"

using namespace scratch;

static const char *kBody = R"(%zero = arith.constant 0 : index
    %isNear = arith.cmpi sgt, %w, %zero : index
    %near = scratch.mask.window top_left left(%w) right(%w) : !scratch.mask<?x?>
    %past = scratch.mask.causal bottom_right : !scratch.mask<?x?>
    %chosen = arith.select %isNear, %near, %past : !scratch.mask<?x?>
    %first = scratch.mask.first key(%n : index) : !scratch.mask<?x?>
    %m = scratch.mask.or %chosen, %first : !scratch.mask<?x?>)";

// The same function attends to what is near or to what is past, and to the first keys.
TEST(Choice, OfOneMaskOrAnother) {
  Kernel kernel(kernelText("f32", "16", "16", ", %w: index, %n: index", kBody, "?x?"));
  Tensor q = Tensor::random(1, SCRATCH_F32, {1, 2, 150, 16}),
         k = Tensor::random(2, SCRATCH_F32, {1, 2, 170, 16});
  for (int64_t reach : {0, 9, 40}) {
    reference::AttentionFormula how;
    how.mask = [&](int64_t, int64_t, int64_t i, int64_t j) {
      return j < 3 || (reach > 0 ? std::abs(i - j) <= reach : j <= i + 20);
    };
    auto expected = reference::attention(q.view, k.view, k.view, how);
    ASSERT_EQ(kernel.call({&q.view, &k.view, &k.view}, {reach, 3}, 2, 2), SCRATCH_OK)
        << scratch_last_error();
    EXPECT_LT(compare(kernel.results[0], expected.result).largest, 1e-5);
    EXPECT_LT(compare(kernel.results[1], expected.log_sum_exp).largest, 1e-5);
  }
}
