//===- CheckTest.cpp - a wrong result does not pass -----------------------===//
//
// Runs shipped kernels, spoils what they computed and expects --check to see it.
//
//===----------------------------------------------------------------------===//
#include "codegen/Run/Check.h"
#include "codegen/Run/Inputs.h"
#include "codegen/Run/Measure.h"
#include "runtime/reference/Semiring.h"

#include "gtest/gtest.h"

#include <functional>

using namespace scratch;

/// "" when the check passes on what `spoil` left of the kernel's result.
static std::string
checked(const char *kernel,
        const std::function<void(scratch_tensor &)> &spoil) {
  RunOptions options;
  options.kernel = kernel;
  options.files = {SCRATCH_TEST_INPUTS "/tiny_general.mtx"};
  auto program = compileProgram(options, 32);
  if (!program)
    return llvm::toString(program.takeError());
  auto inputs = loadInputs(*program, options);
  if (!inputs)
    return llvm::toString(inputs.takeError());
  auto measured = measure(*program, inputs->tensors, 1, 1);
  if (!measured)
    return llvm::toString(measured.takeError());
  scratch_tensor &result = measured->results.front();
  spoil(result);
  auto check = checkResult(*program, inputs->tensors, result);
  return check ? "" : llvm::toString(check.takeError());
}

static void nothing(scratch_tensor &) {}

/// The last value, off by one part in a million.
static void spoilValue(scratch_tensor &result) {
  static_cast<double *>(result.values)[result.nnz - 1] *= 1 + 1e-6;
}

/// The last entry, moved by one column.
static void spoilColumn(scratch_tensor &result) {
  static_cast<int32_t *>(result.coordinates)[result.nnz - 1] -= 1;
}

/// The first entry of the second row becomes the last one of the first.
static void spoilRow(scratch_tensor &result) {
  ++static_cast<int32_t *>(result.positions)[1];
}

TEST(Check, FindsAWrongValueInEveryKernel) {
  for (const char *kernel : {"spgemm", "spmm", "spmv", "sddmm"}) {
    EXPECT_EQ(checked(kernel, nothing), "") << kernel;
    EXPECT_NE(checked(kernel, spoilValue)
                  .find("the result differs from the reference"),
              std::string::npos)
        << kernel;
  }
}

TEST(Check, FindsAWrongPattern) {
  for (const auto &spoil : {spoilColumn, spoilRow})
    EXPECT_NE(checked("spgemm", spoil)
                  .find("the result differs from the reference"),
              std::string::npos);
}

TEST(Check, KnowsEverySemiring) {
  reference::Semiring semiring;
#define SEMIRING(name, add, multiply) \
  EXPECT_TRUE(reference::findSemiring(#name, semiring)) << #name;
#include "dialects/Scratch/Semirings.def"
}
