//===- WrapSparseTest.cpp - a caller's matrix in any format and widths ----===//
#include "runtime/abi/scratch.h"

#include <gtest/gtest.h>

// 2 x 3 with entries (0, 2) and (1, 0): by columns, positions wider.
TEST(WrapSparse, ColumnsFirstCountsItsColumns) {
  scratch_tensor t;
  int64_t positions[] = {0, 1, 1, 2};
  int32_t rows[] = {1, 0};
  float values[] = {1, 2};
  ASSERT_EQ(scratch_wrap_sparse(&t, SCRATCH_FORMAT_CSC, SCRATCH_F32, 64, 32, 2,
                                3, positions, rows, values),
            SCRATCH_OK);
  EXPECT_EQ(t.nnz, 2);
  EXPECT_EQ(t.position_bits, 64);
  EXPECT_EQ(t.coordinate_bits, 32);
  EXPECT_EQ(scratch_tensor_check(&t), SCRATCH_OK);
  EXPECT_EQ(t.flags & SCRATCH_TENSOR_OWNED, 0u);
}

TEST(WrapSparse, OtherFormatsAreRefused) {
  scratch_tensor t;
  int32_t positions[] = {0};
  EXPECT_EQ(scratch_wrap_sparse(&t, SCRATCH_FORMAT_DENSE, SCRATCH_F32, 32, 32,
                                0, 0, positions, nullptr, nullptr),
            SCRATCH_INVALID_ARGUMENT);
  EXPECT_STREQ(scratch_last_error(),
               "tensor: found format code 0, expected csr or csc");
  EXPECT_EQ(scratch_wrap_sparse(&t, SCRATCH_FORMAT_CSR, SCRATCH_F32, 32, 16, 0,
                                0, positions, nullptr, nullptr),
            SCRATCH_INVALID_ARGUMENT);
  EXPECT_STREQ(scratch_last_error(),
               "tensor: found 16 coordinate bits, expected 32 or 64");
}
