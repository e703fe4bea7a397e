//===- MatrixMarketReadTest.cpp - well-formed files ----------------------===//
#include "test/Runtime/MatrixFile.h"

#include <gtest/gtest.h>

static void expectMatrix(const std::string &text, const std::string &expected,
                         scratch_element element = SCRATCH_F64) {
  for (uint32_t bits : {32, 64})
    for (bool packed : {false, true}) {
      ReadResult result(packed ? gzipped(text) : text, element, bits);
      ASSERT_EQ(result.status, SCRATCH_OK) << result.error << "\n" << text;
      EXPECT_EQ(result.print(), expected) << text;
      EXPECT_EQ(scratch_tensor_check(&result.tensor), SCRATCH_OK)
          << scratch_last_error();
    }
}

TEST(MatrixMarketRead, CoordinateFields) {
  expectMatrix(banner("coordinate real general") + "2 2 2\n2 1 1.5\n1 2 -2\n",
               ". -2; 1.5 .");
  expectMatrix(banner("coordinate integer general") + "2 2 2\n2 1 15\n1 2 -2\n",
               ". -2; 15 .");
  expectMatrix(banner("coordinate pattern general") + "2 2 2\n2 1\n1 2\n",
               ". 1; 1 .");
}

TEST(MatrixMarketRead, CoordinateSymmetries) {
  const std::string entries = "3 3 3\n1 1 4\n3 1 5\n3 2 -6\n";
  const std::string full = "4 . 5; . . -6; 5 -6 .";
  for (const char *field : {"real", "integer"})
    for (const char *symmetry : {"symmetric", "hermitian"})
      expectMatrix(banner("coordinate " + std::string(field) + " " + symmetry) +
                       entries,
                   full);
  expectMatrix(banner("coordinate pattern symmetric") + "2 2 2\n1 1\n2 1\n",
               "1 1; 1 .");
  for (const char *field : {"real", "integer"})
    expectMatrix(
        banner("coordinate " + std::string(field) + " skew-symmetric") +
            "3 3 2\n2 1 5\n3 2 -4\n",
        ". -5 .; 5 . 4; . -4 .");
}

TEST(MatrixMarketRead, ArraySymmetries) {
  for (const char *field : {"real", "integer"}) {
    const std::string start = "array " + std::string(field) + " ";
    expectMatrix(banner(start + "general") + "2 3\n1\n2\n3\n4\n5\n6\n",
                 "1 3 5; 2 4 6");
    for (const char *symmetry : {"symmetric", "hermitian"})
      expectMatrix(banner(start + symmetry) + "3 3\n1\n2\n3\n4\n5\n6\n",
                   "1 2 3; 2 4 5; 3 5 6");
    expectMatrix(banner(start + "skew-symmetric") + "3 3\n1\n2\n3\n",
                 "0 -1 -2; 1 0 -3; 2 3 0");
  }
}

TEST(MatrixMarketRead, LayoutIsFree) {
  expectMatrix(
      "%%matrixmarket MATRIX Coordinate Real General\r\n% words\r\n\r\n"
      "%\r\n  2\t2 1 \r\n\r\n 2 \t 2   -1e1 \r\n\r\n",
      ". .; . -10");
  expectMatrix(banner("coordinate real general") +
                   "2 2 2\n% first\n1 1 3\n  % second\n\n2 2 4\n%end",
               "3 .; . 4"); // comments between the entries
  expectMatrix(banner("coordinate real general") + "2 2 1\n1 1 3",
               "3 .; . ."); // no last newline
  expectMatrix(banner("coordinate real general") +
                   "1 2 2\n1 1 +1.5\n1 2 1.5D+02\n",
               "1.5 150");
}

TEST(MatrixMarketRead, DuplicatesAddUpAndZerosStay) {
  expectMatrix(banner("coordinate real general") +
                   "1 3 4\n1 3 1\n1 1 0\n1 3 2\n1 3 -3\n",
               "0 . 0");
  expectMatrix(banner("coordinate integer general") +
                   "2 2 3\n2 2 1\n1 1 7\n2 2 1\n",
               "7 .; . 2", SCRATCH_I64);
}

TEST(MatrixMarketRead, ElementConversions) {
  const std::string reals =
      banner("coordinate real general") + "1 3 3\n1 1 2.0\n1 2 -3e1\n1 3 0\n";
  for (scratch_element element :
       {SCRATCH_F64, SCRATCH_F32, SCRATCH_I64, SCRATCH_I32})
    expectMatrix(reals, "2 -30 0", element);
  expectMatrix(reals, "1 1 0", SCRATCH_I8);
  expectMatrix(banner("coordinate integer general") +
                   "1 1 1\n1 1 -9223372036854775808\n",
               "-9223372036854775808", SCRATCH_I64);
  expectMatrix(banner("coordinate real general") + "1 2 2\n1 1 nan\n1 2 -inf\n",
               "nan -inf");
  expectMatrix(banner("coordinate real skew-symmetric") + "2 2 1\n2 1 5\n",
               ". 1; 1 .", SCRATCH_I8);
}

TEST(MatrixMarketRead, EmptyMatrices) {
  expectMatrix(banner("coordinate real general") + "0 0 0\n", "");
  expectMatrix(banner("coordinate real general") + "2 1 0\n", ".; .");
  expectMatrix(banner("array real general") + "0 5\n", "");
  expectMatrix(banner("array real skew-symmetric") + "1 1\n", "0");
}

TEST(MatrixMarketRead, InfoDescribesTheFile) {
  ReadResult r(banner("coordinate integer skew-symmetric") +
               "3 3 2\n2 1 5\n3 2 -4\n");
  EXPECT_STREQ(r.info.format, "coordinate");
  EXPECT_STREQ(r.info.field, "integer");
  EXPECT_STREQ(r.info.symmetry, "skew-symmetric");
  EXPECT_EQ(r.info.rows, 3);
  EXPECT_EQ(r.info.cols, 3);
  EXPECT_EQ(r.info.stored, 2);
  EXPECT_EQ(r.tensor.nnz, 4);
}

TEST(MatrixMarketRead, ChainedGzipMembersAreOneFile) {
  ReadResult result(gzipped(banner("coordinate real general") + "1 1 1\n") +
                    gzipped("1 1 8\n"));
  ASSERT_EQ(result.status, SCRATCH_OK) << result.error;
  EXPECT_EQ(result.print(), "8");
}

TEST(MatrixMarketRead, BundledMatricesAreSound) {
  int count = 0;
  for (const auto &each :
       std::filesystem::directory_iterator(SCRATCH_TEST_INPUTS)) {
    const std::string name = each.path().filename().string();
    if (name.find(".mtx") == std::string::npos)
      continue;
    scratch_tensor tensor;
    ASSERT_EQ(scratch_mtx_read(each.path().c_str(), SCRATCH_F64, 32, nullptr,
                               &tensor),
              SCRATCH_OK)
        << scratch_last_error();
    EXPECT_EQ(scratch_tensor_check(&tensor), SCRATCH_OK) << name;
    scratch_tensor_free(&tensor);
    ++count;
  }
  EXPECT_GE(count, 8);
}
