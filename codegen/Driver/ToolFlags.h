//===- ToolFlags.h - the command line of a tool of ours ---------*- C++ -*-===//
#ifndef SCRATCH_CODEGEN_DRIVER_TOOLFLAGS_H
#define SCRATCH_CODEGEN_DRIVER_TOOLFLAGS_H

#include "llvm/Support/CommandLine.h"
#include "llvm/Support/Error.h"

namespace scratch {

/// Options of LLVM's libraries are for people who work on LLVM; some share our
/// names. Comes before a tool makes its own.
void forgetLibraryOptions();

/// LLVM's parser behind one `error:` line; answers --help and --version itself.
llvm::Error parseFlags(int argc, char **argv, llvm::StringRef overview);

/// The number in a flag's text. LLVM's own parsers of numbers print by themselves,
/// so flags that hold one are read as text.
llvm::Error readNumber(const llvm::cl::opt<std::string> &flag, int64_t least, int64_t most,
                       int64_t &number);

/// The same into a variable of any integer type.
template <typename Number>
llvm::Error readNumber(const llvm::cl::opt<std::string> &flag, int64_t least, int64_t most,
                       Number &number) {
  int64_t wide = 0;
  llvm::Error error = readNumber(flag, least, most, wide);
  number = static_cast<Number>(wide);
  return error;
}

} // namespace scratch

#endif // SCRATCH_CODEGEN_DRIVER_TOOLFLAGS_H
