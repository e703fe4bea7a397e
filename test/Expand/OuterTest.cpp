//===- OuterTest.cpp - outer products, merged in a fixed order ------------===//
#include "test/Expand/SpgemmCheck.h"

using namespace scratch;
using namespace scratch::test;

static const std::vector<int> kThreads{1, 2, 4};
static Choice outer(const char *accumulator, const char *phases) {
  return {accumulator, phases, "outer"};
}

TEST(Outer, AwkwardShapesAreTheReferences) {
  for (const char *phases : {"one", "two"})
    check<double, int32_t>({"plus_times", "f64"}, outer("auto", phases), awkwardShapes(), kThreads);
}

TEST(Outer, OtherSemiringsAndWidthsToo) {
  check<float, int64_t>({"min_plus", "f32"}, outer("hash", "one"), awkwardShapes());
  check<int32_t, int32_t>({"plus_pair", "i32"}, outer("auto", "one"), awkwardShapes());
  check<int8_t, int32_t>({"or_and", "i8"}, outer("auto", "one"), awkwardShapes());
}

TEST(Outer, OperatorsOfTheUserAreApplied) {
  Kernel kernel{"custom", "f64"};
  kernel.reference = "max_plus";
  check<double, int32_t>(kernel, outer("auto", "auto"), awkwardShapes());
}

TEST(Outer, RowsOfBNeedNoOrderAndValuesMayBeSpecial) {
  Kernel kernel{"plus_times", "f64"};
  kernel.unordered = true;
  check<double, int32_t>(kernel, outer("auto", "auto"), awkwardShapes());
  kernel.unordered = false;
  check<double, int32_t>(kernel, outer("auto", "auto"), {specialShape()}, kThreads);
}

/// A by columns, B by rows: the places of products come from lists of A's entries.
static std::string columnsLeft(const std::string &way) {
  return "#CSR = #sparse_tensor.encoding<{map = (i, j) -> (i : dense, j : compressed), posWidth = "
         "32, crdWidth = 32}>\n#CSC = #sparse_tensor.encoding<{map = (i, j) -> (j : dense, i : "
         "compressed), posWidth = 32, crdWidth = 32}>\nfunc.func @multiply(%a: tensor<?x?xf64, "
         "#CSC>, %b: tensor<?x?xf64, #CSR>) -> tensor<?x?xf64, " + way +
         "> {\n%c = scratch.spgemm %a, %b : tensor<?x?xf64, #CSC>, tensor<?x?xf64, #CSR> -> "
         "tensor<?x?xf64, " + way + ">\nreturn %c : tensor<?x?xf64, " + way + ">\n}\n";
}

// Thirds: sums depend on their order, and must not depend on the threads.
TEST(Outer, OrderOfSumsDoesNotDependOnThreads) {
  Shape shape{"thirds", 300, 200, 90, 40, 30};
  Matrix<double, int32_t> a(shape.inner, shape.rows, shape, shape.left, 1);
  Matrix<double, int32_t> b(shape.inner, shape.columns, shape, shape.right, 2);
  for (auto *values : {&a.values, &b.values})
    for (double &value : *values)
      value = value / 3 + 1e-3;
  // The rows of `a` are read as columns.
  scratch_tensor left;
  scratch_wrap_sparse(&left, SCRATCH_FORMAT_CSC, SCRATCH_F64, 32, 32, shape.rows, shape.inner,
                      a.positions.data(), a.coordinates.data(), a.values.data());
  for (const char *way : {"#CSR", "#CSC"}) {
    CompileOptions options;
    options.select.dataflow = "outer";
    Compiled compiled(columnsLeft(way), options);
    std::deque<Call> calls;
    for (int threads : {1, 2, 4, 4}) {
      Call &call = calls.emplace_back(threads);
      ASSERT_EQ(call.input(left).input(b.tensor).run(compiled.entry("multiply")), SCRATCH_OK)
          << scratch_last_error();
      ASSERT_GT(call.result().nnz, 1000);
      int64_t majors = call.result().format == SCRATCH_FORMAT_CSC ? shape.columns : shape.rows;
      const scratch_tensor &one = calls.front().result(), &other = call.result();
      ASSERT_EQ(one.nnz, other.nnz);
      EXPECT_EQ(memcmp(one.positions, other.positions, (majors + 1) * 4), 0);
      EXPECT_EQ(memcmp(one.coordinates, other.coordinates, one.nnz * 4), 0);
      EXPECT_EQ(memcmp(one.values, other.values, one.nnz * 8), 0);
    }
  }
}
