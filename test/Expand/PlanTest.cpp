//===- PlanTest.cpp - plans of products: with places and without ----------===//
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
#CSC = #sparse_tensor.encoding<{ map = (i, j) -> (j : dense, i : compressed), posWidth = 32, crdWidth = 32 }>
func.func @plan(%P: $M, %A: $M, %B: $M) -> tensor<?xi8> {
  %plan = scratch.spgemm_plan %P, %A, %B : $M, $M, $M -> tensor<?xi8>
  return %plan : tensor<?xi8>
}
func.func @execute(%P: $M, %plan: tensor<?xi8>, %A: $M, %B: $M) -> $M {
  %C = scratch.spgemm_execute %P, %plan, %A, %B : $M, tensor<?xi8>, $M, $M -> $M
  return %C : $M
}
func.func @numbers(%P: $M, %plan: tensor<?xi8>, %A: $M, %B: $M) -> tensor<?xf64> {
  %C = scratch.spgemm_execute %P, %plan, %A, %B : $M, tensor<?xi8>, $M, $M -> tensor<?xf64>
  return %C : tensor<?xf64>
}
// Columns first: A and B change places. B is converted by both functions alike.
func.func @plan_columns(%P: $N, %A: $N, %B: $M) -> tensor<?xi8> {
  %plan = scratch.spgemm_plan %P, %A, %B : $N, $N, $M -> tensor<?xi8>
  return %plan : tensor<?xi8>
}
func.func @execute_columns(%P: $N, %plan: tensor<?xi8>, %A: $N, %B: $M) -> $N {
  %C = scratch.spgemm_execute %P, %plan, %A, %B : $N, tensor<?xi8>, $N, $M -> $N
  return %C : $N
}
func.func @columns_of(%A: $M) -> $N {
  %r = sparse_tensor.convert %A : $M to $N
  return %r : $N
}
func.func @rows_of(%A: $N) -> $M {
  %r = sparse_tensor.convert %A : $N to $M
  return %r : $M
}
// Largest of left * right + 1, of which nothing is built in.
func.func @custom(%P: $M, %plan: tensor<?xi8>, %A: $M, %B: $M) -> $M {
  %C = scratch.spgemm_execute %P, %plan, %A, %B semiring<custom> {identity = -1.0e9 : f64}
       : $M, tensor<?xi8>, $M, $M -> $M
  multiply { ^bb0(%a: f64, %b: f64):
    %one = arith.constant 1.0 : f64
    %p = arith.mulf %a, %b : f64
    %r = arith.addf %p, %one : f64
    scratch.yield %r : f64
  } add { ^bb0(%a: f64, %b: f64):
    %r = arith.maximumf %a, %b : f64
    scratch.yield %r : f64
  }
  return %C : $M
}
)";

const Compiled &kernels() {
  static const Compiled compiled([] {
    std::string all = kEncoding + kText;
    for (auto [name, type] : {std::pair<const char *, std::string>{"$M", matrixType("f64")},
                              {"$N", "tensor<?x?xf64, #CSC>"}})
      for (size_t at; (at = all.find(name)) != std::string::npos;)
        all.replace(at, 2, type);
    return all;
  }());
  return compiled;
}

struct Product {
  Product(const scratch_tensor &A, const scratch_tensor &B, const scratch_tensor *mask = nullptr) {
    reference::Product how;
    how.mask = mask;
    EXPECT_EQ(reference::spgemm(A, B, how, &C), SCRATCH_OK);
  }
  ~Product() { scratch_tensor_free(&C); }
  scratch_tensor C;
};

/// Bytes of a plan without places, and what these need beyond.
constexpr int64_t kPlain = 104;
int64_t bytesOfPlaces(int64_t rows, int64_t products) { return 8 * (rows + 1) + 2 * products; }

int64_t productsOf(const Sparse<double> &A, const Sparse<double> &B) {
  int64_t products = 0;
  for (int32_t k : A.columns)
    products += B.positions[k + 1] - B.positions[k];
  return products;
}

bool hasPlaces(Call &plan) { return static_cast<const int64_t *>(plan.result().values)[12] != 0; }

