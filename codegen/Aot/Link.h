//===- Link.h - libraries of an object file ---------------------*- C++ -*-===//
#ifndef SCRATCH_CODEGEN_AOT_LINK_H
#define SCRATCH_CODEGEN_AOT_LINK_H

#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"

#include <string>

namespace scratch {

/// A static library with one member.
llvm::Expected<std::string> archiveOf(llvm::StringRef object, llvm::StringRef member);

/// Links an object file and the Scratch runtime to a shared library, written to
/// the existing file `output` and known by the name `soname`. `program` is how
/// the running tool was called: the runtime is found beside it, in the build tree
/// and where the package is installed.
llvm::Error linkShared(llvm::StringRef object, llvm::StringRef output, llvm::StringRef soname,
                       const std::string &program);

} // namespace scratch

#endif // SCRATCH_CODEGEN_AOT_LINK_H
