//===- RunMain.h - programs that bring their own main -----------*- C++ -*-===//
#ifndef SCRATCH_CODEGEN_RUN_RUNMAIN_H
#define SCRATCH_CODEGEN_RUN_RUNMAIN_H

#include "codegen/Run/RunOptions.h"

#include "llvm/Support/Error.h"
#include "llvm/Support/raw_ostream.h"

namespace scratch {

/// Compiles a `.mlir` file with a `main` without arguments, as the integration
/// programs of upstream's sparsifier are written, and calls it. What it prints is
/// the only thing on standard output; remarks go to `err`. An error where the file
/// is no such program: kernels need matrices.
llvm::Error runMain(const RunOptions &options, llvm::raw_ostream &err);

} // namespace scratch

#endif // SCRATCH_CODEGEN_RUN_RUNMAIN_H
