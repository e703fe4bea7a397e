//===- SparseInputs.h - random sparse matrices for kernels ------*- C++ -*-===//
#ifndef SCRATCH_TEST_EXPAND_SPARSEINPUTS_H
#define SCRATCH_TEST_EXPAND_SPARSEINPUTS_H

#include "test/Expand/Compiled.h"

#include "gtest/gtest.h"

#include <numeric>
#include <random>

namespace scratch::test {

inline const std::string kEncoding =
    "#CSR = #sparse_tensor.encoding<{ map = (i, j) -> (i : dense, j : compressed), "
    "posWidth = 32, crdWidth = 32 }>\n";

inline std::string matrixType(const std::string &element) {
  return "tensor<?x?x" + element + ", #CSR>";
}

/// Extents of A, B and the result, and the entries that their rows have at most.
struct Shape {
  int64_t rows, inner, columns, left, right, mask;
};

/// A matrix with 0 to `most` entries per row, whole numbers from -2 to 3; zeros are
/// entries too.
template <typename T> struct Sparse {
  std::vector<int32_t> positions, columns;
  std::vector<T> values;
  scratch_tensor tensor;

  Sparse(std::mt19937 &random, int64_t rows, int64_t cols, int64_t most, scratch_element element) {
    positions.push_back(0);
    std::vector<int32_t> all(cols);
    std::iota(all.begin(), all.end(), 0);
    for (int64_t i = 0; i < rows; ++i) {
      std::shuffle(all.begin(), all.end(), random);
      // Rows are long, short and empty in turn.
      int64_t count = std::min<int64_t>(cols, i % 3 == 0 ? most : random() % (most + 1));
      std::sort(all.begin(), all.begin() + count);
      columns.insert(columns.end(), all.begin(), all.begin() + count);
      for (int64_t k = 0; k < count; ++k)
        values.push_back(element == SCRATCH_I8 ? T(random() % 2) : T(int(random() % 6) - 2));
      positions.push_back(columns.size());
    }
    EXPECT_EQ(scratch_wrap_csr(&tensor, element, 32, rows, cols, positions.data(), columns.data(),
                               values.data()),
              SCRATCH_OK);
  }
  Sparse(const Sparse &) = delete;
};

template <typename T> void expectEqual(const scratch_tensor &found, const scratch_tensor &expected) {
  ASSERT_EQ(found.nnz, expected.nnz);
  ASSERT_EQ(found.shape[0], expected.shape[0]);
  ASSERT_EQ(found.shape[1], expected.shape[1]);
  auto same = [](const auto *a, const void *b, int64_t count) {
    return std::equal(a, a + count, static_cast<decltype(a)>(b));
  };
  EXPECT_TRUE(same(static_cast<const int32_t *>(found.positions), expected.positions,
                   found.shape[0] + 1));
  EXPECT_TRUE(same(static_cast<const int32_t *>(found.coordinates), expected.coordinates, found.nnz));
  EXPECT_TRUE(same(static_cast<const T *>(found.values), expected.values, found.nnz));
}

} // namespace scratch::test
#endif // SCRATCH_TEST_EXPAND_SPARSEINPUTS_H
