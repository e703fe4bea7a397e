//===- DenseTest.cpp - dense products against plain loops in double -------===//
#include "test/Expand/Compiled.h"
#include "test/Expand/DenseKernels.h"

#include "gtest/gtest.h"

#include <cmath>
#include <random>

using namespace scratch;
using namespace scratch::test;

namespace {
template <typename T> constexpr scratch_element kElement = SCRATCH_F64;
template <> constexpr scratch_element kElement<float> = SCRATCH_F32;

template <typename T> std::vector<T> uniform(std::mt19937 &random, size_t count) {
  std::uniform_real_distribution<double> values(-1, 1);
  std::vector<T> all(count);
  for (T &value : all)
    value = values(random);
  return all;
}

/// Sums of k terms below one in size, in another order.
template <typename T> void expectNear(T found, double expected, int64_t terms) {
  double unit = std::numeric_limits<T>::epsilon();
  EXPECT_NEAR(found, expected, unit * (2 + terms));
}

template <typename T> void checkMatmul(bool transposeA, bool transposeB) {
  Compiled compiled(matmulText(transposeA ? "k, m" : "m, k", transposeB ? "n, k" : "k, n",
                               sizeof(T) == 4 ? "f32" : "f64"));
  std::mt19937 random(42);
  for (auto [m, n, k] : {std::array<int64_t, 3>{1, 1, 1}, {5, 7, 3}, {6, 16, 8}, {7, 17, 300},
                         {97, 24, 9}, {30, 8, 70}, {33, 41, 257}, {200, 33, 600}, {3, 2, 0},
                         // Panels in turn, at several pieces of depth and blocks of rows, the
                         // last vector cut off; rows that are copied, with and without turns.
                         {40, 301, 530}, {1, 300, 40}, {400, 290, 270}, {9, 520, 1024},
                         {50, 130, 512}, {2, 256, 0},
                         // Without rows, without columns, without both.
                         {0, 300, 300}, {0, 1, 1}, {1, 0, 1}, {2000, 0, 4}, {0, 0, 0}}) {
    std::vector<T> a = uniform<T>(random, m * k), b = uniform<T>(random, k * n);
    std::vector<T> c = uniform<T>(random, m * n);
    for (int threads : {1, 2}) {
      Call call(threads);
      call.dense(kElement<T>, transposeA ? std::vector{k, m} : std::vector{m, k}, a)
          .dense(kElement<T>, transposeB ? std::vector{n, k} : std::vector{k, n}, b)
          .dense(kElement<T>, {m, n}, c);
      ASSERT_EQ(call.run(compiled.entry("f")), SCRATCH_OK) << scratch_last_error();
      std::vector<T> found = call.values<T>();
      ASSERT_EQ(found.size(), size_t(m * n));
      for (int64_t i = 0; i < m; ++i)
        for (int64_t j = 0; j < n; ++j) {
          double sum = c[i * n + j];
          for (int64_t l = 0; l < k; ++l)
            sum += double(a[transposeA ? l * m + i : i * k + l]) * b[transposeB ? j * k + l : l * n + j];
          expectNear(found[i * n + j], sum, k);
        }
    }
  }
}

/// y = x w' + y with so few outputs that vectors are of two lanes or one.
void checkNarrowLayer(int64_t outputs) {
  std::string n = std::to_string(outputs);
  Compiled compiled(R"(func.func @f(%x: tensor<?x?xf32>, %w: tensor<)" + n + R"(x?xf32>, %y: tensor<?x)" + n +
                    R"(xf32>) -> tensor<?x)" + n + R"(xf32> {
  %r = linalg.matmul indexing_maps = [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (n, k)>,
                                      affine_map<(m, n, k) -> (m, n)>]
       ins(%x, %w : tensor<?x?xf32>, tensor<)" + n + R"(x?xf32>) outs(%y : tensor<?x)" + n + R"(xf32>)
       -> tensor<?x)" + n + R"(xf32>
  return %r : tensor<?x)" + n + R"(xf32>
})");
  std::mt19937 random(3);
  for (auto [m, k] : {std::pair<int64_t, int64_t>{8, 64}, {1, 3}, {33, 70}, {0, 5}}) {
    std::vector<float> x = uniform<float>(random, m * k), w = uniform<float>(random, outputs * k);
    std::vector<float> y = uniform<float>(random, m * outputs);
    Call call;
    call.dense(SCRATCH_F32, {m, k}, x).dense(SCRATCH_F32, {outputs, k}, w).dense(SCRATCH_F32, {m, outputs}, y);
    ASSERT_EQ(call.run(compiled.entry("f")), SCRATCH_OK) << scratch_last_error();
    std::vector<float> found = call.values<float>();
    for (int64_t i = 0; i < m; ++i)
      for (int64_t j = 0; j < outputs; ++j) {
        double sum = y[i * outputs + j];
        for (int64_t l = 0; l < k; ++l)
          sum += double(x[i * k + l]) * w[j * k + l];
        expectNear(found[i * outputs + j], sum, k);
      }
  }
}
} // namespace

