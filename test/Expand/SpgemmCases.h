//===- SpgemmCases.h - kernels, matrices and comparisons for SpGEMM -*- C++ -*-===//
#ifndef SCRATCH_TEST_EXPAND_SPGEMMCASES_H
#define SCRATCH_TEST_EXPAND_SPGEMMCASES_H

#include "runtime/abi/scratch.h"

#include "gtest/gtest.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <random>
#include <string>
#include <vector>

namespace scratch::test {

/// The entry point `multiply`: C = A * B.
struct Kernel {
  std::string semiring, element;
  bool unordered = false; ///< columns of B's rows
  std::string reference = semiring; ///< the same, by the name of a built-in one

  std::string text(int bits) const {
    std::string widths = ", posWidth = " + std::to_string(bits) + ", crdWidth = " + std::to_string(bits);
    std::string type = "tensor<?x?x" + element + ", #CSR>";
    std::string right = unordered ? "tensor<?x?x" + element + ", #Mixed>" : type;
    bool custom = semiring == "custom";
    std::string identity = custom ? " {identity = 0xFFF0000000000000 : f64}" : "";
    std::string e = element, regions;
    if (custom)
      regions = "\nmultiply { ^bb0(%x: " + e + ", %y: " + e + "): %p = arith.addf %x, %y : " + e +
                " scratch.yield %p : " + e + " }\nadd { ^bb0(%x: " + e + ", %y: " + e +
                "): %s = arith.maximumf %x, %y : " + e + " scratch.yield %s : " + e + " }";
    return "#CSR = #sparse_tensor.encoding<{map = (i, j) -> (i : dense, j : compressed)" + widths +
           "}>\n#Mixed = #sparse_tensor.encoding<{map = (i, j) -> (i : dense, j : "
           "compressed(nonordered))" + widths + "}>\nfunc.func @multiply(%a: " + type + ", %b: " +
           right + ") -> " + type + " {\n%c = scratch.spgemm %a, %b semiring<" + semiring + ">" +
           identity + " : " + type + ", " + right + " -> " + type + regions + "\nreturn %c : " +
           type + "\n}\n";
  }
};

/// Entries per row are drawn up to a bound; every third row is empty.
struct Shape {
  const char *name;
  int64_t rows, inner, columns;
  int left, right; ///< most entries of a row
  bool special = false;
};

inline std::vector<Shape> awkwardShapes() {
  return {{"copies and merges", 60, 40, 300, 2, 40}, {"lists of all lengths", 200, 90, 70000, 9, 9},
          {"lists and longer", 80, 60, 500, 12, 12}, {"one row", 1, 50, 90, 7, 9},
          {"one column", 50, 20, 1, 4, 1},           {"no columns", 5, 4, 0, 2, 0},
          {"no rows", 0, 4, 5, 0, 2},                {"nothing stored", 9, 9, 9, 0, 0}};
}
/// NaN, infinities, zeros of both signs among the values.
inline Shape specialShape() { return {"special values", 90, 40, 60, 5, 9, true}; }

template <typename T> constexpr scratch_element elementOf();
template <> constexpr scratch_element elementOf<double>() { return SCRATCH_F64; }
template <> constexpr scratch_element elementOf<float>() { return SCRATCH_F32; }
template <> constexpr scratch_element elementOf<int32_t>() { return SCRATCH_I32; }
template <> constexpr scratch_element elementOf<int8_t>() { return SCRATCH_I8; }

template <typename T, typename I> struct Matrix {
  Matrix(int64_t rows, int64_t columns, const Shape &shape, int most, unsigned seed)
      : random(seed), positions{0} {
    const double special[] = {NAN, INFINITY, -INFINITY, 0.0, -0.0};
    for (int64_t row = 0; row < rows; ++row) {
      int64_t wanted = row % 3 == 2 ? 0 : draw(0, std::min<int64_t>(most, columns));
      std::vector<I> chosen;
      for (int64_t column = 0, left = columns; wanted > 0; ++column, --left)
        if (draw(1, left) <= wanted)
          chosen.push_back(column), --wanted;
      for (I column : chosen) {
        coordinates.push_back(column);
        bool odd = shape.special && draw(0, 3) == 0;
        // Halves: sums are exact, so that orders of addition do not matter.
        double value = odd ? special[draw(0, 4)] : draw(-6, 6) / (std::is_integral_v<T> ? 1.0 : 2.0);
        values.push_back(elementOf<T>() == SCRATCH_I8 ? T(value > 0) : T(value));
      }
      positions.push_back(coordinates.size());
    }
    scratch_wrap_csr(&tensor, elementOf<T>(), sizeof(I) * 8, rows, columns, positions.data(),
                     coordinates.data(), values.data());
  }

  /// Turns the order of every row around.
  void reverse() {
    for (size_t row = 0; row + 1 < positions.size(); ++row) {
      std::reverse(coordinates.begin() + positions[row], coordinates.begin() + positions[row + 1]);
      std::reverse(values.begin() + positions[row], values.begin() + positions[row + 1]);
    }
  }

  int64_t draw(int64_t low, int64_t high) {
    return std::uniform_int_distribution<int64_t>(low, high)(random);
  }
  std::mt19937 random;
  std::vector<I> positions, coordinates;
  std::vector<T> values;
  scratch_tensor tensor{};
};

template <typename T, typename I>
void expectSameBytes(const scratch_tensor &one, const scratch_tensor &other) {
  ASSERT_EQ(one.nnz, other.nnz);
  EXPECT_EQ(memcmp(one.positions, other.positions, (one.shape[0] + 1) * sizeof(I)), 0);
  EXPECT_EQ(memcmp(one.coordinates, other.coordinates, one.nnz * sizeof(I)), 0);
  EXPECT_EQ(memcmp(one.values, other.values, one.nnz * sizeof(T)), 0);
}

/// The same pattern, and values that are equal or NaN alike.
template <typename T, typename I>
void expectEqual(const scratch_tensor &found, const scratch_tensor &expected) {
  ASSERT_EQ(found.nnz, expected.nnz);
  EXPECT_EQ(memcmp(found.positions, expected.positions, (found.shape[0] + 1) * sizeof(I)), 0);
  EXPECT_EQ(memcmp(found.coordinates, expected.coordinates, found.nnz * sizeof(I)), 0);
  const T *a = static_cast<const T *>(found.values), *b = static_cast<const T *>(expected.values);
  for (int64_t i = 0; i < found.nnz; ++i)
    ASSERT_TRUE(a[i] == b[i] || (a[i] != a[i] && b[i] != b[i])) << "entry " << i << ": " << a[i] << " for " << b[i];
}

} // namespace scratch::test
#endif // SCRATCH_TEST_EXPAND_SPGEMMCASES_H
