//===- MaskedProductTest.cpp - masked, folded, planned products -----------===//
//
// Small whole numbers: every sum is exact, so results are compared bit by bit.
//
//===----------------------------------------------------------------------===//
#include "test/Expand/SparseInputs.h"

#include "runtime/reference/Reference.h"

#include "gtest/gtest.h"

using namespace scratch;
using namespace scratch::test;

namespace {
struct Arithmetic {
  const char *semiring, *type;
  scratch_element element;
};
const Arithmetic kArithmetics[] = {
    {"plus_times", "f64", SCRATCH_F64}, {"plus_times", "f32", SCRATCH_F32},
    {"min_plus", "f64", SCRATCH_F64},   {"plus_pair", "i32", SCRATCH_I32},
    {"any_pair", "i8", SCRATCH_I8},     {"plus_second", "i32", SCRATCH_I32},
    {"plus_pair", "f64", SCRATCH_F64},  {"any_pair", "f32", SCRATCH_F32}};
const char *const kMasks[] = {"structure", "value"};

/// All combinations for the first, two for the others: each is a kernel to compile.
bool isTested(const Arithmetic &a, bool byValue, bool complement) {
  return &a == kArithmetics || byValue == complement;
}

std::string nameOf(const Arithmetic &a, bool byValue, bool complement) {
  return std::string(a.semiring) + a.type + kMasks[byValue] + (complement ? "not" : "");
}

const Compiled &kernels() {
  static const Compiled compiled([] {
    std::string text = kEncoding;
    for (const Arithmetic &a : kArithmetics)
      for (bool byValue : {false, true})
        for (bool complement : {false, true}) {
          if (!isTested(a, byValue, complement))
            continue;
          std::string type = matrixType(a.type);
          text += "func.func @" + nameOf(a, byValue, complement) + "(%A: " + type + ", %B: " +
                  type + ", %M: " + type + ") -> " + type + " {\n  %m = scratch.mask.from " +
                  kMasks[byValue] + " %M : " + type + " -> !scratch.mask<?x?>\n" +
                  "  %C = scratch.spgemm %A, %B semiring<" + a.semiring +
                  "> mask(%m : !scratch.mask<?x?>" + (complement ? ", complement" : "") + ") : " +
                  type + ", " + type + " -> " + type + "\n  return %C : " + type + "\n}\n";
        }
    return text;
  }());
  return compiled;
}

template <typename T> void compare(const Arithmetic &a, const Shape &shape) {
  std::mt19937 random(7);
  Sparse<T> A(random, shape.rows, shape.inner, shape.left, a.element);
  Sparse<T> B(random, shape.inner, shape.columns, shape.right, a.element);
  Sparse<T> M(random, shape.rows, shape.columns, shape.mask, a.element);
  for (bool byValue : {false, true})
    for (bool complement : {false, true}) {
      if (!isTested(a, byValue, complement))
        continue;
      SCOPED_TRACE(nameOf(a, byValue, complement) + " " + std::to_string(shape.columns));
      reference::Product how;
      how.semiring = a.semiring;
      how.mask = &M.tensor;
      how.mask_by_value = byValue;
      how.complement = complement;
      scratch_tensor expected;
      ASSERT_EQ(reference::spgemm(A.tensor, B.tensor, how, &expected), SCRATCH_OK);
      for (int threads : {1, 2}) {
        Call call(threads);
        call.input(A.tensor).input(B.tensor).input(M.tensor);
        ASSERT_EQ(call.run(kernels().entry(nameOf(a, byValue, complement))), SCRATCH_OK)
            << scratch_last_error();
        expectEqual<T>(call.result(), expected);
      }
      scratch_tensor_free(&expected);
    }
}
} // namespace

TEST(MaskedProduct, EveryMaskAndSemiringAgreesWithTheReference) {
  // Entries per row at most. Long rows of B against short masks are searched; many
  // hits overflow the list that collects them; some rows of each are empty. Masks of most
  // products leave the row whole; short ones over pairs fit in a register, also where rows
  // of B are searched.
  const Shape shapes[] = {{40, 50, 60, 8, 9, 10}, {30, 20, 90, 6, 80, 2}, {6, 20, 3000, 16, 2500, 2500},
                          {90, 12, 40, 10, 30, 38}, {50, 12, 700, 10, 600, 16},
                          {1, 1, 1, 1, 1, 1},     {5, 7, 9, 0, 3, 3},     {5, 7, 9, 3, 3, 0}};
  for (const Arithmetic &a : kArithmetics)
    for (const Shape &shape : shapes)
      switch (a.element) {
      case SCRATCH_F64:
        compare<double>(a, shape);
        break;
      case SCRATCH_F32:
        compare<float>(a, shape);
        break;
      case SCRATCH_I32:
        compare<int32_t>(a, shape);
        break;
      default:
        compare<int8_t>(a, shape);
      }
}
