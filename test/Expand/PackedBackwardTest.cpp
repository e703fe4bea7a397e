//===- PackedBackwardTest.cpp - gradients through packed weights ----------===//
//
// transpose(W) * dy and the gradient of the stored entries, of a masked W, against
// plain loops in double; and parts that no pack made.
//===----------------------------------------------------------------------===//
#include "test/Expand/Compiled.h"

#include "gtest/gtest.h"

#include <random>

using namespace scratch;
using namespace scratch::test;

namespace {
struct Format {
  const char *name, *packing, *mask, *make;
  std::vector<const char *> parts;
};
const Format kFormats[] = {{"csr", "csr", "", "magnitude %W keep %t", {"i32", "i32", "f64"}},
                           {"block", "block, 4, 2", "", "magnitude %W keep %t", {"i32", "i32", "f64"}},
                           {"groups", "n_m, 2, 4", ", n_m(2:4), exact(2:4)", "n_m %W", {"i8", "f64"}},
                           {"bitmap", "bitmap", "", "magnitude %W keep %t", {"i32", "i8", "f64"}},
                           {"delta", "delta", "", "magnitude %W keep %t", {"i32", "i8", "f64"}},
                           {"fixed", "fixed, 3", ", row_nnz(3)", "top_k %W", {"i32", "f64"}}};

std::string function(const Format &f) {
  std::string list, names, arguments, results, matrix = "tensor<?x?xf64>", mask = std::string("!scratch.mask<?x?") + f.mask + ">";
  for (auto [i, part] : llvm::enumerate(f.parts)) {
    std::string one = std::string("tensor<?x") + part + ">", n = std::to_string(i);
    list += (i ? ", " : "") + one;
    arguments += (i ? ", %p" : "%p") + n + ": " + one;
    names += (i ? ", %p" : "%p") + n;
    results += (i ? ", %p#" : "%p#") + n;
  }
  std::string text = std::string("func.func @pack_") + f.name + "(%W: " + matrix + ", %t: f64) -> (" + list + ", " + matrix + ") {\n  %M = scratch.mask." + f.make + " : " +
                     matrix + " -> " + mask + "\n  %A = scratch.mask.apply %W, %M : " + matrix + ", " + mask + "\n  %p:" + std::to_string(f.parts.size()) +
                     " = scratch.pack %W, %M as <" + f.packing + "> : " + matrix + ", " + mask + " -> " + list + "\n  return " + results + ", %A : " + list + ", " + matrix + "\n}\n";
  text += std::string("func.func @back_") + f.name + "(" + arguments + ", %dY: " + matrix + ", %Z: " + matrix + ") -> " + matrix + " {\n  %r = scratch.packed_matmul <" + f.packing + ">(" +
          names + ") transposed, %dY into %Z : (" + list + "), " + matrix + " -> " + matrix + "\n  return %r : " + matrix + "\n}\n";
  if (std::string(f.name) == "delta")
    return text;
  return text + "func.func @gradient_" + f.name + "(" + arguments + ", %dY: " + matrix + ", %X: " + matrix + ") -> tensor<?xf64> {\n  %g = scratch.packed_gradient <" + f.packing + ">(" +
         names + "), %dY, %X : (" + list + "), " + matrix + ", " + matrix + " -> tensor<?xf64>\n  return %g : tensor<?xf64>\n}\n";
}

struct PackedBackwardTest : testing::Test {
  static const Compiled &kernels() {
    static const Compiled compiled([] {
      std::string all;
      for (const Format &f : kFormats)
        all += function(f);
      return all;
    }());
    return compiled;
  }
  /// Small integers: sums are exact in any order.
  std::vector<double> numbers(int64_t count) {
    std::vector<double> all(count);
    for (double &x : all)
      x = double(1 + random() % 7) * (random() % 2 ? 1 : -1);
    return all;
  }
  std::mt19937 random{77};
};
} // namespace

