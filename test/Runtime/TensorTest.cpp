//===- TensorTest.cpp - wrap, free, check --------------------------------===//
#include "runtime/abi/scratch.h"

#include <gtest/gtest.h>

namespace {

class Check : public testing::Test {
protected:
  uint32_t positions[4] = {0, 2, 2, 3}, columns[3] = {0, 2, 1};
  float values[3] = {1, 2, 3};
  scratch_tensor tensor;
  void SetUp() override {
    ASSERT_EQ(scratch_wrap_csr(&tensor, SCRATCH_F32, 32, 3, 3, positions,
                               columns, values),
              SCRATCH_OK);
  }
  void expect(scratch_status status, const char *text) {
    EXPECT_EQ(scratch_tensor_check(&tensor), status);
    EXPECT_STREQ(scratch_last_error(), text);
  }
};

TEST_F(Check, SoundMatrixPasses) {
  EXPECT_EQ(tensor.nnz, 3);
  EXPECT_EQ(scratch_tensor_check(&tensor), SCRATCH_OK);
  tensor.format = SCRATCH_FORMAT_CSC;
  EXPECT_EQ(scratch_tensor_check(&tensor), SCRATCH_OK);
}
TEST_F(Check, PositionsStartAtZero) {
  positions[0] = 1;
  expect(SCRATCH_INVALID_STRUCTURE, "positions: found 1 first, expected 0");
}
TEST_F(Check, PositionsAscend) {
  positions[1] = 3;
  expect(SCRATCH_INVALID_STRUCTURE,
         "positions: found 2 after 3 at row 1, expected ascending ones");
}
TEST_F(Check, PositionsEndAtTheEntryCount) {
  tensor.nnz = 4;
  expect(SCRATCH_INVALID_STRUCTURE,
         "positions: found 3 last, expected 4 entries");
}
TEST_F(Check, CoordinatesAreInRange) {
  columns[2] = 3;
  expect(SCRATCH_INVALID_STRUCTURE,
         "row 2: found coordinate 3, expected less than 3");
}
TEST_F(Check, CoordinatesAreUniqueEvenIfUnordered) {
  columns[1] = 0;
  tensor.flags |= SCRATCH_TENSOR_UNORDERED;
  expect(SCRATCH_INVALID_STRUCTURE,
         "row 0: found coordinate 0 twice, expected it once");
}
TEST_F(Check, CoordinatesAscendUnlessUnordered) {
  columns[0] = 2, columns[1] = 0;
  expect(SCRATCH_INVALID_STRUCTURE,
         "row 0: found coordinates out of order, expected ascending ones");
  tensor.flags |= SCRATCH_TENSOR_UNORDERED;
  EXPECT_EQ(scratch_tensor_check(&tensor), SCRATCH_OK);
}
TEST_F(Check, HeaderIsChecked) {
  EXPECT_EQ(scratch_tensor_check(nullptr), SCRATCH_INVALID_ARGUMENT);
  tensor.version = 3;
  expect(SCRATCH_VERSION_MISMATCH, "tensor: found version 3, expected 1");
  tensor.version = 1, tensor.element = 77;
  expect(SCRATCH_INVALID_ARGUMENT,
         "tensor: found element code 77, expected a scratch_element");
  tensor.element = SCRATCH_F32, tensor.position_bits = 16;
  expect(SCRATCH_INVALID_ARGUMENT,
         "tensor: found 16 position bits, expected 32 or 64");
  tensor.position_bits = 32, tensor.format = 9;
  expect(SCRATCH_INVALID_STRUCTURE, "tensor: found format code 9 of rank 2, "
                                    "expected a sparse matrix");
  tensor.format = SCRATCH_FORMAT_CSR, tensor.shape[0] = -1;
  expect(SCRATCH_INVALID_STRUCTURE, "tensor: found -1 x 3 with 3 entries, "
                                    "expected numbers of at least 0");
  tensor.shape[0] = 3, tensor.coordinates = nullptr;
  expect(SCRATCH_INVALID_STRUCTURE, "tensor: found a null buffer, expected "
                                    "positions, coordinates and values");
}

TEST(Wrap, ArgumentsOfCsrAreChecked) {
  scratch_tensor t;
  uint32_t positions[] = {0, 1}, columns[] = {0};
  double values[] = {1};
  EXPECT_EQ(scratch_wrap_csr(nullptr, SCRATCH_F64, 32, 1, 1, positions, columns,
                             values),
            SCRATCH_INVALID_ARGUMENT);
  EXPECT_EQ(
      scratch_wrap_csr(&t, SCRATCH_F64, 8, 1, 1, positions, columns, values),
      SCRATCH_INVALID_ARGUMENT);
  EXPECT_STREQ(scratch_last_error(),
               "tensor: found 8 position bits, expected 32 or 64");
  EXPECT_EQ(
      scratch_wrap_csr(&t, SCRATCH_F64, 32, -1, 1, positions, columns, values),
      SCRATCH_INVALID_ARGUMENT);
  EXPECT_STREQ(scratch_last_error(),
               "tensor: found -1 x 1, expected extents of at least 0");
  EXPECT_EQ(
      scratch_wrap_csr(&t, SCRATCH_F64, 32, 1, 1, nullptr, columns, values),
      SCRATCH_INVALID_ARGUMENT);
  EXPECT_STREQ(scratch_last_error(),
               "tensor: found null positions, expected a buffer");
  EXPECT_EQ(
      scratch_wrap_csr(&t, SCRATCH_F64, 32, 1, 1, positions, columns, nullptr),
      SCRATCH_INVALID_ARGUMENT);
  EXPECT_STREQ(scratch_last_error(),
               "tensor: found null values, expected a buffer");
  int64_t wide[] = {0, -5};
  EXPECT_EQ(scratch_wrap_csr(&t, SCRATCH_F64, 64, 1, 1, wide, columns, values),
            SCRATCH_INVALID_STRUCTURE);
  EXPECT_STREQ(scratch_last_error(),
               "tensor: found last position -5, expected at least 0");
}

TEST(Wrap, ArgumentsOfDenseAreChecked) {
  scratch_tensor t;
  double values[6] = {};
  int64_t shape[] = {2, 3}, huge[] = {INT64_MAX, 2};
  EXPECT_EQ(scratch_wrap_dense(&t, SCRATCH_F64, 2, shape, values), SCRATCH_OK);
  EXPECT_EQ(t.nnz, 6);
  EXPECT_EQ(scratch_tensor_check(&t), SCRATCH_OK);
  EXPECT_EQ(scratch_wrap_dense(&t, SCRATCH_F64, 7, shape, values),
            SCRATCH_INVALID_ARGUMENT);
  EXPECT_STREQ(scratch_last_error(),
               "tensor: found rank 7, expected 1 to 6 extents");
  EXPECT_EQ(scratch_wrap_dense(&t, SCRATCH_F64, 2, huge, values),
            SCRATCH_INVALID_ARGUMENT);
  EXPECT_STREQ(scratch_last_error(),
               "tensor: found extent 2 in dimension 1, expected a "
               "product of extents within 64 bits");
}

TEST(Free, OwnedBuffersAreReleasedBorrowedOnesOnlyForgotten) {
  scratch_tensor_free(nullptr);
  scratch_reset_peak_bytes();
  const int64_t before = scratch_peak_bytes();
  int64_t shape = 1000;
  void *values = scratch_rt_allocate(shape, 8);
  scratch_tensor t;
  scratch_wrap_dense(&t, SCRATCH_F64, 1, &shape, values);
  scratch_tensor borrowed = t;
  scratch_tensor_free(&borrowed);
  EXPECT_EQ(borrowed.values, nullptr);
  t.flags |= SCRATCH_TENSOR_OWNED;
  scratch_tensor_free(&t);
  scratch_tensor_free(&t);
  scratch_reset_peak_bytes();
  EXPECT_EQ(scratch_peak_bytes(), before);
}

} // namespace
