//===- HeaderTest.cpp - names and types of generated C headers ------------===//
#include "codegen/Aot/Header.h"
#include "codegen/Aot/Names.h"

#include "dialects/Scratch/Scratch.h"

#include "mlir/Dialect/Bufferization/IR/Bufferization.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/SparseTensor/IR/SparseTensor.h"
#include "mlir/Parser/Parser.h"

#include "llvm/Support/SourceMgr.h"

#include <gtest/gtest.h>

using namespace mlir;
using namespace scratch;

/// The header of a module in text, or the text of the error.
static std::string headerOf(StringRef text, bool withSource = true) {
  MLIRContext context;
  context.loadDialect<bufferization::BufferizationDialect, func::FuncDialect,
                      sparse_tensor::SparseTensorDialect, ScratchDialect>();
  llvm::SourceMgr source;
  source.AddNewSourceBuffer(llvm::MemoryBuffer::getMemBuffer(text, "kernel.mlir"), {});
  auto module = parseSourceFile<ModuleOp>(source, &context);
  EXPECT_TRUE(module);
  auto header = writeHeader(*module, "out/my-kernel.h", withSource ? &source : nullptr);
  return header ? *header : llvm::toString(header.takeError());
}

static const char *const kScale = R"(
  func.func @scale(%X: tensor<?x4xf32>, %for: f64, %0: index) -> tensor<?x4xf32> {
    return %X : tensor<?x4xf32>
  })";

#define EXPECT_HAS(text, part) EXPECT_NE(text.find(part), std::string::npos) << text

TEST(Header, ArgumentsAreNamedAsInTheSource) {
  std::string header = headerOf(kScale);
  EXPECT_HAS(header, "scale_call(\n    const scratch_tensor *X,\n    double for_,\n"
                     "    int64_t arg2,\n    scratch_tensor *result,\n"
                     "    const scratch_options *options) {");
  EXPECT_HAS(header, "dense matrix of f32, ? x 4");
  EXPECT_HAS(header, "#ifndef SCRATCH_KERNEL_MY_KERNEL_H");
}

TEST(Header, WithoutTheSourceArgumentsAreNumbered) {
  EXPECT_HAS(headerOf(kScale, false), "scale_call(\n    const scratch_tensor *arg0,\n    double arg1,");
}

TEST(Header, WrapAsksForOpenExtentsOnly) {
  EXPECT_HAS(headerOf(kScale), "scale_wrap_X(\n    scratch_tensor *out,\n    int64_t extent0,\n"
                               "    const float *values)");
}

TEST(Header, ArraysThatResultsMayOverwriteAreNotConst) {
  std::string header = headerOf(R"(
    func.func @f(%old: tensor<?xf32> {bufferization.writable = true}) -> tensor<?xf32> {
      return %old : tensor<?xf32>
    })");
  EXPECT_HAS(header, "    float *values)");
  EXPECT_HAS(header, "a result may be written over it");
}

TEST(Header, NumbersComeBackThroughPointers) {
  std::string header = headerOf(R"(
    func.func @norm(%result: tensor<?xf64>, %s: f64) -> (f64, tensor<?xf64>) {
      return %s, %result : f64, tensor<?xf64>
    })");
  EXPECT_HAS(header, "double *result0,\n    scratch_tensor *result1");
  EXPECT_HAS(header, "*result0 = block.slots[2].f64;");
}

TEST(Header, NamesNeverCollide) {
  EXPECT_HAS(headerOf("func.func @f(%result: tensor<?xf64>, %options: i32) -> tensor<?xf64> {"
                      " return %result : tensor<?xf64> }"),
             "const scratch_tensor *result,\n    int32_t options,\n"
             "    scratch_tensor *result_,\n    const scratch_options *options_)");
}

TEST(Header, ErrorsSayWhatWasExpected) {
  EXPECT_EQ(headerOf("func.func private @f(tensor<?xf64>)"),
            "header: found no public function, expected a public one on numbers, dense tensors, "
            "and CSR or CSC matrices with positions and coordinates of 32 or 64 bits");
  EXPECT_EQ(headerOf("func.func @f(%x: tensor<?xi1>) { return }"),
            "header: found function 'f' with tensor<?xi1>, expected a public one on numbers, dense "
            "tensors, and CSR or CSC matrices with positions and coordinates of 32 or 64 bits");
  EXPECT_EQ(headerOf("func.func @main() { return }"),
            "header: found a program (@main), expected functions to call");
  EXPECT_EQ(headerOf("func.func @\"a b\"(%x: tensor<?xf64>) { return }"),
            "header: found @a b, expected a name that C allows");
}
