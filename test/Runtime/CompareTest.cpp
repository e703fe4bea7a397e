//===- CompareTest.cpp - what counts as the expected result --------------===//
#include "runtime/reference/Compare.h"

#include <gtest/gtest.h>
#include <limits>

using namespace scratch::reference;

namespace {

struct Row {
  uint32_t positions[2], columns[3];
  double values[3];
  scratch_tensor tensor;
  Row(uint32_t count, std::initializer_list<uint32_t> at,
      std::initializer_list<double> with)
      : positions{0, count} {
    std::copy(at.begin(), at.end(), columns);
    std::copy(with.begin(), with.end(), values);
    scratch_wrap_csr(&tensor, SCRATCH_F64, 32, 1, 5, positions, columns,
                     values);
  }
};

TEST(Compare, UnorderedRowsAreEqual) {
  Row got(3, {4, 0, 2}, {3, 1, 2}), want(3, {0, 2, 4}, {1, 2, 3});
  got.tensor.flags |= SCRATCH_TENSOR_UNORDERED;
  Comparison c = compare(got.tensor, want.tensor, 0);
  EXPECT_TRUE(c.ok) << c.difference;
  EXPECT_TRUE(c.pattern_equal);
}

TEST(Compare, ExplicitZeroIsNotAnAbsentEntry) {
  Row got(2, {0, 2}, {1, 0}), want(1, {0}, {1});
  Comparison c = compare(got.tensor, want.tensor, 1);
  EXPECT_FALSE(c.pattern_equal);
  EXPECT_EQ(c.difference, "row 0, column 2: found 0, expected no entry");
  EXPECT_EQ(compare(want.tensor, got.tensor, 1).difference,
            "row 0, column 2: found no entry, expected 0");
}

TEST(Compare, ErrorIsMeasuredAgainstTheMagnitude) {
  Row got(1, {1}, {1e-10}), want(1, {1}, {0});
  double magnitude[] = {1e3};
  int64_t count = 1;
  scratch_tensor scale;
  scratch_wrap_dense(&scale, SCRATCH_F64, 1, &count, magnitude);
  EXPECT_FALSE(compare(got.tensor, want.tensor, 1e-12).ok);
  Comparison c = compare(got.tensor, want.tensor, 1e-12, &scale);
  EXPECT_TRUE(c.ok);
  EXPECT_DOUBLE_EQ(c.max_relative_error, 1e-13);
}

TEST(Compare, NansAndInfinitiesEqualThemselvesOnly) {
  const double inf = std::numeric_limits<double>::infinity(),
               nan = std::numeric_limits<double>::quiet_NaN();
  Row special(3, {0, 1, 2}, {nan, inf, -inf}),
      finite(3, {0, 1, 2}, {nan, inf, 1});
  EXPECT_TRUE(compare(special.tensor, special.tensor, 0).ok);
  EXPECT_EQ(compare(special.tensor, finite.tensor, 1e9).difference,
            "row 0, column 2: found -inf, expected 1");
}

TEST(Compare, ShapesAndStructureAreChecked) {
  Row got(1, {1}, {1}), want(1, {1}, {1});
  got.tensor.shape[1] = 6;
  EXPECT_EQ(compare(got.tensor, want.tensor, 0).difference,
            "found sparse 1 x 6 of element code 1, expected sparse 1 x 5 of "
            "element code 1");
  got.tensor.shape[1] = 1;
  EXPECT_EQ(compare(got.tensor, want.tensor, 0).difference,
            "row 0: found coordinate 1, expected less than 1");
}

TEST(Compare, ToleranceGrowsWithTheTermsOfRealsOnly) {
  EXPECT_EQ(toleranceFor(SCRATCH_I64, 100), 0);
  EXPECT_LT(toleranceFor(SCRATCH_F64, 1), toleranceFor(SCRATCH_F64, 1e4));
  EXPECT_LT(toleranceFor(SCRATCH_F64, 1e6), 1e-11);
}

} // namespace
