//===- OutputKind.h - kinds of files, by extension --------------*- C++ -*-===//
#ifndef SCRATCH_CODEGEN_AOT_OUTPUTKIND_H
#define SCRATCH_CODEGEN_AOT_OUTPUTKIND_H

#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"

namespace scratch {

enum class OutputKind { Object, Archive, SharedLibrary, Assembly, LlvmIr, Mlir, Elf };

llvm::Expected<OutputKind> outputKindOf(llvm::StringRef path);

} // namespace scratch

#endif // SCRATCH_CODEGEN_AOT_OUTPUTKIND_H
