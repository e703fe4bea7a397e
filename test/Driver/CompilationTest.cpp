//===- CompilationTest.cpp - parse, resolve, run the stages ---------------===//
#include "codegen/Driver/Compilation.h"

#include "gtest/gtest.h"

using namespace scratch;

static const char kSpgemm[] = R"(
#CSR = #sparse_tensor.encoding<{map = (i, j) -> (i : dense, j : compressed)}>
func.func @product(%A: tensor<?x?xf64, #CSR>, %B: tensor<?x?xf64, #CSR>) -> tensor<?x?xf64, #CSR> {
  %C = scratch.spgemm %A, %B : tensor<?x?xf64, #CSR>, tensor<?x?xf64, #CSR> -> tensor<?x?xf64, #CSR>
  return %C : tensor<?x?xf64, #CSR>
})";

namespace {
struct CompilationTest : testing::Test {
  std::string parsed(llvm::StringRef text) {
    return llvm::toString(compilation.parseText(text, "kernel.mlir"));
  }
  std::string ran(Stage last) {
    return llvm::toString(compilation.runThrough(last));
  }
  TargetAttr target() {
    return compilation.module()->getAttrOfType<TargetAttr>(
        ScratchDialect::kTarget);
  }

  std::unique_ptr<mlir::MLIRContext> context = makeContext();
  CompileOptions options;
  Compilation compilation{*context, options};
};
} // namespace

TEST_F(CompilationTest, OneErrorNamesFileAndLine) {
  EXPECT_EQ(parsed("func.func @f() {\n  return %a : i32\n}"),
            "kernel.mlir:2:10: use of undeclared SSA value name");
}

TEST_F(CompilationTest, ReachesLowerWithOneRemarkPerKernel) {
  ASSERT_EQ(parsed(kSpgemm), "");
  ASSERT_EQ(ran(Stage::Lower), "");
  ASSERT_EQ(compilation.remarks().list.size(), 1u);
  EXPECT_EQ(compilation.remarks().list[0].function, "product");
  EXPECT_NE(compilation.remarks().yaml.find("scratch-strategy"),
            std::string::npos);
  compilation.module().walk([](mlir::Operation *op) {
    EXPECT_NE(op->getName().getDialectNamespace(), "scratch")
        << op->getName().getStringRef().str();
  });
}

TEST_F(CompilationTest, StagesGoOnWhereTheyStopped) {
  ASSERT_EQ(parsed(kSpgemm), "");
  ASSERT_EQ(ran(Stage::Select), "");
  KernelOpInterface kernel;
  compilation.module().walk([&](KernelOpInterface op) { kernel = op; });
  ASSERT_TRUE(kernel);
  EXPECT_TRUE(kernel.getStrategyAttr());
  EXPECT_EQ(ran(Stage::Expand), "");
  EXPECT_EQ(compilation.remarks().list.size(), 1u);
}

TEST_F(CompilationTest, VectorWidthFollowsTheProcessor) {
  options.cpu = "znver5";
  ASSERT_EQ(parsed(kSpgemm), "");
  ASSERT_EQ(ran(Stage::Select), "");
  EXPECT_EQ(target().getCpu(), "znver5");
  EXPECT_EQ(target().getFeatures(), "+avx512bf16,+avx512vp2intersect,+sse4a");
  EXPECT_EQ(target().getVectorBits(), 512u);
}

TEST_F(CompilationTest, NativeSpellsOutWhatTheHostLacks) {
  ASSERT_EQ(parsed(kSpgemm), "");
  ASSERT_EQ(ran(Stage::Import), "");
  EXPECT_NE(target().getCpu(), "native");
  // Resolving the same words again changes nothing.
  auto again = compilation.target().resolve(context.get(), target().getCpu(),
                                            target().getFeatures());
  ASSERT_TRUE(bool(again));
  EXPECT_EQ(*again, target());
}

TEST_F(CompilationTest, AnUnknownProcessorIsRefused) {
  options.cpu = "pentium-9";
  ASSERT_EQ(parsed(kSpgemm), "");
  EXPECT_EQ(ran(Stage::Lower),
            "no processor 'pentium-9' among LLVM's 64-bit x86 processors, "
            "expected native, x86-64-v3, znver4, sapphirerapids or the like");
}

TEST_F(CompilationTest, PlannedAndUnknownTargetsAreToldApart) {
  EXPECT_EQ(llvm::toString(findTarget("cuda").takeError()),
            "target 'cuda' is not built yet, expected x86, piuma");
  EXPECT_EQ(llvm::toString(findTarget("vax").takeError()),
            "no target 'vax', expected x86, piuma");
}
