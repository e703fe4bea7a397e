//===- ReferenceTest.cpp - the reference against dense loops -------------===//
#include "runtime/reference/Reference.h"
#include "runtime/io/MatrixMarket.h"
#include "runtime/reference/Compare.h"
#include "runtime/reference/Semiring.h"

#include <gtest/gtest.h>
#include <optional>
#include <random>
#include <string>

using namespace scratch::reference;

namespace {

const int64_t n = 9;
using Dense = std::vector<std::optional<double>>; // n x n; empty: no entry

/// Small integers, so that all element types compute the same, and zeros.
Dense randomDense(uint64_t seed) {
  std::mt19937_64 random(seed);
  Dense m(n * n);
  for (auto &each : m)
    if (random() % 3 == 0)
      each = static_cast<double>(random() % 5) - 1;
  return m;
}

struct Sparse {
  std::vector<uint32_t> positions{0}, coordinates;
  std::vector<double> values;
  scratch_tensor tensor;
  Sparse(const Dense &m, bool csc) {
    for (int64_t major = 0; major < n; ++major) {
      for (int64_t minor = 0; minor < n; ++minor)
        if (auto &each = m[csc ? minor * n + major : major * n + minor]) {
          coordinates.push_back(static_cast<uint32_t>(minor));
          values.push_back(*each);
        }
      positions.push_back(static_cast<uint32_t>(coordinates.size()));
    }
    scratch_wrap_csr(&tensor, SCRATCH_F64, 32, n, n, positions.data(),
                     coordinates.data(), values.data());
    tensor.format = csc ? SCRATCH_FORMAT_CSC : SCRATCH_FORMAT_CSR;
  }
  Sparse(const Sparse &) = delete;
};

/// i-j-k loops over the dense picture.
Dense multiply(const Dense &a, const Dense &b, Semiring s) {
  Dense c(n * n);
  for (int64_t i = 0; i < n; ++i)
    for (int64_t j = 0; j < n; ++j)
      for (int64_t k = 0; k < n; ++k)
        if (a[i * n + k] && b[k * n + j]) {
          double term = apply(s.multiply, *a[i * n + k], *b[k * n + j]);
          auto &sum = c[i * n + j];
          sum = sum ? apply(s.add, *sum, term) : term;
        }
  return c;
}

void expectSame(const scratch_tensor &got, const Dense &want,
                const std::string &what) {
  Sparse expected(want, false);
  Comparison result = compare(got, expected.tensor, 1e-12);
  EXPECT_TRUE(result.ok) << what << ": " << result.difference;
}

const char *const semirings[] = {"plus_times", "plus_first", "plus_second",
                                 "plus_pair",  "min_plus",   "max_plus",
                                 "min_times",  "max_times",  "min_max",
                                 "or_and",     "any_pair"};

TEST(Reference, SpgemmOfEverySemiringAndMask) {
  const Dense a = randomDense(1), b = randomDense(2), m = randomDense(3);
  for (bool csc : {false, true}) {
    Sparse left(a, csc), right(b, !csc), mask(m, csc);
    for (const char *name : semirings)
      for (int kind = 0; kind < 5; ++kind) {
        Semiring semiring;
        ASSERT_TRUE(findSemiring(name, semiring));
        Product how;
        how.semiring = name;
        how.mask = kind ? &mask.tensor : nullptr;
        how.mask_by_value = kind == 2 || kind == 4;
        how.complement = kind > 2;
        Dense want = multiply(a, b, semiring);
        for (int64_t k = 0; how.mask && k < n * n; ++k) {
          bool inside = m[k] && (!how.mask_by_value || *m[k] != 0);
          if (inside == how.complement)
            want[k].reset();
        }
        scratch_tensor got;
        ASSERT_EQ(spgemm(left.tensor, right.tensor, how, &got), SCRATCH_OK)
            << scratch_last_error();
        expectSame(got, want,
                   std::string(name) + " mask " + std::to_string(kind));
        scratch_tensor_free(&got);
      }
  }
}

TEST(Reference, SpmmSpmvAndSddmmAgreeWithSpgemmOnFullMatrices) {
  const Dense a = randomDense(4);
  Dense full(n * n);
  std::vector<double> values;
  for (int64_t k = 0; k < n * n; ++k)
    full[k] = values.emplace_back(static_cast<double>(k % 7) - 3);
  Sparse left(a, false);
  int64_t shape[] = {n, n};
  scratch_tensor x, y, got;
  scratch_wrap_dense(&x, SCRATCH_F64, 2, shape, values.data());
  const Dense want = multiply(a, full, {Operator::plus, Operator::times});
  ASSERT_EQ(spmm(left.tensor, x, {}, &got), SCRATCH_OK) << scratch_last_error();
  for (int64_t k = 0; k < n * n; ++k)
    EXPECT_EQ(static_cast<double *>(got.values)[k], want[k].value_or(0));
  scratch_tensor_free(&got);

  std::vector<double> ones(n, 1), ten(n, 10);
  scratch_wrap_dense(&y, SCRATCH_F64, 1, shape, ones.data());
  scratch_tensor init;
  scratch_wrap_dense(&init, SCRATCH_F64, 1, shape, ten.data());
  Product how;
  how.init = &init;
  ASSERT_EQ(spmv(left.tensor, y, how, &got), SCRATCH_OK)
      << scratch_last_error();
  for (int64_t i = 0; i < n; ++i) {
    double sum = 10;
    for (int64_t k = 0; k < n; ++k)
      sum += a[i * n + k].value_or(0);
    EXPECT_EQ(static_cast<double *>(got.values)[i], sum);
  }
  scratch_tensor_free(&got);

  Dense sampled = multiply(full, full, {Operator::plus, Operator::times});
  for (int64_t k = 0; k < n * n; ++k)
    sampled[k] =
        a[k] ? std::optional<double>(*a[k] * *sampled[k]) : std::nullopt;
  ASSERT_EQ(sddmm(left.tensor, x, x, {}, &got), SCRATCH_OK)
      << scratch_last_error();
  expectSame(got, sampled, "sddmm");
  scratch_tensor_free(&got);
}

TEST(Reference, AbsentRowsOfADenseResultHoldTheIdentity) {
  Sparse none(Dense(n * n), false);
  std::vector<double> ones(n, 1);
  scratch_tensor x, got;
  scratch_wrap_dense(&x, SCRATCH_F64, 1, &n, ones.data());
  Product how;
  how.semiring = "min_plus";
  ASSERT_EQ(spmv(none.tensor, x, how, &got), SCRATCH_OK);
  EXPECT_EQ(static_cast<double *>(got.values)[0], realIdentity(Operator::min));
  scratch_tensor_free(&got);
}

TEST(Reference, OperandsAreChecked) {
  Sparse a(randomDense(1), false);
  scratch_tensor small = a.tensor, got;
  small.shape[1] = n + 1;
  EXPECT_EQ(spgemm(small, a.tensor, {}, &got), SCRATCH_SHAPE_MISMATCH);
  EXPECT_STREQ(scratch_last_error(),
               "reference: found 9 rows of the right operand, expected 10");
  Product how;
  how.semiring = "plus_minus";
  EXPECT_EQ(spgemm(a.tensor, a.tensor, how, &got), SCRATCH_UNSUPPORTED);
  EXPECT_STREQ(
      scratch_last_error(),
      "reference: found semiring 'plus_minus', expected a built-in one");
  EXPECT_EQ(spmm(a.tensor, a.tensor, {}, &got), SCRATCH_TYPE_MISMATCH);
  EXPECT_STREQ(scratch_last_error(), "reference: found sparse right operand of "
                                     "rank 2, expected a dense one of rank 2");
}

TEST(Reference, BundledMatrixSquaredHasTheProductsItCounts) {
  scratch_tensor a, got, magnitude;
  ASSERT_EQ(scratch_mtx_read(SCRATCH_TEST_INPUTS "/cora_graph.mtx.gz",
                             SCRATCH_I64, 32, nullptr, &a),
            SCRATCH_OK);
  Product how;
  how.semiring = "plus_pair";
  how.magnitude = &magnitude;
  ASSERT_EQ(spgemm(a, a, how, &got), SCRATCH_OK);
  int64_t sum = 0;
  for (int64_t k = 0; k < got.nnz; ++k)
    sum += static_cast<int64_t *>(got.values)[k];
  EXPECT_EQ(sum, countProducts(a, a));
  EXPECT_EQ(magnitude.nnz, got.nnz);
  scratch_tensor_free(&a), scratch_tensor_free(&got),
      scratch_tensor_free(&magnitude);
}

} // namespace
