//===- ProductFormsTest.cpp - folds, plans and top-k of products ----------===//
#include "test/Expand/SparseInputs.h"

#include "runtime/reference/Reference.h"

#include "gtest/gtest.h"

#include <cmath>

using namespace scratch;
using namespace scratch::test;

namespace {
const char *const kText = R"(
func.func @all(%A: $M, %B: $M) -> f64 {
  %C = scratch.spgemm %A, %B : $M, $M -> $M
  %r = scratch.fold plus %C over all : $M -> f64
  return %r : f64
}
func.func @rows(%A: $M, %B: $M) -> tensor<?xf64> {
  %C = scratch.spgemm %A, %B : $M, $M -> $M
  %r = scratch.fold max %C over rows : $M -> tensor<?xf64>
  return %r : tensor<?xf64>
}
func.func @columns(%A: $M, %B: $M) -> tensor<?xf64> {
  %C = scratch.spgemm %A, %B : $M, $M -> $M
  %r = scratch.fold plus %C over columns : $M -> tensor<?xf64>
  return %r : tensor<?xf64>
}
func.func @stored(%C: $M) -> (f64, tensor<?xf64>, tensor<?xf64>) {
  %a = scratch.fold plus %C over all : $M -> f64
  %r = scratch.fold max %C over rows : $M -> tensor<?xf64>
  %c = scratch.fold plus %C over columns : $M -> tensor<?xf64>
  return %a, %r, %c : f64, tensor<?xf64>, tensor<?xf64>
}
func.func @plan(%A: $M, %B: $M) -> (tensor<?x?xi8, #CSR>, tensor<8xi64>) {
  %P = scratch.spgemm %A, %B semiring<any_pair> : $M, $M -> tensor<?x?xi8, #CSR>
  %key = scratch.fingerprint %A, %B : $M, $M -> tensor<8xi64>
  return %P, %key : tensor<?x?xi8, #CSR>, tensor<8xi64>
}
func.func @execute(%P: tensor<?x?xi8, #CSR>, %key: tensor<8xi64>, %A: $M, %B: $M) -> $M {
  %C = scratch.spgemm_execute %P, %key, %A, %B : tensor<?x?xi8, #CSR>, tensor<8xi64>, $M, $M -> $M
  return %C : $M
}
func.func @numbers(%P: tensor<?x?xi8, #CSR>, %key: tensor<8xi64>, %A: $M, %B: $M) -> tensor<?xf64> {
  %C = scratch.spgemm_execute %P, %key, %A, %B
       : tensor<?x?xi8, #CSR>, tensor<8xi64>, $M, $M -> tensor<?xf64>
  return %C : tensor<?xf64>
}
func.func @update(%P: tensor<?x?xi8, #CSR>, %key: tensor<8xi64>, %A: $M, %B: $M,
                  %old: tensor<?xf64> {bufferization.writable = true}) -> tensor<?xf64> {
  %C = scratch.spgemm_execute %P, %key, %A, %B outs(%old : tensor<?xf64>)
       : tensor<?x?xi8, #CSR>, tensor<8xi64>, $M, $M -> tensor<?xf64>
  return %C : tensor<?xf64>
}
func.func @top(%A: $M, %B: $M) -> $M {
  %k = arith.constant 3 : index
  %C = scratch.spgemm %A, %B : $M, $M -> $M epilogue {
    scratch.top_k %k by magnitude
    scratch.yield
  }
  return %C : $M
}
)";

std::string text() {
  std::string all = kEncoding + kText, type = matrixType("f64");
  for (size_t at; (at = all.find("$M")) != std::string::npos;)
    all.replace(at, 2, type);
  return all;
}

struct ProductForms : testing::Test {
  static const Compiled &kernels() {
    static const Compiled compiled(text());
    return compiled;
  }
  ProductForms() { EXPECT_EQ(reference::spgemm(A.tensor, B.tensor, {}, &C), SCRATCH_OK); }
  ~ProductForms() override { scratch_tensor_free(&C); }
  template <typename F> void forEntries(F visit) {
    auto *positions = static_cast<const int32_t *>(C.positions);
    for (int64_t i = 0; i < C.shape[0]; ++i)
      for (int32_t p = positions[i]; p < positions[i + 1]; ++p)
        visit(i, static_cast<const int32_t *>(C.coordinates)[p], static_cast<const double *>(C.values)[p]);
  }
  std::mt19937 random{11};
  Sparse<double> A{random, 300, 80, 9, SCRATCH_F64}, B{random, 80, 120, 12, SCRATCH_F64};
  scratch_tensor C;
};
} // namespace

