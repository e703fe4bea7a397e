//===- PackedTest.cpp - packed weights against masked dense, in double ----===//
#include "runtime/reference/Pruning.h"
#include "test/Expand/Compiled.h"

#include "gtest/gtest.h"

#include <cmath>
#include <random>

using namespace scratch;
using namespace scratch::test;
using namespace scratch::reference;

namespace {
struct Format {
  std::string name, packing, mask;
  std::vector<const char *> parts;
  int64_t n = 0, m = 1, height = 1, width = 1;
};
const Format kFormats[] = {
    {"csr", "csr", "", {"i32", "i32", ""}},
    {"panel", "block, 4, 1", ", block(4x1)", {"i32", "i32", ""}, 0, 1, 4, 1},
    {"square", "block, 4, 4", ", block(4x4)", {"i32", "i32", ""}, 0, 1, 4, 4},
    // Around a mask of entries: what it drops inside a stored block is zero.
    {"tall", "block, 3, 2", "", {"i32", "i32", ""}},
    {"two_of_four", "n_m, 2, 4", ", n_m(2:4), exact(2:4)", {"i8", ""}, 2, 4},
    {"one_of_eight", "n_m, 1, 8", ", n_m(1:8), exact(1:8)", {"i8", ""}, 1, 8},
    {"bitmap", "bitmap", "", {"i32", "i8", ""}},
    {"delta", "delta", "", {"i32", "i8", ""}},
    {"fixed", "fixed, 5", ", row_nnz(5)", {"i32", ""}, 5, 0}}; // of every row

/// Packs in one function and multiplies in another: parts cross the interface.
std::string functions(const Format &f, const std::string &type) {
  std::string list, tuple, arguments, names, mask = "!scratch.mask<?x?" + f.mask + ">";
  for (auto [i, part] : llvm::enumerate(f.parts)) {
    std::string one = "tensor<?x" + (*part ? std::string(part) : type) + ">";
    list += (i ? ", " : "") + one;
    arguments += "%p" + std::to_string(i) + ": " + one + ", ";
    names += (i ? ", %p" : "%p") + std::to_string(i);
  }
  std::string w = "tensor<?x?x" + type + ">", v = "tensor<?x" + type + ">";
  std::string count = std::to_string(f.parts.size()), results;
  for (size_t i = 0; i < f.parts.size(); ++i)
    results += (i ? ", %p#" : "%p#") + std::to_string(i);
  std::string make = !f.n ? "magnitude %W keep %t" : f.m ? "n_m %W" : "top_k %W";
  std::string matmul = "scratch.packed_matmul <" + f.packing + ">(" + names + "), %X into %Y";
  return "func.func @pack_" + f.name + "(%W: " + w + ", %t: f64) -> (" + list + ") {\n  %M = scratch.mask." +
         make + " : " + w + " -> " + mask + "\n  %p:" + count + " = scratch.pack %W, %M as <" +
         f.packing + "> : " + w + ", " + mask + " -> " + list + "\n  return " + results + " : " +
         list + "\n}\n" + "func.func @multiply_" + f.name + "(" + arguments + "%X: " + w + ", %Y: " + w +
         ", %b: " + v + ") -> " + w + " {\n  %r = " + matmul + " bias(%b) relu : (" + list + "), " +
         w + " -> " + w + ", " + v + "\n  return %r : " + w + "\n}\n" + "func.func @vector_" + f.name +
         "(" + arguments + "%X: " + v + ", %Y: " + v + ") -> " + v + " {\n  %r = " + matmul + " : (" +
         list + "), " + v + " -> " + v + "\n  return %r : " + v + "\n}\n";
}

template <typename T> struct PackedTest : testing::Test {
  static constexpr bool kDouble = sizeof(T) == 8;
  static constexpr scratch_element kElement = kDouble ? SCRATCH_F64 : SCRATCH_F32;
  static std::string text() {
    std::string all;
    for (const Format &f : kFormats)
      all += functions(f, kDouble ? "f64" : "f32");
    return all;
  }
  static const Compiled &native() {
    static const Compiled compiled(text());
    return compiled;
  }
  virtual const Compiled &kernels() { return native(); }
  std::vector<T> numbers(int64_t count) {
    std::vector<T> all(count);
    for (T &x : all)
      x = static_cast<T>(std::normal_distribution<double>()(random));
    return all;
  }
  /// The masked dense product in double, and the sum of magnitudes behind it.
  void check(const Format &f, int64_t m, int64_t k, int64_t n, double keep, bool vector) {
    std::vector<T> w = numbers(m * k), x = numbers(k * n), y = numbers(m * n), bias = numbers(m);
    std::vector<double> wide(w.begin(), w.end());
    Units units{m, k, f.height, f.width};
    auto score = scores(wide, {}, units, false);
    int64_t count = score.size();
    Kept kept = entriesOf(f.n ? keepLargest(score, f.m ? f.m : k, f.n)
                              : keepLargest(score, count, countToKeep(keep, count)),
                          units);
    Call pack;
    pack.template dense<T>(kElement, {m, k}, w).f64(keep);
    ASSERT_EQ(pack.run(kernels().entry("pack_" + f.name), f.parts.size()), SCRATCH_OK)
        << scratch_last_error();
    Call multiply;
    for (size_t i = 0; i < f.parts.size(); ++i)
      multiply.input(pack.result(i));
    if (vector)
      multiply.template dense<T>(kElement, {k}, x).template dense<T>(kElement, {m}, y);
    else
      multiply.template dense<T>(kElement, {k, n}, x)
          .template dense<T>(kElement, {m, n}, y)
          .template dense<T>(kElement, {m}, bias);
    ASSERT_EQ(multiply.run(kernels().entry((vector ? "vector_" : "multiply_") + f.name)),
              SCRATCH_OK)
        << scratch_last_error();
    auto got = multiply.template values<T>();
    ASSERT_EQ(int64_t(got.size()), m * n);
    const double unit = kDouble ? 0x1p-53 : 0x1p-24;
    for (int64_t i = 0; i < m; ++i)
      for (int64_t j = 0; j < n; ++j) {
        double want = y[i * n + j] + (vector ? 0.0 : bias[i]), size = std::fabs(want) + 1;
        for (int64_t c = 0; c < k; ++c)
          if (kept[i * k + c]) {
            double term = double(w[i * k + c]) * x[c * n + j];
            want += term, size += std::fabs(term);
          }
        if (!vector)
          want = std::max(want, 0.0);
        ASSERT_NEAR(got[i * n + j], want, unit * (k + 4) * size) << i << ", " << j;
      }
  }
  std::mt19937 random{31};
};
using Elements = testing::Types<double, float>;
TYPED_TEST_SUITE(PackedTest, Elements);
} // namespace

