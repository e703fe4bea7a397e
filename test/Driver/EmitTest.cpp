//===- EmitTest.cpp - artifacts of a lowered module -----------------------===//
#include "codegen/Driver/Compilation.h"
#include "codegen/X86/X86.h"

#include "gtest/gtest.h"

using namespace scratch;

/// Sixteen columns: more than any vector has.
static const char kSpmm[] = R"(
#CSR = #sparse_tensor.encoding<{map = (i, j) -> (i : dense, j : compressed)}>
func.func @product(%A: tensor<?x?xf64, #CSR>, %X: tensor<?x16xf64>, %Y: tensor<?x16xf64>) -> tensor<?x16xf64> {
  %R = scratch.spmm %A, %X into %Y : tensor<?x?xf64, #CSR>, tensor<?x16xf64> -> tensor<?x16xf64>
  return %R : tensor<?x16xf64>
})";

/// The artifact's bytes, or the error's text.
static std::string emitted(Artifact kind, llvm::StringRef cpu) {
  auto context = makeContext();
  CompileOptions options;
  options.cpu = cpu.str();
  Compilation compilation(*context, options);
  if (llvm::Error error = compilation.parseText(kSpmm, "spmm.mlir"))
    return llvm::toString(std::move(error));
  auto artifact = compilation.emit(kind);
  return artifact ? (*artifact)->getBuffer().str()
                  : llvm::toString(artifact.takeError());
}

TEST(Emit, ObjectsAreRelocatableElf) {
  std::string object = emitted(Artifact::Object, "x86-64-v3");
  ASSERT_GT(object.size(), 64u);
  EXPECT_EQ(object.substr(0, 4), "\x7f"
                                 "ELF");
  EXPECT_EQ(object[16], 1); // ET_REL
}

TEST(Emit, AssemblyUsesTheVectorsOfTheProcessor) {
  EXPECT_NE(emitted(Artifact::Assembly, "znver5").find("zmm"),
            std::string::npos);
  std::string narrow = emitted(Artifact::Assembly, "x86-64-v3");
  EXPECT_EQ(narrow.find("zmm"), std::string::npos);
  EXPECT_NE(narrow.find("ymm"), std::string::npos);
}

TEST(Emit, LlvmIrNamesTheProcessor) {
  std::string text = emitted(Artifact::LlvmIr, "znver4");
  EXPECT_NE(text.find("\"target-cpu\"=\"znver4\""), std::string::npos);
  EXPECT_NE(text.find("target triple = \"x86_64-"), std::string::npos);
}

TEST(Emit, BitcodeBeginsWithItsMagic) {
  EXPECT_EQ(emitted(Artifact::Bitcode, "x86-64-v3").substr(0, 4), "BC\xC0\xDE");
}

/// What keeps a machine with `features` from running code for `cpu`.
static std::string obstacle(llvm::StringRef cpu, llvm::StringRef features) {
  auto context = makeContext();
  auto target = x86::resolveTarget(context.get(), cpu, "");
  return target ? llvm::toString(x86::checkRunsWith(*target, features))
                : llvm::toString(target.takeError());
}

TEST(Emit, CodeForAnotherProcessorIsNotRunHere) {
  EXPECT_EQ(obstacle("znver5", "+avx2,-avx512f"),
            "found code for 'znver5', which uses avx512f, expected a processor "
            "that this machine can run, as native is");
  EXPECT_EQ(obstacle("x86-64-v3", "+avx2,-avx512f"), "");
  // Hidden by many virtual machines, and never needed by a kernel.
  EXPECT_EQ(obstacle("znver3", "+avx2,-pku,-mwaitx"), "");
}