TEST_F(ProductForms, FoldsAgreeWithTheStoredProduct) {
  double all = 0;
  std::vector<double> rows(300, -INFINITY), columns(120, 0);
  forEntries([&](int64_t i, int64_t j, double v) {
    all += v, rows[i] = std::max(rows[i], v), columns[j] += v;
  });
  for (int threads : {1, 2}) {
    auto ask = [&](const char *name) {
      Call call(threads);
      EXPECT_EQ(call.input(A.tensor).input(B.tensor).run(kernels().entry(name)), SCRATCH_OK);
      return call.values<double>();
    };
    EXPECT_EQ(Call(threads).input(A.tensor).input(B.tensor).number(kernels().entry("all")), all);
    EXPECT_EQ(ask("rows"), rows);
    EXPECT_EQ(ask("columns"), columns);
  }
  // The results of @stored: a number and two vectors.
  scratch_tensor r, c;
  struct {
    scratch_arguments header{SCRATCH_ABI_VERSION, 4, 2, 0, nullptr};
    scratch_slot slots[4];
  } block;
  block.slots[0].input = &C, block.slots[2].result = &r, block.slots[3].result = &c;
  ASSERT_EQ(kernels().entry("stored")(&block.header), SCRATCH_OK) << scratch_last_error();
  EXPECT_EQ(block.slots[1].f64, all);
  EXPECT_TRUE(std::equal(rows.begin(), rows.end(), static_cast<double *>(r.values)));
  EXPECT_TRUE(std::equal(columns.begin(), columns.end(), static_cast<double *>(c.values)));
  scratch_tensor_free(&r), scratch_tensor_free(&c);
}

TEST_F(ProductForms, APlanServesNewValuesAndRefusesAnotherStructure) {
  Call plan;
  ASSERT_EQ(plan.input(A.tensor).input(B.tensor).run(kernels().entry("plan"), 2), SCRATCH_OK);
  auto execute = [&](Call &call) {
    call.input(plan.result(0)).input(plan.result(1)).input(A.tensor).input(B.tensor);
    return call.run(kernels().entry("execute"));
  };
  Call first;
  ASSERT_EQ(execute(first), SCRATCH_OK) << scratch_last_error();
  expectEqual<double>(first.result(), C);
  for (double &value : B.values)
    value = 2 * value + 1;
  scratch_tensor again;
  ASSERT_EQ(reference::spgemm(A.tensor, B.tensor, {}, &again), SCRATCH_OK);
  Call second(1);
  ASSERT_EQ(execute(second), SCRATCH_OK);
  expectEqual<double>(second.result(), again);
  scratch_tensor_free(&again);
  // One entry moves to a free column: shapes and counts stay.
  ASSERT_LT(B.columns[1] + 1, B.columns[2]);
  ++B.columns[1];
  Call other;
  EXPECT_EQ(execute(other), SCRATCH_INVALID_STRUCTURE);
}

TEST_F(ProductForms, NumbersOfAPlanAreWrittenWhereTheCallerSays) {
  Call plan;
  ASSERT_EQ(plan.input(A.tensor).input(B.tensor).run(kernels().entry("plan"), 2), SCRATCH_OK);
  auto *expected = static_cast<const double *>(C.values);
  std::vector<double> all(expected, expected + C.nnz), place(C.nnz, -1.0);
  auto open = [&](Call &call) -> Call & {
    return call.input(plan.result(0)).input(plan.result(1)).input(A.tensor).input(B.tensor);
  };
  for (int threads : {1, 2}) {
    Call alone(threads);
    ASSERT_EQ(open(alone).run(kernels().entry("numbers")), SCRATCH_OK) << scratch_last_error();
    EXPECT_EQ(alone.values<double>(), all);
    EXPECT_TRUE(alone.result().flags & SCRATCH_TENSOR_OWNED);
    Call update(threads);
    open(update).dense<double>(SCRATCH_F64, {C.nnz}, place);
    ASSERT_EQ(update.run(kernels().entry("update")), SCRATCH_OK) << scratch_last_error();
    EXPECT_EQ(place, all);
    EXPECT_EQ(update.result().values, place.data());
    EXPECT_FALSE(update.result().flags & SCRATCH_TENSOR_OWNED);
    EXPECT_EQ(update.result().nnz, C.nnz);
    std::fill(place.begin(), place.end(), -1.0);
  }
  std::vector<double> wrong(C.nnz + 1, -1.0);
  Call longer;
  open(longer).dense<double>(SCRATCH_F64, {C.nnz + 1}, wrong);
  EXPECT_EQ(longer.run(kernels().entry("update")), SCRATCH_SHAPE_MISMATCH);
  EXPECT_EQ(wrong, std::vector<double>(C.nnz + 1, -1.0));
}