TEST(Dense, LayersOfAFewOutputs) {
  for (int64_t outputs : {1, 2, 3})
    checkNarrowLayer(outputs);
}

TEST(Dense, MatmulInEveryTranspositionAddsToItsInitialValue) {
  for (bool transposeA : {false, true})
    for (bool transposeB : {false, true})
      checkMatmul<float>(transposeA, transposeB);
  checkMatmul<double>(false, false);
}

TEST(Dense, AMatrixTimesAVectorMeetsItsConsumer) {
  Compiled compiled(R"(
func.func @f(%A: tensor<?x?xf32>, %x: tensor<?xf32>, %y: tensor<?xf32>, %s: tensor<?xf32>) -> tensor<?xf32> {
  %r = linalg.matvec ins(%A, %x : tensor<?x?xf32>, tensor<?xf32>) outs(%y : tensor<?xf32>) -> tensor<?xf32>
  %d = linalg.mul ins(%r, %s : tensor<?xf32>, tensor<?xf32>) outs(%y : tensor<?xf32>) -> tensor<?xf32>
  return %d : tensor<?xf32>
})");
  std::mt19937 random(7);
  for (auto [m, k] : {std::pair<int64_t, int64_t>{1, 1}, {3, 16}, {4, 31}, {9, 32}, {130, 577}, {2, 0}}) {
    std::vector<float> a = uniform<float>(random, m * k), x = uniform<float>(random, k);
    std::vector<float> y = uniform<float>(random, m), s = uniform<float>(random, m);
    for (int threads : {1, 2}) {
      Call call(threads);
      call.dense(SCRATCH_F32, {m, k}, a).dense(SCRATCH_F32, {k}, x).dense(SCRATCH_F32, {m}, y).dense(
          SCRATCH_F32, {m}, s);
      ASSERT_EQ(call.run(compiled.entry("f")), SCRATCH_OK) << scratch_last_error();
      std::vector<float> found = call.values<float>();
      ASSERT_EQ(found.size(), size_t(m));
      for (int64_t i = 0; i < m; ++i) {
        double sum = y[i];
        for (int64_t l = 0; l < k; ++l)
          sum += double(a[i * k + l]) * x[l];
        expectNear(found[i], sum * s[i], k);
      }
    }
  }
  std::vector<float> a(6), x(3), y(2), s(3);
  Call call;
  call.dense(SCRATCH_F32, {2, 3}, a).dense(SCRATCH_F32, {3}, x).dense(SCRATCH_F32, {2}, y).dense(
      SCRATCH_F32, {3}, s);
  EXPECT_EQ(call.run(compiled.entry("f")), SCRATCH_SHAPE_MISMATCH);
}

TEST(Dense, ShapesThatDisagreeAreRefused) {
  Compiled compiled(matmulText("m, k", "k, n", "f32"));
  std::vector<float> a(12), b(12), c(12);
  for (auto shape : {std::vector<int64_t>{4, 3}, {3, 4}}) { // for 3 and 4 columns
    Call call;
    call.dense(SCRATCH_F32, {3, 4}, a).dense(SCRATCH_F32, {4, 3}, b).dense(SCRATCH_F32, shape, c);
    EXPECT_EQ(call.run(compiled.entry("f")), SCRATCH_SHAPE_MISMATCH);
  }
  Call call;
  call.dense(SCRATCH_F32, {4, 3}, a).dense(SCRATCH_F32, {4, 3}, b).dense(SCRATCH_F32, {4, 3}, c);
  EXPECT_EQ(call.run(compiled.entry("f")), SCRATCH_SHAPE_MISMATCH);
  EXPECT_NE(std::string(scratch_last_error()).find("dense product"), std::string::npos);
}

