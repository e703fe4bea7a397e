//===- MatrixMarketErrorTest.cpp - malformed files, each with its line ===//
#include "test/Runtime/MatrixFile.h"

#include <gtest/gtest.h>

static void expectError(const std::string &text, const std::string &expected,
                        scratch_status status = SCRATCH_PARSE_ERROR,
                        scratch_element element = SCRATCH_F64) {
  scratch_reset_peak_bytes();
  const int64_t before = scratch_peak_bytes();
  for (bool packed : {false, true}) {
    ReadResult result(packed ? gzipped(text) : text, element);
    EXPECT_EQ(result.status, status) << text;
    EXPECT_EQ(result.error, expected) << text;
  }
  scratch_reset_peak_bytes();
  EXPECT_EQ(scratch_peak_bytes(), before) << "leaked: " << text;
}

static const std::string real = banner("coordinate real general");
static const std::string symmetric = banner("coordinate real symmetric");

TEST(MatrixMarketError, Banner) {
  expectError("\n", "1: found end of line, expected %%MatrixMarket");
  expectError("1 1 1\n", "1: found '1', expected %%MatrixMarket");
  expectError("%%MatrixMarket vector\n",
              "1: found 'vector', expected 'matrix'");
  expectError(banner("sparse"),
              "1: found 'sparse', expected 'coordinate' or 'array'");
  expectError(banner("coordinate text"),
              "1: found 'text', expected 'real', 'integer' or 'pattern'");
  expectError(banner("array pattern general"),
              "1: found 'pattern', expected 'real' or 'integer'");
  expectError(banner("coordinate real"),
              "1: found end of line, expected 'general', "
              "'symmetric', 'skew-symmetric' or 'hermitian'");
  expectError(banner("coordinate pattern skew-symmetric"),
              "1: found 'skew-symmetric', expected 'general' or 'symmetric'");
  expectError(banner("coordinate real general twice"),
              "1: found 'twice', expected end of line");
}

TEST(MatrixMarketError, ComplexIsNotSupported) {
  for (const char *rest :
       {"coordinate complex general", "array complex hermitian"})
    expectError(banner(rest),
                "1: found complex values, which no element type holds, "
                "expected 'real', 'integer' or 'pattern'",
                SCRATCH_UNSUPPORTED);
}

TEST(MatrixMarketError, Sizes) {
  expectError(real + "% words\n", "3: found end of file, expected a size line");
  expectError(real + "2 x 1\n", "2: found 'x', expected a number of columns");
  expectError(real + "-2 2 1\n", "2: found '-2', expected a number of rows");
  expectError(real + "2 2\n",
              "2: found end of line, expected a number of entries");
  expectError(real + "2 2 1 9\n", "2: found '9', expected end of line");
  expectError(real + "2 2 99999999999999999999\n",
              "2: found '99999999999999999999', expected a number of entries");
  expectError(symmetric + "2 3 1\n1 1 1\n",
              "2: found 2 x 3, expected a square matrix, since it is declared "
              "symmetric");
  expectError(banner("array real general") +
                  "9000000000000000000 9000000000000000000\n1\n",
              "2: found 9000000000000000000 x 9000000000000000000, expected a "
              "number of entries within 64 bits");
}

TEST(MatrixMarketError, Entries) {
  expectError(real + "% c\n2 2 1\n3 1 1\n",
              "4: found '3', expected a row from 1 to 2");
  expectError(real + "2 2 1\n0 1 1\n",
              "3: found '0', expected a row from 1 to 2");
  expectError(real + "2 2 1\n1 3 1\n",
              "3: found '3', expected a column from 1 to 2");
  expectError(real + "2 2 1\n1\n",
              "3: found end of line, expected a column from 1 to 2");
  expectError(real + "2 2 1\n1.5 1 1\n",
              "3: found '1.5', expected a row from 1 to 2");
  expectError(real + "2 2 1\n1 1\n",
              "3: found end of line, expected a real number within f64");
  expectError(real + "2 2 1\n1 1 abc\n",
              "3: found 'abc', expected a real number within f64");
  expectError(real + "2 2 1\n1 1 1e400\n",
              "3: found '1e400', expected a real number within f64");
  expectError(real + "2 2 1\n1 1 0x10\n",
              "3: found 'x10', expected end of line");
  expectError(real + "2 2 1\n1 1 1 7\n", "3: found '7', expected end of line");
  expectError(real + "2 2 1\r\n\r\n1 1 1\x01\r\n",
              "4: found '\\x01', expected end of line");
  expectError(real + "2 2 2\n1 1 1\n% between\n3 1 1\n",
              "5: found '3', expected a row from 1 to 2");
  expectError(real + "2 2 1\n1 1 1 % behind\n",
              "3: found '%', expected end of line");
  expectError(banner("coordinate integer general") + "2 2 1\n1 1 1.5\n",
              "3: found '1.5', expected an integer within f64");
  expectError(banner("coordinate pattern general") + "2 2 1\n1 1 5\n",
              "3: found '5', expected end of line");
}

TEST(MatrixMarketError, Triangles) {
  expectError(symmetric + "2 2 1\n1 2 1\n",
              "3: found an entry at row 1, column 2, expected only entries of "
              "the lower triangle");
  expectError(banner("coordinate real skew-symmetric") + "2 2 1\n2 2 1\n",
              "3: found an entry at row 2, column 2, expected only entries "
              "below the diagonal");
}

