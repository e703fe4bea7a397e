//===- CommandLine.h - scratch-bench's flags --------------------*- C++ -*-===//
#ifndef SCRATCH_TOOLS_SCRATCH_BENCH_COMMANDLINE_H
#define SCRATCH_TOOLS_SCRATCH_BENCH_COMMANDLINE_H

#include "codegen/Bench/Bench.h"

namespace scratch {

/// Peers are looked for beside the program, in ../lib/scratch-peers.
llvm::Error parseCommandLine(int argc, char **argv, bench::BenchOptions &options);

} // namespace scratch

#endif // SCRATCH_TOOLS_SCRATCH_BENCH_COMMANDLINE_H