TYPED_TEST(PackedTest, EveryFormatComputesTheMaskedDenseProduct) {
  // The deep ones take several pieces of the depth, with samples copied and in place.
  const int64_t shapes[][3] = {{1, 8, 1},     {5, 24, 3},     {6, 40, 2},     {13, 40, 8}, {7, 72, 5},
                               {9, 56, 37},   {33, 72, 131},  {70, 1032, 17}, {17, 1032, 67},
                               {17, 1032, 64}};
  for (auto [m, k, n] : shapes)
    for (double keep : {0.0, 0.01, 0.5, 1.0})
      for (const Format &f : kFormats) {
        // Odd depths where the format allows them.
        int64_t depth = f.n ? k : k - 3;
        SCOPED_TRACE(testing::Message()
                     << f.name << " " << m << "x" << depth << "x" << n << " keep " << keep);
        this->check(f, m, depth, n, keep, false);
        this->check(f, m, depth, 1, keep, true);
      }
}

namespace {
/// Code for a processor whose vectors have 256 bits.
struct PackedForAvx2Test : PackedTest<float> {
  const Compiled &kernels() override {
    static const Compiled compiled = [] {
      CompileOptions options;
      options.cpu = "x86-64-v3";
      return Compiled(text(), options);
    }();
    return compiled;
  }
};
using PackedFloatTest = PackedTest<float>;
} // namespace

TEST_F(PackedForAvx2Test, EveryFormatComputesTheMaskedDenseProduct) {
  for (int64_t n : {1, 2, 3, 8, 21})
    for (const Format &f : kFormats) {
      SCOPED_TRACE(testing::Message() << f.name << " samples " << n);
      check(f, 9, 136, n, 0.4, false);
      check(f, 9, 136, 1, 0.4, true);
    }
}

TEST_F(PackedForAvx2Test, TilesOfEveryWidthAndPiecesOfTheDepth) {
  // Five, six and seven vectors are left over behind a whole tile.
  for (int64_t n : {49, 104, 110, 117})
    for (double keep : {0.02, 0.6})
      for (const Format &f : kFormats) {
        SCOPED_TRACE(testing::Message() << f.name << " samples " << n << " keep " << keep);
        check(f, 5, 1032, n, keep, false);
      }
}

TEST_F(PackedForAvx2Test, DeltasOfRowsOfUnequalLengths) {
  // Distances that take fillers, rows of less than a run, of less than a group, of several.
  for (double keep : {0.001, 0.01, 0.05, 0.5})
    for (int64_t rows : {1, 3, 10}) {
      SCOPED_TRACE(testing::Message() << rows << " rows, keep " << keep);
      check(kFormats[7], rows, 2053, 1, keep, true);
    }
}

TEST_F(PackedFloatTest, DeltasSpanWindowsOrNot) {
  // Runs of 16 entries that mostly, partly and never span 64 columns; rows of
  // unequal lengths; some with fewer than a group, or none.
  for (double keep : {0.001, 0.03, 0.2, 0.33, 0.6})
    for (int64_t rows : {1, 2, 7, 70}) {
      SCOPED_TRACE(testing::Message() << rows << " rows, keep " << keep);
      check(kFormats[7], rows, 2053, 1, keep, true);
      check(kFormats[7], rows, 2053, 1, keep, false);
    }
}

TYPED_TEST(PackedTest, PartsOfAnotherShapeAreAStatus) {
  std::vector<TypeParam> w = this->numbers(64), x = this->numbers(16), y = this->numbers(16);
  for (const Format &f : kFormats) {
    Call pack, multiply;
    pack.template dense<TypeParam>(this->kElement, {8, 8}, w).f64(0.5);
    ASSERT_EQ(pack.run(this->kernels().entry("pack_" + f.name), f.parts.size()), SCRATCH_OK);
    for (size_t i = 0; i < f.parts.size(); ++i)
      multiply.input(pack.result(i));
    multiply.template dense<TypeParam>(this->kElement, {8}, x)
        .template dense<TypeParam>(this->kElement, {16}, y);
    EXPECT_EQ(multiply.run(this->kernels().entry("vector_" + f.name)), SCRATCH_SHAPE_MISMATCH);
  }
}
