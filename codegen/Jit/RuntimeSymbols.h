//===- RuntimeSymbols.h - the runtime's functions by name -------*- C++ -*-===//
#ifndef SCRATCH_CODEGEN_JIT_RUNTIMESYMBOLS_H
#define SCRATCH_CODEGEN_JIT_RUNTIMESYMBOLS_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"

namespace scratch {

struct RuntimeSymbol {
  llvm::StringLiteral name;
  void *address;
};

/// Every row of RuntimeFunctions.def and MemrefFunctions.def.
llvm::ArrayRef<RuntimeSymbol> runtimeSymbols();

} // namespace scratch

#endif // SCRATCH_CODEGEN_JIT_RUNTIMESYMBOLS_H