/// Plans and computes in all ways, and says whether the plan has places.
bool agrees(const scratch_tensor &A, const scratch_tensor &B, const scratch_tensor &pattern) {
  bool places = false;
  for (int threads : {1, 2}) {
    Call plan(threads), whole(threads), numbers(threads);
    EXPECT_EQ(plan.input(pattern).input(A).input(B).run(kernels().entry("plan")), SCRATCH_OK)
        << scratch_last_error();
    places = hasPlaces(plan);
    for (Call *call : {&whole, &numbers})
      call->input(pattern).input(plan.result()).input(A).input(B);
    EXPECT_EQ(whole.run(kernels().entry("execute")), SCRATCH_OK) << scratch_last_error();
    expectEqual<double>(whole.result(), pattern);
    EXPECT_EQ(numbers.run(kernels().entry("numbers")), SCRATCH_OK) << scratch_last_error();
    auto *values = static_cast<const double *>(pattern.values);
    EXPECT_EQ(numbers.values<double>(), std::vector<double>(values, values + pattern.nnz));
  }
  return places;
}
} // namespace

TEST(Plan, ProductsOfShortRowsHavePlaces) {
  std::mt19937 random(3);
  Sparse<double> A(random, 700, 300, 9, SCRATCH_F64), B(random, 300, 5000, 11, SCRATCH_F64);
  Product product(A.tensor, B.tensor);
  EXPECT_TRUE(agrees(A.tensor, B.tensor, product.C));
  Call plan;
  ASSERT_EQ(plan.input(product.C).input(A.tensor).input(B.tensor).run(kernels().entry("plan")), SCRATCH_OK);
  EXPECT_EQ(plan.result().nnz, kPlain + bytesOfPlaces(700, productsOf(A, B)));
  for (double &value : A.values)
    value = 3 - value;
  Product changed(A.tensor, B.tensor);
  EXPECT_TRUE(agrees(A.tensor, B.tensor, changed.C));
}

TEST(Plan, PlacesAreNotWorthManyProductsPerEntry) {
  std::mt19937 random(4);
  Sparse<double> A(random, 60, 80, 60, SCRATCH_F64), B(random, 80, 50, 40, SCRATCH_F64);
  Product product(A.tensor, B.tensor);
  EXPECT_FALSE(agrees(A.tensor, B.tensor, product.C));
  Call plan;
  ASSERT_EQ(plan.input(product.C).input(A.tensor).input(B.tensor).run(kernels().entry("plan")), SCRATCH_OK);
  EXPECT_EQ(plan.result().nnz, kPlain);
}

TEST(Plan, ProductsBesideThePatternAreDropped) {
  std::mt19937 random(5);
  Sparse<double> A(random, 200, 90, 7, SCRATCH_F64), B(random, 90, 150, 8, SCRATCH_F64);
  Sparse<double> mask(random, 200, 150, 70, SCRATCH_F64);
  Product product(A.tensor, B.tensor, &mask.tensor);
  ASSERT_GT(product.C.nnz, 0);
  EXPECT_FALSE(agrees(A.tensor, B.tensor, product.C));
}

TEST(Plan, EntriesWithoutProductsHoldTheIdentity) {
  std::mt19937 random(6);
  Sparse<double> A(random, 90, 40, 4, SCRATCH_F64), B(random, 40, 60, 3, SCRATCH_F64);
  std::vector<int32_t> positions(91), columns;
  for (int32_t i = 0; i < 90; ++i) {
    positions[i + 1] = 60 * (i + 1);
    for (int32_t j = 0; j < 60; ++j)
      columns.push_back(j);
  }
  std::vector<double> expected(columns.size(), 0.0);
  for (int i = 0; i < 90; ++i)
    for (int p = A.positions[i]; p < A.positions[i + 1]; ++p)
      for (int q = B.positions[A.columns[p]]; q < B.positions[A.columns[p] + 1]; ++q)
        expected[60 * i + B.columns[q]] += A.values[p] * B.values[q];
  scratch_tensor pattern;
  ASSERT_EQ(scratch_wrap_csr(&pattern, SCRATCH_F64, 32, 90, 60, positions.data(), columns.data(),
                             expected.data()),
            SCRATCH_OK);
  EXPECT_TRUE(agrees(A.tensor, B.tensor, pattern));
}