TEST_F(PackedBackwardTest, TransposedProductsAndGradientsAreThoseOfMaskedDenseWeights) {
  for (auto [m, k, n] : {std::tuple<int64_t, int64_t, int64_t>{1, 4, 1}, {13, 40, 9}, {33, 24, 37}, {70, 264, 18}})
    for (const Format &f : kFormats) {
      SCOPED_TRACE(testing::Message() << f.name << " " << m << "x" << k << "x" << n);
      std::vector<double> w = numbers(m * k), x = numbers(k * n), dy = numbers(m * n), z = numbers(k * n);
      Call pack;
      ASSERT_EQ(pack.dense(SCRATCH_F64, {m, k}, w).f64(0.3).run(kernels().entry(std::string("pack_") + f.name), f.parts.size() + 1), SCRATCH_OK);
      std::vector<double> masked = pack.values<double>(f.parts.size());
      Call back;
      for (size_t i = 0; i < f.parts.size(); ++i)
        back.input(pack.result(i));
      ASSERT_EQ(back.dense(SCRATCH_F64, {m, n}, dy).dense(SCRATCH_F64, {k, n}, z).run(kernels().entry(std::string("back_") + f.name)), SCRATCH_OK) << scratch_last_error();
      std::vector<double> got = back.values<double>(), want = z;
      for (int64_t i = 0; i < m; ++i)
        for (int64_t c = 0; c < k; ++c)
          for (int64_t s = 0; s < n; ++s)
            want[c * n + s] += masked[i * k + c] * dy[i * n + s];
      EXPECT_EQ(got, want);
      if (std::string(f.name) == "delta")
        continue;
      // One step with the gradient: y changes by what the dense step changes it.
      Call gradient;
      for (size_t i = 0; i < f.parts.size(); ++i)
        gradient.input(pack.result(i));
      ASSERT_EQ(gradient.dense(SCRATCH_F64, {m, n}, dy).dense(SCRATCH_F64, {k, n}, x).run(kernels().entry(std::string("gradient_") + f.name)), SCRATCH_OK) << scratch_last_error();
      // Sum of gradients times values: of dense dW times masked W.
      std::vector<double> g = gradient.values<double>(), values = pack.values<double>(f.parts.size() - 1);
      ASSERT_EQ(g.size(), values.size());
      double packed = 0, dense = 0;
      for (size_t p = 0; p < g.size(); ++p)
        packed += g[p] * values[p] * double(1 + int(std::abs(values[p])));
      for (int64_t i = 0; i < m; ++i)
        for (int64_t c = 0; c < k; ++c) {
          double dw = 0;
          for (int64_t s = 0; s < n; ++s)
            dw += dy[i * n + s] * x[c * n + s];
          dense += dw * masked[i * k + c] * double(1 + int(std::abs(masked[i * k + c])));
        }
      EXPECT_EQ(packed, dense);
    }
}

TEST_F(PackedBackwardTest, CoordinatesThatLeaveTheMatrixAreAStatus) {
  std::vector<double> values(20, 1.0), dy(2, 1.0), z(4, 0.0);
  auto run = [&](const char *name, std::vector<int32_t> positions, auto places, scratch_element type) {
    Call call;
    if (!positions.empty())
      call.dense(SCRATCH_I32, {int64_t(positions.size())}, positions);
    call.dense(type, {int64_t(places.size())}, places);
    std::vector<double> held(values.begin(), values.begin() + (std::string(name) == "bitmap" ? 20 : places.size()));
    call.dense(SCRATCH_F64, {int64_t(held.size())}, held).dense(SCRATCH_F64, {2, 1}, dy).dense(SCRATCH_F64, {4, 1}, z);
    return call.run(kernels().entry(std::string("back_") + name));
  };
  using Words = std::vector<int32_t>;
  using Bytes = std::vector<int8_t>;
  EXPECT_EQ(run("csr", {0, 1, 2}, Words{0, 3}, SCRATCH_I32), SCRATCH_OK);
  EXPECT_EQ(run("csr", {0, 1, 2}, Words{0, 4}, SCRATCH_I32), SCRATCH_INVALID_STRUCTURE);
  EXPECT_EQ(run("csr", {0, 1, 2}, Words{0, -1}, SCRATCH_I32), SCRATCH_INVALID_STRUCTURE);
  EXPECT_EQ(run("csr", {0, 1, 3}, Words{0, 3}, SCRATCH_I32), SCRATCH_INVALID_STRUCTURE);
  EXPECT_EQ(run("csr", {2, 1, 2}, Words{0, 3}, SCRATCH_I32), SCRATCH_INVALID_STRUCTURE);
  EXPECT_EQ(run("csr", {-1, 1, 2}, Words{0, 3}, SCRATCH_I32), SCRATCH_INVALID_STRUCTURE);
  EXPECT_EQ(run("delta", {0, 1, 2}, Bytes{4, 1}, SCRATCH_I8), SCRATCH_OK);
  EXPECT_EQ(run("delta", {0, 1, 2}, Bytes{5, 1}, SCRATCH_I8), SCRATCH_INVALID_STRUCTURE);
  EXPECT_EQ(run("delta", {0, 1, 2}, Bytes{0, 1}, SCRATCH_I8), SCRATCH_INVALID_STRUCTURE);
  EXPECT_EQ(run("bitmap", {0, 2, 4}, Bytes{5, 9}, SCRATCH_I8), SCRATCH_OK);
  EXPECT_EQ(run("bitmap", {0, 2, 4}, Bytes{5, 17}, SCRATCH_I8), SCRATCH_INVALID_STRUCTURE);
  EXPECT_EQ(run("bitmap", {0, 1, 3}, Bytes{5, 9}, SCRATCH_I8), SCRATCH_INVALID_STRUCTURE);
  EXPECT_EQ(run("fixed", {}, Words{0, 1, 2, 3, 2, 1}, SCRATCH_I32), SCRATCH_OK);
  EXPECT_EQ(run("fixed", {}, Words{0, 1, 2, 3, 4, 1}, SCRATCH_I32), SCRATCH_INVALID_STRUCTURE);
}
