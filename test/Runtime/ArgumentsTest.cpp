//===- ArgumentsTest.cpp - inputs checked, results handed out, adopt -----===//
#include "runtime/abi/scratch.h"

#include <gtest/gtest.h>
#include <thread>

namespace {

/// A call with one CSR input (2 x 3) in slot 0 and a result in slot 1.
class Arguments : public testing::Test {
protected:
  struct {
    scratch_arguments header = {SCRATCH_ABI_VERSION, 2, 0, 0, nullptr};
    scratch_slot slots[2];
  } block;
  uint32_t positions[3] = {0, 1, 2}, columns[2] = {0, 2};
  double values[2] = {1, 2};
  scratch_tensor input, result;

  void SetUp() override {
    scratch_wrap_csr(&input, SCRATCH_F64, 32, 2, 3, positions, columns, values);
    result = {};
    block.slots[0].input = &input;
    block.slots[1].result = &result;
    scratch_rt_enter(&block.header);
    open = true;
  }
  void TearDown() override {
    if (open)
      leave();
    scratch_tensor_free(&result);
  }
  scratch_status leave() {
    open = false;
    return scratch_rt_leave();
  }
  const scratch_tensor *get(uint32_t slot = 0, uint32_t ordered = 1) {
    return scratch_rt_input(&block.header, slot, SCRATCH_FORMAT_CSR,
                            SCRATCH_F64, 32, 32, ordered, 2);
  }
  void expectRefused(scratch_status status, const char *text,
                     uint32_t slot = 0) {
    EXPECT_EQ(get(slot), nullptr);
    EXPECT_EQ(leave(), status);
    EXPECT_STREQ(scratch_last_error(), text);
  }
  scratch_tensor *makeResult() {
    return scratch_rt_result(&block.header, 1, SCRATCH_FORMAT_CSR, SCRATCH_F64,
                             32, 32, 1, 2);
  }
  bool open = false;
};

TEST_F(Arguments, FittingInputIsReturned) {
  EXPECT_EQ(get(), &input);
  scratch_rt_check_extent(&input, 0, 1, 3);
  EXPECT_EQ(leave(), SCRATCH_OK);
}
TEST_F(Arguments, SlotMustExist) {
  expectRefused(SCRATCH_INVALID_ARGUMENT,
                "argument 6: found a block of 2 slots, expected 6 slots (at "
                "most 256)",
                5);
}
TEST_F(Arguments, SlotMustHoldATensor) {
  block.slots[0].input = nullptr;
  expectRefused(SCRATCH_INVALID_ARGUMENT,
                "argument 1: found null, expected a tensor");
  block.slots[0].input = &input;
}
TEST_F(Arguments, VersionMustFit) {
  input.version = 7;
  expectRefused(SCRATCH_VERSION_MISMATCH,
                "argument 1: found tensor version 7, expected 1");
}
TEST_F(Arguments, FormatMustFit) {
  input.format = SCRATCH_FORMAT_CSC;
  expectRefused(SCRATCH_TYPE_MISMATCH,
                "argument 1: found format csc, expected csr");
}
TEST_F(Arguments, ElementMustFit) {
  input.element = SCRATCH_F32;
  expectRefused(SCRATCH_TYPE_MISMATCH,
                "argument 1: found element f32, expected f64");
}
TEST_F(Arguments, RankMustFit) {
  input.rank = 1;
  expectRefused(SCRATCH_TYPE_MISMATCH, "argument 1: found rank 1, expected 2");
}
TEST_F(Arguments, PositionWidthMustFit) {
  input.position_bits = 64;
  expectRefused(SCRATCH_TYPE_MISMATCH,
                "argument 1: found position bits 64, expected 32");
}
TEST_F(Arguments, CoordinateWidthMustFit) {
  input.coordinate_bits = 64;
  expectRefused(SCRATCH_TYPE_MISMATCH,
                "argument 1: found coordinate bits 64, expected 32");
}
TEST_F(Arguments, OrderMustFitWhereAskedFor) {
  input.flags |= SCRATCH_TENSOR_UNORDERED;
  EXPECT_EQ(get(0, /*ordered=*/0), &input);
  expectRefused(SCRATCH_TYPE_MISMATCH,
                "argument 1: found coordinates unordered, expected ordered");
}
TEST_F(Arguments, ExtentsAreNotNegative) {
  input.shape[1] = -3;
  expectRefused(SCRATCH_INVALID_ARGUMENT, "argument 1: found extent -3 in "
                                          "dimension 1, expected at least 0");
}
TEST_F(Arguments, EntryCountIsNotNegative) {
  input.nnz = -1;
  expectRefused(SCRATCH_INVALID_ARGUMENT,
                "argument 1: found -1 entries, expected at least 0");
}
TEST_F(Arguments, BuffersAreNotNull) {
  input.values = nullptr;
  expectRefused(SCRATCH_INVALID_ARGUMENT,
                "argument 1: found values null, expected a buffer");
}
TEST_F(Arguments, ExtentMustFit) {
  scratch_rt_check_extent(&input, 0, 1, 4);
  EXPECT_EQ(leave(), SCRATCH_SHAPE_MISMATCH);
  EXPECT_STREQ(scratch_last_error(),
               "argument 1: found extent 3 in dimension 1, expected 4");
}
TEST_F(Arguments, ResultHeaderIsFilledIn) {
  scratch_tensor *made = makeResult();
  ASSERT_EQ(made, &result);
  EXPECT_EQ(made->flags,
            uint32_t(SCRATCH_TENSOR_OWNED | SCRATCH_TENSOR_UNORDERED));
  EXPECT_EQ(made->format, SCRATCH_FORMAT_CSR);
  EXPECT_EQ(made->coordinate_bits, 32);
  EXPECT_EQ(made->rank, 2u);
}
TEST_F(Arguments, AdoptKeepsAnAllocationOnceAndCopiesItThen) {
  scratch_tensor *made = makeResult();
  auto *buffer = static_cast<double *>(scratch_rt_allocate(2, 8));
  buffer[0] = 5;
  made->values = scratch_rt_adopt(&block.header, buffer, 2, 8);
  EXPECT_EQ(made->values, buffer);
  made->coordinates = scratch_rt_adopt(&block.header, buffer, 2, 8);
  EXPECT_NE(made->coordinates, buffer);
  EXPECT_EQ(static_cast<double *>(made->coordinates)[0], 5);
}
TEST_F(Arguments, AdoptCopiesForeignMemory) {
  static const double constant[] = {1, 2, 3};
  get();
  for (const double *foreign :
       std::initializer_list<const double *>{constant, constant + 1, values}) {
    void *mine =
        scratch_rt_adopt(&block.header, const_cast<double *>(foreign), 2, 8);
    ASSERT_NE(mine, nullptr);
    EXPECT_NE(mine, foreign);
    EXPECT_EQ(static_cast<double *>(mine)[1], foreign[1]);
    scratch_rt_release(mine);
  }
  auto *large = static_cast<double *>(scratch_rt_allocate(1 << 20, 8));
  large[1] = large[2] = 4;
  void *inside = scratch_rt_adopt(&block.header, large + 1, 2, 8);
  EXPECT_NE(inside, large + 1); // not where an allocation starts
  scratch_rt_release(inside);
  scratch_rt_release(large);
}
TEST_F(Arguments, AdoptNeverTakesAnInput) {
  input.values = scratch_rt_allocate_zero(2, 8);
  get();
  void *copy = scratch_rt_adopt(&block.header, input.values, 2, 8);
  EXPECT_NE(copy, input.values);
  scratch_rt_release(copy);
  scratch_rt_release(input.values);
}
TEST_F(Arguments, AdoptOfNullIsRefusedUnlessEmpty) {
  void *empty = scratch_rt_adopt(&block.header, nullptr, 0, 8);
  EXPECT_NE(empty, nullptr);
  scratch_rt_release(empty);
  EXPECT_EQ(scratch_rt_adopt(&block.header, nullptr, 3, 8), nullptr);
  EXPECT_EQ(leave(), SCRATCH_INVALID_ARGUMENT);
  EXPECT_STREQ(scratch_last_error(),
               "result buffer: found null, expected 3 elements");
}
TEST_F(Arguments, NothingIsReturnedAfterAFailure) {
  scratch_reset_peak_bytes();
  const int64_t before = scratch_peak_bytes();
  scratch_tensor *made = makeResult();
  made->values =
      scratch_rt_adopt(&block.header, scratch_rt_allocate(100, 8), 100, 8);
  void *late = scratch_rt_allocate(100, 8);
  scratch_rt_fail(SCRATCH_INDEX_OVERFLOW, "entries", 5, 4);
  EXPECT_EQ(scratch_rt_adopt(&block.header, late, 100, 8), nullptr);
  EXPECT_EQ(leave(), SCRATCH_INDEX_OVERFLOW);
  EXPECT_EQ(result.values, nullptr);
  scratch_reset_peak_bytes();
  EXPECT_EQ(scratch_peak_bytes(), before);
}

} // namespace