TEST(Plan, EmptyMatricesHaveOne) {
  std::mt19937 random(7);
  for (auto [rows, inner, columns] : {std::array<int64_t, 3>{0, 5, 4}, {6, 0, 4}, {6, 5, 0}, {0, 0, 0}}) {
    Sparse<double> A(random, rows, inner, 3, SCRATCH_F64), B(random, inner, columns, 3, SCRATCH_F64);
    Product product(A.tensor, B.tensor);
    EXPECT_FALSE(agrees(A.tensor, B.tensor, product.C));
  }
}

// A place has 16 bits.
TEST(Plan, RowsOfMoreEntriesThanPlacesTellApartHaveNone) {
  for (int64_t columns : {65536, 65537}) {
    std::vector<int32_t> one{0, 1}, first{0}, ends{0, int32_t(columns)}, all(columns);
    std::iota(all.begin(), all.end(), 0);
    std::vector<double> two{2.0}, values(columns);
    std::iota(values.begin(), values.end(), 1.0);
    scratch_tensor A, B;
    ASSERT_EQ(scratch_wrap_csr(&A, SCRATCH_F64, 32, 1, 1, one.data(), first.data(), two.data()), SCRATCH_OK);
    ASSERT_EQ(scratch_wrap_csr(&B, SCRATCH_F64, 32, 1, columns, ends.data(), all.data(), values.data()), SCRATCH_OK);
    Product product(A, B);
    EXPECT_EQ(agrees(A, B, product.C), columns == 65536);
  }
}

TEST(Plan, OfMatricesThatStoreColumns) {
  std::mt19937 random(8);
  Sparse<double> A(random, 120, 80, 6, SCRATCH_F64), B(random, 80, 140, 7, SCRATCH_F64);
  Product product(A.tensor, B.tensor);
  Call pattern, left, plan, execute, back;
  ASSERT_EQ(pattern.input(product.C).run(kernels().entry("columns_of")), SCRATCH_OK);
  ASSERT_EQ(left.input(A.tensor).run(kernels().entry("columns_of")), SCRATCH_OK);
  plan.input(pattern.result()).input(left.result()).input(B.tensor);
  ASSERT_EQ(plan.run(kernels().entry("plan_columns")), SCRATCH_OK) << scratch_last_error();
  EXPECT_TRUE(hasPlaces(plan));
  execute.input(pattern.result()).input(plan.result()).input(left.result()).input(B.tensor);
  ASSERT_EQ(execute.run(kernels().entry("execute_columns")), SCRATCH_OK) << scratch_last_error();
  ASSERT_EQ(back.input(execute.result()).run(kernels().entry("rows_of")), SCRATCH_OK);
  expectEqual<double>(back.result(), product.C);
}

// The same buffers are another product if they are columns: B A in place of A B.
TEST(Plan, OfAnotherStorageOrderIsRefused) {
  std::vector<int32_t> ends(9), all;
  for (int32_t i = 0; i < 8; ++i) {
    ends[i + 1] = 8 * (i + 1);
    for (int32_t j = 0; j < 8; ++j)
      all.push_back(j);
  }
  std::vector<double> values(64, 1.0);
  scratch_tensor rows, columns;
  ASSERT_EQ(scratch_wrap_csr(&rows, SCRATCH_F64, 32, 8, 8, ends.data(), all.data(), values.data()), SCRATCH_OK);
  ASSERT_EQ(scratch_wrap_sparse(&columns, SCRATCH_FORMAT_CSC, SCRATCH_F64, 32, 32, 8, 8, ends.data(),
                                all.data(), values.data()),
            SCRATCH_OK);
  Call plan, execute;
  plan.input(columns).input(columns).input(rows);
  ASSERT_EQ(plan.run(kernels().entry("plan_columns")), SCRATCH_OK) << scratch_last_error();
  execute.input(rows).input(plan.result()).input(rows).input(rows);
  EXPECT_EQ(execute.run(kernels().entry("execute")), SCRATCH_INVALID_STRUCTURE);
}

