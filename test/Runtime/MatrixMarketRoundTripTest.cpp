//===- MatrixMarketRoundTripTest.cpp - what is written reads back the same ===//
#include "test/Runtime/MatrixFile.h"

#include <cmath>
#include <cstring>
#include <filesystem>
#include <gtest/gtest.h>
#include <limits>
#include <random>

/// Values with all exponents and all mantissas, and the special ones.
template <typename Real, typename Bits>
static std::vector<Real> hardReals(size_t count) {
  using Limits = std::numeric_limits<Real>;
  std::vector<Real> values = {Real(0),
                              -Real(0),
                              Limits::infinity(),
                              -Limits::infinity(),
                              Limits::quiet_NaN(),
                              Limits::max(),
                              Limits::lowest(),
                              Limits::min(),
                              Limits::denorm_min(),
                              Limits::epsilon(),
                              Real(0.1),
                              Real(1) / 3};
  std::mt19937_64 random(7); // seed 7
  while (values.size() < count) {
    Bits bits = static_cast<Bits>(random());
    Real value;
    std::memcpy(&value, &bits, sizeof value);
    if (!std::isnan(value)) // payloads of nans are not kept
      values.push_back(value);
  }
  return values;
}

template <typename Value>
static void roundTrip(scratch_element element, const std::vector<Value> &values,
                      const char *suffix) {
  const auto count = static_cast<int64_t>(values.size());
  std::vector<uint32_t> positions = {0, 0, static_cast<uint32_t>(count)},
                        columns;
  for (int64_t k = 0; k < count; ++k)
    columns.push_back(static_cast<uint32_t>(2 * k));
  scratch_tensor sparse, dense, back;
  ASSERT_EQ(scratch_wrap_csr(&sparse, element, 32, 2, 2 * count,
                             positions.data(), columns.data(), values.data()),
            SCRATCH_OK);
  ASSERT_EQ(scratch_wrap_dense(&dense, element, 1, &count, values.data()),
            SCRATCH_OK);
  for (const scratch_tensor *tensor : {&sparse, &dense}) {
    MatrixFile file("", suffix);
    ASSERT_EQ(scratch_mtx_write(file.path(), tensor), SCRATCH_OK)
        << scratch_last_error();
    ASSERT_EQ(scratch_mtx_read(file.path(), element, 32, nullptr, &back),
              SCRATCH_OK)
        << scratch_last_error();
    ASSERT_EQ(back.nnz, count);
    EXPECT_EQ(
        std::memcmp(back.values, values.data(), values.size() * sizeof(Value)),
        0);
    if (tensor == &sparse) {
      EXPECT_EQ(std::memcmp(back.positions, positions.data(), 12), 0);
      EXPECT_EQ(
          std::memcmp(back.coordinates, columns.data(), 4 * columns.size()), 0);
    }
    scratch_tensor_free(&back);
  }
}

TEST(MatrixMarketRoundTrip, RealsComeBackBitForBit) {
  roundTrip<double>(SCRATCH_F64, hardReals<double, uint64_t>(100000), ".mtx");
  roundTrip<float>(SCRATCH_F32, hardReals<float, uint32_t>(100000), ".mtx.gz");
}

TEST(MatrixMarketRoundTrip, IntegersComeBackBitForBit) {
  roundTrip<int64_t>(SCRATCH_I64, {0, 1, -1, INT64_MAX, INT64_MIN}, ".mtx");
  roundTrip<int32_t>(SCRATCH_I32, {0, 1, -1, INT32_MAX, INT32_MIN}, ".mtx.gz");
  roundTrip<int8_t>(SCRATCH_I8, {0, 1, 1, 0}, ".mtx");
}

TEST(MatrixMarketRoundTrip, CscIsWrittenByCoordinates) {
  uint32_t positions[] = {0, 1, 3}, rows[] = {1, 0, 2};
  double values[] = {4, 5, 6};
  scratch_tensor csc, back;
  scratch_wrap_csr(&csc, SCRATCH_F64, 32, 2, 3, positions, rows, values);
  csc.format = SCRATCH_FORMAT_CSC;
  std::swap(csc.shape[0], csc.shape[1]);
  MatrixFile file;
  ASSERT_EQ(scratch_mtx_write(file.path(), &csc), SCRATCH_OK);
  ASSERT_EQ(scratch_mtx_read(file.path(), SCRATCH_F64, 32, nullptr, &back),
            SCRATCH_OK);
  EXPECT_EQ(back.shape[0], 3);
  EXPECT_EQ(static_cast<double *>(back.values)[0], 5);
  EXPECT_EQ(static_cast<double *>(back.values)[1], 4);
  scratch_tensor_free(&back);
}

TEST(MatrixMarketRoundTrip, FailedWritesLeaveNothingBehind) {
  double values[1] = {};
  int64_t shape[3] = {1, 1, 1};
  scratch_tensor t;
  scratch_wrap_dense(&t, SCRATCH_F64, 1, shape, values);
  EXPECT_EQ(scratch_mtx_write("/nonexistent/a.mtx", &t), SCRATCH_IO_ERROR);
  EXPECT_STREQ(scratch_last_error(),
               "/nonexistent/a.mtx: found no way to write it (No such file "
               "or directory), expected a writable file");
  EXPECT_EQ(scratch_mtx_write(nullptr, &t), SCRATCH_INVALID_ARGUMENT);
  MatrixFile file;
  scratch_wrap_dense(&t, SCRATCH_BF16, 1, shape, values);
  EXPECT_EQ(scratch_mtx_write(file.path(), &t), SCRATCH_UNSUPPORTED);
  scratch_wrap_dense(&t, SCRATCH_F64, 3, shape, values);
  EXPECT_EQ(scratch_mtx_write(file.path(), &t), SCRATCH_UNSUPPORTED);
  const std::string stem =
      std::filesystem::path(file.path()).filename().string();
  for (const auto &each : std::filesystem::directory_iterator(
           std::filesystem::temp_directory_path()))
    EXPECT_NE(each.path().filename().string().compare(0, stem.size(), stem), 0)
        << each.path();
}

TEST(MatrixMarketWriter, ADeviceIsWrittenToNotReplaced) {
  double value = 1;
  const int64_t shape[] = {1, 1};
  scratch_tensor tensor;
  ASSERT_EQ(scratch_wrap_dense(&tensor, SCRATCH_F64, 2, shape, &value), SCRATCH_OK);
  EXPECT_EQ(scratch_mtx_write("/dev/full", &tensor), SCRATCH_IO_ERROR);
  EXPECT_EQ(scratch_mtx_write("/dev/null", &tensor), SCRATCH_OK);
  EXPECT_TRUE(std::filesystem::is_character_file("/dev/null"));
}
