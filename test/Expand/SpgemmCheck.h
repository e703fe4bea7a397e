//===- SpgemmCheck.h - forced products against the reference -----*- C++ -*-===//
#ifndef SCRATCH_TEST_EXPAND_SPGEMMCHECK_H
#define SCRATCH_TEST_EXPAND_SPGEMMCHECK_H

#include "runtime/reference/Reference.h"
#include "test/Expand/Compiled.h"
#include "test/Expand/SpgemmCases.h"

namespace scratch::test {

/// What the kernel is compiled with.
struct Choice {
  const char *accumulator, *phases, *dataflow = "auto", *schedule = "auto";
};

/// Products of every shape with every number of threads are the reference's; byte
/// by byte the same for all of them.
template <typename T, typename I>
void check(const Kernel &kernel, const Choice &choice, const std::vector<Shape> &shapes,
           const std::vector<int> &threads = {1, 2}) {
  CompileOptions options;
  options.select.accumulator = choice.accumulator;
  options.select.phases = choice.phases;
  options.select.dataflow = choice.dataflow;
  options.select.schedule = choice.schedule;
  Compiled compiled(kernel.text(sizeof(I) * 8), options);
  for (const Shape &shape : shapes) {
    SCOPED_TRACE(testing::Message() << kernel.semiring << " " << choice.dataflow << " "
                                    << choice.accumulator << " " << choice.phases << " "
                                    << shape.name);
    Matrix<T, I> a(shape.rows, shape.inner, shape, shape.left, 1);
    Matrix<T, I> b(shape.inner, shape.columns, shape, shape.right, 2);
    scratch_tensor expected{};
    reference::Product how;
    how.semiring = kernel.reference.c_str();
    ASSERT_EQ(reference::spgemm(a.tensor, b.tensor, how, &expected), SCRATCH_OK);
    // The reference takes ordered rows only; the sums are the same.
    if (kernel.unordered)
      b.reverse();
    std::deque<Call> calls;
    for (int count : threads) {
      Call &call = calls.emplace_back(count);
      ASSERT_EQ(call.input(a.tensor).input(b.tensor).run(compiled.entry("multiply")), SCRATCH_OK)
          << scratch_last_error();
      expectEqual<T, I>(call.result(), expected);
      expectSameBytes<T, I>(call.result(), calls.front().result());
    }
    scratch_tensor_free(&expected);
  }
}

} // namespace scratch::test
#endif // SCRATCH_TEST_EXPAND_SPGEMMCHECK_H