// Extents that one operand knows at compile time, and another at run time only.
TEST(Dense, RunTimeExtentsMustBeThoseKnownBefore) {
  Compiled compiled(R"(
func.func @column(%A: tensor<4x4xf32>, %B: tensor<?x?xf32>, %C: tensor<4x4xf32>) -> tensor<4x4xf32> {
  %r = linalg.matmul ins(%A, %B : tensor<4x4xf32>, tensor<?x?xf32>) outs(%C : tensor<4x4xf32>) -> tensor<4x4xf32>
  return %r : tensor<4x4xf32>
}
func.func @rows(%A: tensor<4x4xf32>, %B: tensor<4x4xf32>, %C: tensor<?x?xf32>) -> tensor<?x?xf32> {
  %r = linalg.matmul ins(%A, %B : tensor<4x4xf32>, tensor<4x4xf32>) outs(%C : tensor<?x?xf32>) -> tensor<?x?xf32>
  return %r : tensor<?x?xf32>
})");
  std::vector<float> a(16), other(24);
  Call column;
  column.dense(SCRATCH_F32, {4, 4}, a).dense(SCRATCH_F32, {4, 3}, other).dense(SCRATCH_F32, {4, 4}, a);
  EXPECT_EQ(column.run(compiled.entry("column")), SCRATCH_SHAPE_MISMATCH);
  Call rows;
  rows.dense(SCRATCH_F32, {4, 4}, a).dense(SCRATCH_F32, {4, 4}, a).dense(SCRATCH_F32, {6, 4}, other);
  EXPECT_EQ(rows.run(compiled.entry("rows")), SCRATCH_SHAPE_MISMATCH);
}