// Memory of an earlier result, which the runtime knows, is not taken away by a call that fails.
TEST_F(ProductForms, AResultMayBeWrittenOverAnEarlierOne) {
  Call plan, first;
  ASSERT_EQ(plan.input(A.tensor).input(B.tensor).run(kernels().entry("plan"), 2), SCRATCH_OK);
  auto open = [&](Call &call) -> Call & {
    return call.input(plan.result(0)).input(plan.result(1)).input(A.tensor).input(B.tensor);
  };
  ASSERT_EQ(open(first).run(kernels().entry("numbers")), SCRATCH_OK);
  scratch_tensor over;
  ASSERT_EQ(scratch_wrap_dense(&over, SCRATCH_F64, 1, &C.nnz, first.result().values), SCRATCH_OK);
  for (double &value : B.values)
    value = -value;
  Call second;
  ASSERT_EQ(open(second).input(over).run(kernels().entry("update")), SCRATCH_OK);
  EXPECT_EQ(second.result().values, first.result().values);
  auto *expected = static_cast<const double *>(C.values);
  for (int64_t p = 0; p < C.nnz; ++p)
    EXPECT_EQ(first.values<double>()[p], -expected[p]);
  ++B.columns[1];
  Call other;
  EXPECT_EQ(open(other).input(over).run(kernels().entry("update")), SCRATCH_INVALID_STRUCTURE);
  EXPECT_EQ(first.values<double>().size(), size_t(C.nnz));
}

// Runs of eight columns and what is between them.
TEST_F(ProductForms, KnownRowsWithRunsHaveTheirNumbers) {
  Sparse<double> left{random, 60, 80, 3, SCRATCH_F64}, right{random, 80, 400, 90, SCRATCH_F64};
  for (int64_t row = 0; row < 80; ++row) // a run of 40 in front of each row's scattered columns
    for (int k = right.positions[row]; k < std::min(right.positions[row] + 40, right.positions[row + 1]); ++k)
      right.columns[k] = std::min<int>(right.columns[k], k - right.positions[row]);
  scratch_tensor expected;
  ASSERT_EQ(reference::spgemm(left.tensor, right.tensor, {}, &expected), SCRATCH_OK);
  Call plan, numbers, whole;
  ASSERT_EQ(plan.input(left.tensor).input(right.tensor).run(kernels().entry("plan"), 2), SCRATCH_OK);
  for (Call *call : {&numbers, &whole})
    call->input(plan.result(0)).input(plan.result(1)).input(left.tensor).input(right.tensor);
  ASSERT_EQ(numbers.run(kernels().entry("numbers")), SCRATCH_OK) << scratch_last_error();
  auto *values = static_cast<const double *>(expected.values);
  EXPECT_EQ(numbers.values<double>(), std::vector<double>(values, values + expected.nnz));
  ASSERT_EQ(whole.run(kernels().entry("execute")), SCRATCH_OK) << scratch_last_error();
  expectEqual<double>(whole.result(), expected);
  scratch_tensor_free(&expected);
}

// Two thirds of B are there: groups of eight columns hold five on average. A few rows take
// those, blocks of many rows a bitmap, where vectors are wide enough.
TEST_F(ProductForms, APlanOfDenseRowsServesThemInGroupsOrBlocks) {
  Sparse<double> right{random, 80, 120, 120, SCRATCH_F64};
  ASSERT_GT(right.columns.size(), 4096u);
  for (int64_t rows : {24, 300}) {
    Sparse<double> left{random, rows, 80, 60, SCRATCH_F64};
    scratch_tensor expected;
    ASSERT_EQ(reference::spgemm(left.tensor, right.tensor, {}, &expected), SCRATCH_OK);
    Call plan;
    ASSERT_EQ(plan.input(left.tensor).input(right.tensor).run(kernels().entry("plan"), 2), SCRATCH_OK);
    for (int threads : {1, 2}) {
      Call whole(threads), numbers(threads);
      for (Call *call : {&whole, &numbers})
        call->input(plan.result(0)).input(plan.result(1)).input(left.tensor).input(right.tensor);
      ASSERT_EQ(whole.run(kernels().entry("execute")), SCRATCH_OK) << scratch_last_error();
      expectEqual<double>(whole.result(), expected);
      ASSERT_EQ(numbers.run(kernels().entry("numbers")), SCRATCH_OK) << scratch_last_error();
      auto *values = static_cast<const double *>(expected.values);
      EXPECT_EQ(numbers.values<double>(), std::vector<double>(values, values + expected.nnz));
    }
    scratch_tensor_free(&expected);
  }
}

TEST_F(ProductForms, TopKKeepsTheLargestInOrderOfColumns) {
  Call call;
  ASSERT_EQ(call.input(A.tensor).input(B.tensor).run(kernels().entry("top")), SCRATCH_OK);
  std::vector<std::vector<std::pair<double, int64_t>>> rows(300);
  forEntries([&](int64_t i, int64_t j, double v) { rows[i].push_back({-std::abs(v), j}); });
  std::vector<int32_t> expected;
  for (auto &row : rows) {
    std::sort(row.begin(), row.end());
    row.resize(std::min<size_t>(row.size(), 3));
    std::sort(row.begin(), row.end(), [](auto &a, auto &b) { return a.second < b.second; });
    for (auto &[v, j] : row)
      expected.push_back(j);
  }
  auto *found = static_cast<const int32_t *>(call.result().coordinates);
  EXPECT_EQ(std::vector<int32_t>(found, found + call.result().nnz), expected);
}
