//===- AheadOfTime.h - from a kernel's file to files of a program -*- C++ -*-===//
//
// What scratch-cc does, as a library.
//
//===----------------------------------------------------------------------===//
#ifndef SCRATCH_CODEGEN_AOT_AHEADOFTIME_H
#define SCRATCH_CODEGEN_AOT_AHEADOFTIME_H

#include "codegen/Driver/Compilation.h"

namespace scratch {

struct AheadOfTimeOptions {
  CompileOptions compile;
  std::string input;     ///< `-` is standard input
  std::string output;    ///< its extension says what to make
  std::string header;    ///< C header to write; empty: none
  std::string remarks;   ///< why strategies were chosen (.yaml, or text); empty: nowhere
  std::string stopAfter; ///< write the module after this stage; empty: emit
  std::string program;   ///< how the running tool was called
};

/// Writes all files that were asked for, or none; gives the warnings.
llvm::Expected<std::vector<std::string>> compileAheadOfTime(const AheadOfTimeOptions &options);

} // namespace scratch

#endif // SCRATCH_CODEGEN_AOT_AHEADOFTIME_H
