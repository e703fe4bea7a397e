//===- RuntimeSymbols.cpp - the runtime's functions by name ---------------===//
#include "codegen/Jit/RuntimeSymbols.h"

#include "runtime/abi/scratch.h"

using namespace scratch;

llvm::ArrayRef<RuntimeSymbol> scratch::runtimeSymbols() {
  static const RuntimeSymbol symbols[] = {
#define SCRATCH_RUNTIME(name, result, arguments)                               \
  {#name, reinterpret_cast<void *>(&name)},
#include "runtime/abi/RuntimeFunctions.def"
#define SCRATCH_MEMREF(name, result, arguments)                                \
  {#name, reinterpret_cast<void *>(&name)},
#include "runtime/abi/MemrefFunctions.def"
  };
  return symbols;
}
