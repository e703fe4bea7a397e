//===- Externals.cpp - what a compiled kernel asks of its program ---------===//
//
// Stage: emit. Reads the symbol table of the object rather than the IR: the back
// end adds calls of its own (memcpy, conversions of half floats).
//
//===----------------------------------------------------------------------===//
#include "codegen/Aot/Externals.h"

#include "passes/Emission/RuntimeCalls.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/Analysis/TargetLibraryInfo.h"
#include "llvm/Object/ObjectFile.h"
#include "llvm/TargetParser/Triple.h"

using namespace scratch;

/// Allocation as MLIR's own conversions call it; the runtime serves it.
static bool isMemrefFunction(llvm::StringRef name) {
  static constexpr llvm::StringLiteral functions[] = {
#define SCRATCH_MEMREF(name, result, arguments) #name,
#include "runtime/abi/MemrefFunctions.def"
  };
  return llvm::is_contained(functions, name);
}

/// libc and libm; C++ names that LLVM knows as well are not among them.
static bool isLibraryFunction(llvm::StringRef name, const llvm::Triple &triple) {
  llvm::TargetLibraryInfoImpl library(triple);
  llvm::LibFunc function;
  // Fused multiply-add where the processor has none; LLVM knows it as an intrinsic only.
  if (name == "fma" || name == "fmaf")
    return true;
  return !name.starts_with("_Z") && library.getLibFunc(name, function);
}

/// Arithmetic that compilers keep in libgcc or compiler-rt, linked everywhere.
static bool isCompilerSupport(llvm::StringRef name) {
  static constexpr llvm::StringLiteral functions[] = {
      "__divti3",  "__modti3",      "__udivti3",     "__umodti3",
      "__multi3",  "__extendhfsf2", "__truncsfhf2",  "__truncdfhf2"};
  return llvm::is_contained(functions, name) || name == "_GLOBAL_OFFSET_TABLE_";
}

static bool isOpenMP(llvm::StringRef name) {
  return name.starts_with("__kmpc_") || name.starts_with("omp_");
}

llvm::Error scratch::checkExternals(llvm::StringRef object) {
  auto file = llvm::object::ObjectFile::createObjectFile(llvm::MemoryBufferRef(object, "object"));
  if (!file)
    return file.takeError();
  llvm::Triple triple = (*file)->makeTriple();
  for (const llvm::object::SymbolRef &symbol : (*file)->symbols()) {
    llvm::Expected<uint32_t> flags = symbol.getFlags();
    if (!flags)
      return flags.takeError();
    if (!(*flags & llvm::object::SymbolRef::SF_Undefined))
      continue;
    llvm::Expected<llvm::StringRef> name = symbol.getName();
    if (!name)
      return name.takeError();
    if (!name->empty() && !isRuntimeFunction(*name) && !isMemrefFunction(*name) &&
        !isLibraryFunction(*name, triple) &&
        !isCompilerSupport(*name) && !isOpenMP(*name))
      return llvm::createStringError(
          "found a call of '" + *name +
          "', expected only functions of the Scratch runtime, libc, libm and libomp");
  }
  return llvm::Error::success();
}
