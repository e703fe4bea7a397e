//===- LoadedModuleTest.cpp - compile, load, call -------------------------===//
#include "codegen/Jit/LoadedModule.h"
#include "codegen/Driver/Compilation.h"

#include "gtest/gtest.h"

using namespace scratch;

static const char kSpgemm[] = R"(
#CSR = #sparse_tensor.encoding<{map = (i, j) -> (i : dense, j : compressed), posWidth = 32, crdWidth = 32}>
func.func @product(%A: tensor<?x?xf64, #CSR>, %B: tensor<?x?xf64, #CSR>) -> tensor<?x?xf64, #CSR> {
  %C = scratch.spgemm %A, %B : tensor<?x?xf64, #CSR>, tensor<?x?xf64, #CSR> -> tensor<?x?xf64, #CSR>
  return %C : tensor<?x?xf64, #CSR>
})";

namespace {
struct Block {
  scratch_arguments header{SCRATCH_ABI_VERSION, 3, 1, 0, nullptr};
  scratch_slot slots[3];
};

struct LoadedModuleTest : testing::Test {
  LoadedModuleTest() {
    auto context = makeContext();
    CompileOptions options;
    Compilation compilation(*context, options);
    llvm::cantFail(compilation.parseText(kSpgemm, "product.mlir"));
    module.emplace(llvm::cantFail(LoadedModule::load(
        llvm::cantFail(compilation.emit(Artifact::Object)))));
  }
  std::optional<LoadedModule> module;
};
} // namespace

// [1 2; 0 3] squared is [1 8; 0 9].
TEST_F(LoadedModuleTest, SquaresAMatrix) {
  int32_t positions[] = {0, 2, 3}, columns[] = {0, 1, 1};
  double values[] = {1, 2, 3};
  scratch_tensor a, c;
  ASSERT_EQ(
      scratch_wrap_csr(&a, SCRATCH_F64, 32, 2, 2, positions, columns, values),
      SCRATCH_OK);
  Block block;
  block.slots[0].input = block.slots[1].input = &a;
  block.slots[2].result = &c;
  auto entry = module->entry("product");
  ASSERT_TRUE(bool(entry));
  ASSERT_EQ((*entry)(&block.header), SCRATCH_OK) << scratch_last_error();
  ASSERT_EQ(c.nnz, 3);
  EXPECT_EQ(scratch_tensor_check(&c), SCRATCH_OK);
  const double *result = static_cast<const double *>(c.values);
  EXPECT_EQ(std::vector<double>(result, result + 3),
            (std::vector<double>{1, 8, 9}));
  scratch_tensor_free(&c);
}

TEST_F(LoadedModuleTest, ShapesThatDoNotAgreeAreAStatus) {
  int32_t positions[] = {0, 0};
  scratch_tensor a, c;
  ASSERT_EQ(
      scratch_wrap_csr(&a, SCRATCH_F64, 32, 1, 2, positions, nullptr, nullptr),
      SCRATCH_OK);
  Block block;
  block.slots[0].input = block.slots[1].input = &a;
  block.slots[2].result = &c;
  EXPECT_EQ(llvm::cantFail(module->entry("product"))(&block.header),
            SCRATCH_SHAPE_MISMATCH);
}

TEST_F(LoadedModuleTest, AnUnknownEntryIsAnError) {
  auto entry = module->entry("quotient");
  ASSERT_FALSE(bool(entry));
  EXPECT_NE(llvm::toString(entry.takeError()).find("quotient"),
            std::string::npos);
}