TEST(Plan, ServesAnySemiring) {
  std::mt19937 random(9);
  Sparse<double> A(random, 150, 80, 6, SCRATCH_F64), B(random, 80, 140, 7, SCRATCH_F64);
  Product product(A.tensor, B.tensor);
  std::vector<double> expected(product.C.nnz, -1e9);
  auto *positions = static_cast<const int32_t *>(product.C.positions);
  auto *columns = static_cast<const int32_t *>(product.C.coordinates);
  for (int i = 0; i < 150; ++i)
    for (int p = A.positions[i]; p < A.positions[i + 1]; ++p)
      for (int q = B.positions[A.columns[p]]; q < B.positions[A.columns[p] + 1]; ++q) {
        double &sum = expected[std::lower_bound(columns + positions[i], columns + positions[i + 1], B.columns[q]) - columns];
        sum = std::max(sum, A.values[p] * B.values[q] + 1);
      }
  Call plan, execute;
  ASSERT_EQ(plan.input(product.C).input(A.tensor).input(B.tensor).run(kernels().entry("plan")), SCRATCH_OK);
  EXPECT_TRUE(hasPlaces(plan));
  execute.input(product.C).input(plan.result()).input(A.tensor).input(B.tensor);
  ASSERT_EQ(execute.run(kernels().entry("custom")), SCRATCH_OK) << scratch_last_error();
  EXPECT_EQ(execute.values<double>(), expected);
}

TEST(Plan, OfAnotherStructureIsRefused) {
  std::mt19937 random(10);
  Sparse<double> A(random, 50, 40, 5, SCRATCH_F64), B(random, 40, 400, 6, SCRATCH_F64);
  Product product(A.tensor, B.tensor);
  Call plan;
  ASSERT_EQ(plan.input(product.C).input(A.tensor).input(B.tensor).run(kernels().entry("plan")), SCRATCH_OK);
  auto with = [&](const scratch_tensor &pattern, const scratch_tensor &bytes) {
    Call call;
    call.input(pattern).input(bytes).input(A.tensor).input(B.tensor);
    scratch_status status = call.run(kernels().entry("execute"));
    return std::pair(status, std::string(status ? scratch_last_error() : ""));
  };
  EXPECT_EQ(with(product.C, plan.result()).first, SCRATCH_OK);
  for (int64_t bytes : {int64_t(0), int64_t(8), kPlain - 1, kPlain, plan.result().nnz - 1}) {
    scratch_tensor cut;
    ASSERT_EQ(scratch_wrap_dense(&cut, SCRATCH_I8, 1, &bytes, plan.result().values), SCRATCH_OK);
    auto [status, message] = with(product.C, cut);
    EXPECT_EQ(status, SCRATCH_SHAPE_MISMATCH) << bytes;
    EXPECT_NE(message.find("spgemm_execute: bytes of plan"), std::string::npos) << message;
  }
  // The pattern loses its last entry, and another stays where it is but moves.
  auto *positions = static_cast<int32_t *>(product.C.positions);
  auto *columns = static_cast<int32_t *>(product.C.coordinates);
  int32_t &last = columns[product.C.nnz - 1], before = last;
  last = (last + 1) % 400;
  auto [status, message] = with(product.C, plan.result());
  EXPECT_EQ(status, SCRATCH_INVALID_STRUCTURE);
  EXPECT_NE(message.find("structure of pattern as planned"), std::string::npos) << message;
  last = before;
  --positions[50];
  EXPECT_EQ(with(product.C, plan.result()).first, SCRATCH_INVALID_STRUCTURE);
  ++positions[50];
  EXPECT_EQ(with(product.C, plan.result()).first, SCRATCH_OK);
  ++A.columns[0];
  EXPECT_EQ(with(product.C, plan.result()).first, SCRATCH_INVALID_STRUCTURE);
}