// relu(x w + bias) + other, all while a tile is in registers; 300 steps are two pieces.
TEST(Dense, BiasReluAndBranchAreAppliedBeforeTheTileIsStored) {
  Compiled compiled(R"(
#all = affine_map<(i, j) -> (i, j)>
#column = affine_map<(i, j) -> (j)>
func.func @f(%x: tensor<?x?xf32>, %w: tensor<?x?xf32>, %bias: tensor<?xf32>, %other: tensor<?x?xf32>) -> tensor<?x?xf32> {
  %zero = arith.constant 0.0 : f32
  %z = linalg.fill ins(%zero : f32) outs(%other : tensor<?x?xf32>) -> tensor<?x?xf32>
  %y = linalg.matmul ins(%x, %w : tensor<?x?xf32>, tensor<?x?xf32>) outs(%z : tensor<?x?xf32>) -> tensor<?x?xf32>
  %r = linalg.generic {indexing_maps = [#all, #column, #all], iterator_types = ["parallel", "parallel"]}
      ins(%y, %bias : tensor<?x?xf32>, tensor<?xf32>) outs(%other : tensor<?x?xf32>) {
  ^bb0(%a: f32, %c: f32, %unused: f32):
    %none = arith.constant 0.0 : f32
    %s = arith.addf %a, %c : f32
    %m = arith.maximumf %s, %none : f32
    linalg.yield %m : f32
  } -> tensor<?x?xf32>
  %sum = linalg.add ins(%r, %other : tensor<?x?xf32>, tensor<?x?xf32>) outs(%other : tensor<?x?xf32>) -> tensor<?x?xf32>
  return %sum : tensor<?x?xf32>
})");
  std::mt19937 random(5);
  for (auto [m, n, k] : {std::array<int64_t, 3>{13, 21, 300}, {7, 8, 5}, {1, 3, 0}}) {
    std::vector<float> x = uniform<float>(random, m * k), w = uniform<float>(random, k * n);
    std::vector<float> bias = uniform<float>(random, n), other = uniform<float>(random, m * n);
    Call call;
    call.dense(SCRATCH_F32, {m, k}, x).dense(SCRATCH_F32, {k, n}, w).dense(SCRATCH_F32, {n}, bias);
    ASSERT_EQ(call.dense(SCRATCH_F32, {m, n}, other).run(compiled.entry("f")), SCRATCH_OK);
    std::vector<float> found = call.values<float>();
    for (int64_t i = 0; i < m; ++i)
      for (int64_t j = 0; j < n; ++j) {
        double sum = bias[j];
        for (int64_t l = 0; l < k; ++l)
          sum += double(x[i * k + l]) * w[l * n + j];
        expectNear(found[i * n + j], std::max(sum, 0.0) + other[i * n + j], k);
      }
  }
  std::vector<float> a(16), shortBias(3);
  Call call;
  call.dense(SCRATCH_F32, {4, 4}, a).dense(SCRATCH_F32, {4, 4}, a).dense(SCRATCH_F32, {3}, shortBias);
  EXPECT_EQ(call.dense(SCRATCH_F32, {4, 4}, a).run(compiled.entry("f")), SCRATCH_SHAPE_MISMATCH);
}

// Inputs of bf16 are widened: sums are those of f32.
TEST(Dense, ShortFloatsAreSummedInSinglePrecision) {
  Compiled compiled(R"(
#a = affine_map<(i, j, l) -> (i, l)>
#turned = affine_map<(i, j, l) -> (j, l)>
#c = affine_map<(i, j, l) -> (i, j)>
func.func @f(%A: tensor<?x?xbf16>, %B: tensor<?x?xbf16>, %C: tensor<?x?xf32>) -> tensor<?x?xf32> {
  %r = linalg.matmul ins(%A, %B : tensor<?x?xbf16>, tensor<?x?xbf16>) outs(%C : tensor<?x?xf32>) -> tensor<?x?xf32>
  return %r : tensor<?x?xf32>
}
func.func @turned(%A: tensor<?x?xbf16>, %B: tensor<?x?xbf16>, %C: tensor<?x?xf32>) -> tensor<?x?xf32> {
  %r = linalg.matmul indexing_maps = [#a, #turned, #c]
      ins(%A, %B : tensor<?x?xbf16>, tensor<?x?xbf16>) outs(%C : tensor<?x?xf32>) -> tensor<?x?xf32>
  return %r : tensor<?x?xf32>
})");
  std::mt19937 random(9);
  auto shorts = [&](size_t count) { // and the numbers that they are
    std::vector<float> exact = uniform<float>(random, count);
    std::vector<uint16_t> bits;
    for (float &value : exact) {
      uint32_t word = llvm::bit_cast<uint32_t>(value) & 0xffff0000;
      value = llvm::bit_cast<float>(word), bits.push_back(word >> 16);
    }
    return std::pair(bits, exact);
  };
  for (auto [m, n, k] : {std::array<int64_t, 3>{9, 19, 70}, {64, 32, 8},
                         {40, 301, 530}, {5, 256, 300}}) { // panels in turn
    auto [a, exactA] = shorts(m * k);
    auto [b, exactB] = shorts(k * n);
    std::vector<float> c = uniform<float>(random, m * n);
    for (bool turned : {false, true}) {
      Call call(2);
      call.dense(SCRATCH_BF16, {m, k}, a)
          .dense(SCRATCH_BF16, turned ? std::vector{n, k} : std::vector{k, n}, b)
          .dense(SCRATCH_F32, {m, n}, c);
      ASSERT_EQ(call.run(compiled.entry(turned ? "turned" : "f")), SCRATCH_OK)
          << scratch_last_error();
      std::vector<float> found = call.values<float>();
      for (int64_t i = 0; i < m; ++i)
        for (int64_t j = 0; j < n; ++j) {
          double sum = c[i * n + j];
          for (int64_t l = 0; l < k; ++l)
            sum += double(exactA[i * k + l]) * exactB[turned ? j * k + l : l * n + j];
          expectNear(found[i * n + j], sum, k);
        }
    }
  }
}
