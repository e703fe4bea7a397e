//===- MatrixMarketBenchmark.cpp - reading and writing speed -------------===//
//
//   OMP_NUM_THREADS=1 MatrixMarketBenchmark
//
// Makes a random matrix of about 300 MB of text in the system's folder for
// temporary files, times reading and writing it, and removes it. The rate is
// text bytes per second; the file is in the page cache.
//===----------------------------------------------------------------------===//
#include "runtime/io/MatrixMarket.h"

#include <benchmark/benchmark.h>
#include <cstdlib>
#include <filesystem>
#include <random>
#include <vector>

static const int64_t rows = 1 << 20, perRow = 10;

static std::string filePath() {
  return (std::filesystem::temp_directory_path() / "scratch-benchmark.mtx")
      .string();
}

static scratch_tensor &matrix() {
  static std::vector<uint32_t> positions, columns;
  static std::vector<double> values;
  static scratch_tensor tensor = {};
  if (positions.empty()) {
    std::mt19937_64 random(1);
    std::uniform_real_distribution<double> value(-1000, 1000);
    for (int64_t row = 0; row <= rows; ++row)
      positions.push_back(static_cast<uint32_t>(row * perRow));
    for (int64_t row = 0; row < rows; ++row)
      for (int64_t k = 0; k < perRow; ++k) {
        columns.push_back(static_cast<uint32_t>(
            rows / perRow * k + static_cast<int64_t>(random() % 1000)));
        values.push_back(value(random));
      }
    scratch_wrap_csr(&tensor, SCRATCH_F64, 32, rows, rows, positions.data(),
                     columns.data(), values.data());
  }
  return tensor;
}

static void countBytes(benchmark::State &state) {
  state.SetBytesProcessed(
      static_cast<int64_t>(state.iterations()) *
      static_cast<int64_t>(std::filesystem::file_size(filePath())));
}

static void write(benchmark::State &state) {
  for (auto _ : state)
    if (scratch_mtx_write(filePath().c_str(), &matrix()) != SCRATCH_OK)
      state.SkipWithError(scratch_last_error());
  countBytes(state);
}

static void read(benchmark::State &state) {
  for (auto _ : state) {
    scratch_tensor tensor;
    if (scratch_mtx_read(filePath().c_str(), SCRATCH_F64, 32, nullptr,
                         &tensor) != SCRATCH_OK)
      state.SkipWithError(scratch_last_error());
    scratch_tensor_free(&tensor);
  }
  countBytes(state);
  std::filesystem::remove(filePath());
}

BENCHMARK(write)->Unit(benchmark::kMillisecond)->UseRealTime()->Iterations(1);
BENCHMARK(read)->Unit(benchmark::kMillisecond)->UseRealTime()->Iterations(5);
BENCHMARK_MAIN();