TEST(MatrixMarketError, EntryCounts) {
  expectError(real + "2 2 2\n1 1 1\n",
              "4: found end of file after 1 entries, expected 2 entries");
  expectError(
      real + "2 2 1\n1 1 1\n\n2 2 2\n",
      "5: found an entry too many, expected end of file after 1 entries");
  expectError(real + "2 2 1\n1 1 1\njunk\n",
              "4: found 'junk', expected end of file after 1 entries");
  expectError(real + "2 2 1000000000000000000\n1 1 1\n",
              "4: found end of file after 1 entries, expected "
              "1000000000000000000 entries");
  expectError(banner("array real general") + "2 2\n1\n2\n3\n",
              "6: found end of file after 3 entries, expected 4 entries");
  expectError(banner("array real general") + "1000000000 1000000000\n1\n",
              "4: found end of file after 1 entries, expected "
              "1000000000000000000 entries");
}

TEST(MatrixMarketError, ValuesThatTheElementCannotHold) {
  expectError(real + "1 1 1\n1 1 1.5\n",
              "3: found '1.5', expected an integer within i32",
              SCRATCH_PARSE_ERROR, SCRATCH_I32);
  expectError(real + "1 1 1\n1 1 3000000000\n",
              "3: found '3000000000', expected an integer within i32",
              SCRATCH_PARSE_ERROR, SCRATCH_I32);
  expectError(real + "1 1 1\n1 1 9223372036854775808\n",
              "3: found '9223372036854775808', expected an integer within i64",
              SCRATCH_PARSE_ERROR, SCRATCH_I64);
  expectError(real + "1 1 1\n1 1 nan\n",
              "3: found 'nan', expected an integer within i64",
              SCRATCH_PARSE_ERROR, SCRATCH_I64);
  expectError(real + "1 1 1\n1 1 1e39\n",
              "3: found '1e39', expected a real number within f32",
              SCRATCH_PARSE_ERROR, SCRATCH_F32);
  expectError(real + "1 1 2\n1 1 2147483647\n1 1 1\n",
              "5: found a sum of duplicates out of range, expected an integer "
              "within i32",
              SCRATCH_PARSE_ERROR, SCRATCH_I32);
  ReadResult half(real + "1 1 1\n1 1 1\n", SCRATCH_F16);
  EXPECT_EQ(half.status, SCRATCH_UNSUPPORTED);
}

TEST(MatrixMarketError, FirstBadLineIsReportedFromAnyChunk) {
  std::string text = real + "10 10 600000\n";
  for (int line = 3; line <= 600002; ++line)
    text += line == 300000   ? "11 1 1\n"
            : line == 500000 ? "1 1 x\n"
                             : "1 1 1\n";
  ReadResult result(text);
  EXPECT_EQ(result.error, "300000: found '11', expected a row from 1 to 10");
}

TEST(MatrixMarketError, SizesBeyondIndicesAndMemory) {
  const std::string wide = real + "5000000000 1 1\n1 1 1\n";
  EXPECT_EQ(ReadResult(wide).status, SCRATCH_INDEX_OVERFLOW);
  EXPECT_NE(std::string(scratch_last_error())
                .find("found a matrix of 5000000000 x 1, expected "
                      "extents up to 2147483647 for 32-bit indices"),
            std::string::npos);
  EXPECT_EQ(
      ReadResult(real + "1000000000000000000 1 0\n", SCRATCH_F64, 64).status,
      SCRATCH_OUT_OF_MEMORY);
}

TEST(MatrixMarketError, FilesThatCannotBeRead) {
  scratch_tensor tensor;
  EXPECT_EQ(
      scratch_mtx_read("/nonexistent/a.mtx", SCRATCH_F64, 32, nullptr, &tensor),
      SCRATCH_IO_ERROR);
  EXPECT_STREQ(scratch_last_error(),
               "/nonexistent/a.mtx: found no readable file (No such file or "
               "directory), expected a Matrix Market file");
  EXPECT_EQ(scratch_mtx_read("/", SCRATCH_F64, 32, nullptr, &tensor),
            SCRATCH_IO_ERROR);
  EXPECT_EQ(scratch_mtx_read(nullptr, SCRATCH_F64, 32, nullptr, &tensor),
            SCRATCH_INVALID_ARGUMENT);
  EXPECT_EQ(scratch_mtx_read("a.mtx", SCRATCH_F64, 16, nullptr, &tensor),
            SCRATCH_INVALID_ARGUMENT);
  EXPECT_STREQ(scratch_last_error(),
               "a.mtx: found 16 index bits asked for, expected 32 or 64");
}

TEST(MatrixMarketError, DamagedGzip) {
  std::string packed = gzipped(real + "1 1 1\n1 1 1\n");
  ReadResult truncated(packed.substr(0, packed.size() - 9));
  EXPECT_EQ(truncated.status, SCRATCH_PARSE_ERROR);
  EXPECT_NE(
      truncated.error.find("truncated gzip data, expected a complete file"),
      std::string::npos)
      << truncated.error;
  ReadResult padded(packed + std::string(3, '\0'));
  EXPECT_EQ(padded.status, SCRATCH_OK) << padded.error;
  ReadResult followed(packed + std::string(3, '\0') + "1 1 2\n");
  EXPECT_EQ(followed.status, SCRATCH_PARSE_ERROR);
  EXPECT_NE(followed.error.find("no gzip data behind its end"), std::string::npos)
      << followed.error;
  packed[packed.size() - 6] ^= 0x55; // its checksum
  ReadResult damaged(packed);
  EXPECT_EQ(damaged.status, SCRATCH_PARSE_ERROR);
  EXPECT_NE(damaged.error.find("damaged gzip data"), std::string::npos)
      << damaged.error;
}
