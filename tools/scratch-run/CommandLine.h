//===- CommandLine.h - scratch-run's flags ----------------------*- C++ -*-===//
#ifndef SCRATCH_TOOLS_SCRATCH_RUN_COMMANDLINE_H
#define SCRATCH_TOOLS_SCRATCH_RUN_COMMANDLINE_H

#include "codegen/Run/RunOptions.h"

namespace scratch {

/// Fills `options` from the command line; answers --help and --version itself.
llvm::Error parseCommandLine(int argc, char **argv, RunOptions &options);

} // namespace scratch

#endif // SCRATCH_TOOLS_SCRATCH_RUN_COMMANDLINE_H
