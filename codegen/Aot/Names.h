//===- Names.h - names of the source, fit for C -----------------*- C++ -*-===//
#ifndef SCRATCH_CODEGEN_AOT_NAMES_H
#define SCRATCH_CODEGEN_AOT_NAMES_H

#include "mlir/IR/Value.h"

#include <string>

namespace llvm {
class SourceMgr;
}

namespace scratch {

/// Whether `name` can name a function in C and in C++.
bool isCIdentifier(llvm::StringRef name);

/// `text` with everything that C does not allow in a name replaced.
std::string toCIdentifier(llvm::StringRef text);

/// What the source calls an argument (without `%`), or "arg<number>".
std::string sourceName(mlir::BlockArgument argument, const llvm::SourceMgr *source);

} // namespace scratch

#endif // SCRATCH_CODEGEN_AOT_NAMES_H
