//===- KnownRowsTest.cpp - products on a structure known before -----------===//
//
// Rows of one to some eighty columns, known by a fingerprint: in lanes where the machine intersects
// vectors, in a window elsewhere; known by a plan: in lanes, or where the plan says. Small whole numbers: every sum is exact, so results are compared bit by bit.
//
//===----------------------------------------------------------------------===//
#include "test/Expand/SparseInputs.h"

#include "runtime/reference/Reference.h"

#include "gtest/gtest.h"

using namespace scratch;
using namespace scratch::test;

namespace {
struct Arithmetic {
  const char *semiring, *type;
};
const Arithmetic kArithmetics[] = {{"plus_times", "f64"}, {"plus_times", "f32"}, {"min_plus", "f64"},
                                   {"max_times", "f32"}, {"plus_second", "f64"}, {"plus_times", "i32"}, {"plus_pair", "i32"},
                                   {"any_pair", "i32"}};

std::string nameOf(const Arithmetic &a) { return std::string(a.semiring) + a.type; }

/// $T: a matrix, $N: which semiring and type, $S: the semiring.
const char *const kText = R"(
func.func @fingerprint$N(%P: $T, %A: $T, %B: $T) -> tensor<8xi64> {
  %key = scratch.fingerprint %A, %B : $T, $T -> tensor<8xi64>
  return %key : tensor<8xi64>
}
func.func @execute_fingerprint$N(%P: $T, %key: tensor<8xi64>, %A: $T, %B: $T) -> $T {
  %C = scratch.spgemm_execute %P, %key, %A, %B semiring<$S> : $T, tensor<8xi64>, $T, $T -> $T
  return %C : $T
}
func.func @plan$N(%P: $T, %A: $T, %B: $T) -> tensor<?xi8> {
  %plan = scratch.spgemm_plan %P, %A, %B : $T, $T, $T -> tensor<?xi8>
  return %plan : tensor<?xi8>
}
func.func @execute_plan$N(%P: $T, %plan: tensor<?xi8>, %A: $T, %B: $T) -> $T {
  %C = scratch.spgemm_execute %P, %plan, %A, %B semiring<$S> : $T, tensor<?xi8>, $T, $T -> $T
  return %C : $T
}
)";

const Compiled &kernels() {
  static const Compiled compiled([] {
    std::string text = kEncoding;
    for (const Arithmetic &a : kArithmetics) {
      std::string one = kText;
      for (auto [name, meaning] : {std::pair<const char *, std::string>{"$T", matrixType(a.type)},
                                   {"$N", nameOf(a)}, {"$S", a.semiring}})
        for (size_t at; (at = one.find(name)) != std::string::npos;)
          one.replace(at, 2, meaning);
      text += one;
    }
    return text;
  }());
  return compiled;
}

/// The whole product, or what falls on entries of a mask, on the pattern of the result.
template <typename T>
void compare(const Arithmetic &a, scratch_element element, bool masked, const std::string &key) {
  SCOPED_TRACE(nameOf(a) + (masked ? " masked by " : " by ") + key);
  std::mt19937 random(23);
  Sparse<T> A(random, 240, 60, 14, element), B(random, 60, 400, 12, element);
  Sparse<T> M(random, 240, 400, 90, element);
  reference::Product how;
  how.semiring = a.semiring;
  how.mask = masked ? &M.tensor : nullptr;
  scratch_tensor expected;
  ASSERT_EQ(reference::spgemm(A.tensor, B.tensor, how, &expected), SCRATCH_OK);
  Call plan;
  plan.input(expected).input(A.tensor).input(B.tensor);
  ASSERT_EQ(plan.run(kernels().entry(key + nameOf(a))), SCRATCH_OK);
  for (int threads : {1, 2}) {
    Call execute(threads);
    execute.input(expected).input(plan.result()).input(A.tensor).input(B.tensor);
    ASSERT_EQ(execute.run(kernels().entry("execute_" + key + nameOf(a))), SCRATCH_OK) << scratch_last_error();
    expectEqual<T>(execute.result(), expected);
  }
  scratch_tensor_free(&expected);
}
} // namespace

TEST(KnownRows, OfEveryLengthAndSemiringAgreeWithTheReference) {
  for (const Arithmetic &a : kArithmetics)
    for (bool masked : {false, true})
      for (const char *key : {"fingerprint", "plan"}) {
        if (std::string(a.type) == "f64")
          compare<double>(a, SCRATCH_F64, masked, key);
        else if (std::string(a.type) == "f32")
          compare<float>(a, SCRATCH_F32, masked, key);
        else
          compare<int32_t>(a, SCRATCH_I32, masked, key);
      }
}

// Entries that no product reaches hold the identity.
TEST(KnownRows, UnreachedEntriesHoldTheIdentity) {
  std::mt19937 random(5);
  Sparse<double> A(random, 30, 20, 4, SCRATCH_F64), B(random, 20, 50, 3, SCRATCH_F64);
  Sparse<double> P(random, 30, 50, 40, SCRATCH_F64);
  reference::Product how;
  how.mask = &P.tensor;
  scratch_tensor some;
  ASSERT_EQ(reference::spgemm(A.tensor, B.tensor, how, &some), SCRATCH_OK);
  Call plan, execute;
  plan.input(P.tensor).input(A.tensor).input(B.tensor);
  ASSERT_EQ(plan.run(kernels().entry("fingerprintplus_timesf64")), SCRATCH_OK);
  execute.input(P.tensor).input(plan.result()).input(A.tensor).input(B.tensor);
  ASSERT_EQ(execute.run(kernels().entry("execute_fingerprintplus_timesf64")), SCRATCH_OK) << scratch_last_error();
  std::vector<double> expected(P.columns.size(), 0.0);
  auto *positions = static_cast<const int32_t *>(some.positions);
  auto *columns = static_cast<const int32_t *>(some.coordinates);
  for (int64_t row = 0; row < 30; ++row)
    for (int32_t p = positions[row]; p < positions[row + 1]; ++p) {
      auto first = P.columns.begin() + P.positions[row], last = P.columns.begin() + P.positions[row + 1];
      expected[std::lower_bound(first, last, columns[p]) - P.columns.begin()] =
          static_cast<const double *>(some.values)[p];
    }
  EXPECT_EQ(execute.values<double>(), expected);
  scratch_tensor_free(&some);
}
