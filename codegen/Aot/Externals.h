//===- Externals.h - what a compiled kernel asks of its program -*- C++ -*-===//
#ifndef SCRATCH_CODEGEN_AOT_EXTERNALS_H
#define SCRATCH_CODEGEN_AOT_EXTERNALS_H

#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"

namespace scratch {

/// Fails if an object file refers to a function that a program with the Scratch
/// runtime, libc, libm and libomp does not have: code that would need the
/// compiler's own runtime libraries cannot be shipped. Names the symbol.
llvm::Error checkExternals(llvm::StringRef object);

} // namespace scratch

#endif // SCRATCH_CODEGEN_AOT_EXTERNALS_H
