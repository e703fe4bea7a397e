//===- SpgemmTest.cpp - every accumulator on awkward matrices -------------===//
#include "test/Expand/SpgemmCheck.h"

#include "gtest/gtest.h"

using namespace scratch;
using namespace scratch::test;

static const Choice kChoices[] = {{"merge", "one"}, {"sort", "one"}, {"sort", "two"}, {"auto", "two"}};

TEST(Spgemm, ShortRowsOfRealsAreTheReferences) {
  for (const Choice &choice : kChoices)
    check<double, int32_t>({"plus_times", "f64"}, choice, awkwardShapes());
}

TEST(Spgemm, WideIndicesAndNarrowRealsAreTheReferences) {
  check<float, int64_t>({"min_plus", "f32"}, {"sort", "one"}, awkwardShapes());
  check<float, int64_t>({"max_times", "f32"}, {"merge", "two"}, awkwardShapes());
}

TEST(Spgemm, IntegersAndBytesAreTheReferences) {
  check<int32_t, int32_t>({"plus_pair", "i32"}, {"sort", "two"}, awkwardShapes());
  check<int32_t, int32_t>({"min_plus", "i32"}, {"auto", "one"}, awkwardShapes());
  check<int8_t, int32_t>({"or_and", "i8"}, {"sort", "one"}, awkwardShapes());
}

TEST(Spgemm, CustomOperatorsRunOnShortRows) {
  Kernel kernel{"custom", "f64"};
  kernel.reference = "max_plus";
  for (const Choice &choice : {Choice{"sort", "one"}, Choice{"merge", "two"}})
    check<double, int32_t>(kernel, choice, awkwardShapes());
}

TEST(Spgemm, UnorderedRowsOfBAreSorted) {
  Kernel kernel{"plus_times", "f64"};
  kernel.unordered = true;
  for (const char *accumulator : {"sort", "auto"})
    check<double, int32_t>(kernel, {accumulator, "one"}, awkwardShapes());
}

TEST(Spgemm, SpecialValuesComeThroughListsAndMerges) {
  Kernel sum{"plus_times", "f64"}, least{"min_plus", "f64"};
  for (const char *accumulator : {"sort", "merge"}) {
    check<double, int32_t>(sum, {accumulator, "one"}, {specialShape()});
    check<double, int32_t>(least, {accumulator, "one"}, {specialShape()});
  }
}
