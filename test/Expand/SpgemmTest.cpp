//===- SpgemmTest.cpp - every accumulator on awkward matrices -------------===//
#include "runtime/reference/Reference.h"
#include "test/Expand/Compiled.h"
#include "test/Expand/SpgemmCases.h"

#include "gtest/gtest.h"

using namespace scratch;
using namespace scratch::test;

namespace {
struct Choice {
  const char *accumulator, *phases;
};

template <typename T, typename I>
void check(const Kernel &kernel, const Choice &choice, const std::vector<Shape> &shapes) {
  CompileOptions options;
  options.select.accumulator = choice.accumulator;
  options.select.phases = choice.phases;
  Compiled compiled(kernel.text(sizeof(I) * 8), options);
  for (const Shape &shape : shapes) {
    SCOPED_TRACE(testing::Message() << kernel.semiring << " " << choice.accumulator << " "
                                    << choice.phases << " " << shape.name);
    Matrix<T, I> a(shape.rows, shape.inner, shape, shape.left, 1);
    Matrix<T, I> b(shape.inner, shape.columns, shape, shape.right, 2);
    scratch_tensor expected{};
    reference::Product how;
    how.semiring = kernel.reference.c_str();
    ASSERT_EQ(reference::spgemm(a.tensor, b.tensor, how, &expected), SCRATCH_OK);
    // The reference takes ordered rows only; the sums are the same.
    if (kernel.unordered)
      b.reverse();
    Call one(1), two(2);
    for (Call *call : {&one, &two})
      ASSERT_EQ(call->input(a.tensor).input(b.tensor).run(compiled.entry("multiply")), SCRATCH_OK)
          << scratch_last_error();
    expectEqual<T, I>(one.result(), expected);
    expectSameBytes<T, I>(one.result(), two.result());
    scratch_tensor_free(&expected);
  }
}

const Choice kChoices[] = {{"merge", "one"}, {"sort", "one"}, {"sort", "two"}, {"auto", "two"}};
} // namespace

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
