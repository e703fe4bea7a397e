//===- FilledRowsTest.cpp - products of matrices with few rows in use -----===//
//
// Small whole numbers: every sum is exact, so results are compared bit by bit.
//
//===----------------------------------------------------------------------===//
#include "test/Expand/SparseInputs.h"

#include "runtime/reference/Reference.h"

#include "gtest/gtest.h"

using namespace scratch;
using namespace scratch::test;

namespace {
const char *const kText = R"(
func.func @one(%A: $M, %B: $M) -> $M {
  %C = scratch.spgemm %A, %B {strategy = #scratch.strategy<dataflow = row_wise, phases = one, schedule = balanced,
    variants = [<dense>]>} : $M, $M -> $M
  return %C : $M
}
func.func @two(%A: $M, %B: $M) -> $M {
  %C = scratch.spgemm %A, %B {strategy = #scratch.strategy<dataflow = row_wise, phases = two, schedule = balanced,
    variants = [<dense>]>} : $M, $M -> $M
  return %C : $M
}
func.func @chosen(%A: $M, %B: $M) -> $M {
  %C = scratch.spgemm %A, %B : $M, $M -> $M
  return %C : $M
}
func.func @scaled(%A: $M, %B: $M) -> $M {
  %C = scratch.spgemm %A, %B : $M, $M -> $M epilogue {
    scratch.map { ^bb0(%v: f64, %i: index, %j: index):
      %n = arith.index_cast %i : index to i64
      %s = arith.sitofp %n : i64 to f64
      %r = arith.addf %v, %s : f64
      scratch.yield %r : f64
    }
    scratch.yield
  }
  return %C : $M
}
)";

const Compiled &kernels() {
  static const Compiled compiled([] {
    std::string all = kEncoding + kText, type = matrixType("f64");
    for (size_t at; (at = all.find("$M")) != std::string::npos;)
      all.replace(at, 2, type);
    return all;
  }());
  return compiled;
}

/// `rows` rows; those in `filled` have two entries each.
struct FewRows {
  FewRows(int64_t rows, int64_t inner, const std::vector<int64_t> &filled) : positions(rows + 1) {
    for (int64_t row : filled)
      for (int64_t next = row + 1; next <= rows; ++next)
        positions[next] += 2;
    for (size_t k = 0; k < filled.size(); ++k) {
      int32_t first = (7 * k) % (inner - 1);
      columns.insert(columns.end(), {first, int32_t(inner - 1)});
      values.insert(values.end(), {double(k + 1), -2.0});
    }
    EXPECT_EQ(scratch_wrap_csr(&tensor, SCRATCH_F64, 32, rows, inner, positions.data(),
                               columns.data(), values.data()),
              SCRATCH_OK);
  }
  std::vector<int32_t> positions, columns;
  std::vector<double> values;
  scratch_tensor tensor;
};
} // namespace

TEST(FilledRows, AreComputedAndEmptyOnesKeepTheirPlaces) {
  std::mt19937 random(12);
  Sparse<double> B(random, 40, 300, 9, SCRATCH_F64);
  std::vector<int64_t> all(1000);
  std::iota(all.begin(), all.end(), 0);
  std::vector<std::vector<int64_t>> cases{
      {}, {0}, {999}, {0, 999}, {15, 16, 17}, {31, 32, 512, 998}, {500, 501, 502, 503, 700},
      {all.begin() + 100, all.begin() + 150}, {all.begin(), all.begin() + 61}, // the last that are few
      {all.begin(), all.begin() + 63}, all};
  for (const std::vector<int64_t> &filled : cases)
    for (int64_t rows : {1000, 1007}) {
      SCOPED_TRACE(std::to_string(filled.size()) + " of " + std::to_string(rows));
      FewRows A(rows, 40, filled);
      scratch_tensor expected;
      ASSERT_EQ(reference::spgemm(A.tensor, B.tensor, {}, &expected), SCRATCH_OK);
      for (const char *name : {"one", "two", "chosen"})
        for (int threads : {1, 2}) {
          Call call(threads);
          call.input(A.tensor).input(B.tensor);
          ASSERT_EQ(call.run(kernels().entry(name)), SCRATCH_OK) << scratch_last_error();
          expectEqual<double>(call.result(), expected);
        }
      scratch_tensor_free(&expected);
    }
}

// An epilogue that reads a row's number gets that of the whole matrix.
TEST(FilledRows, EpiloguesSeeRowsAsTheyAre) {
  std::mt19937 random(13);
  Sparse<double> B(random, 40, 300, 9, SCRATCH_F64);
  FewRows A(2000, 40, {3, 1000, 1999});
  scratch_tensor product;
  ASSERT_EQ(reference::spgemm(A.tensor, B.tensor, {}, &product), SCRATCH_OK);
  auto *positions = static_cast<const int32_t *>(product.positions);
  for (int64_t row : {3, 1000, 1999})
    for (int32_t p = positions[row]; p < positions[row + 1]; ++p)
      static_cast<double *>(product.values)[p] += row;
  Call call;
  call.input(A.tensor).input(B.tensor);
  ASSERT_EQ(call.run(kernels().entry("scaled")), SCRATCH_OK) << scratch_last_error();
  expectEqual<double>(call.result(), product);
  scratch_tensor_free(&product);
}

TEST(FilledRows, HaveNoEntriesWhereAHasNoRows) {
  std::mt19937 random(14);
  Sparse<double> B(random, 40, 300, 9, SCRATCH_F64);
  FewRows A(0, 40, {});
  Call call;
  call.input(A.tensor).input(B.tensor);
  ASSERT_EQ(call.run(kernels().entry("chosen")), SCRATCH_OK);
  EXPECT_EQ(call.result().nnz, 0);
  EXPECT_EQ(call.result().shape[0], 0);
}
