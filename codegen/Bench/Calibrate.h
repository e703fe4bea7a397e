//===- Calibrate.h - what steps of kernels cost here ------------*- C++ -*-===//
#ifndef SCRATCH_CODEGEN_BENCH_CALIBRATE_H
#define SCRATCH_CODEGEN_BENCH_CALIBRATE_H

#include "llvm/Support/Error.h"
#include "llvm/Support/raw_ostream.h"

namespace scratch::bench {

/// Measures the prices of passes/Strategy/Prices.def that SpGEMM's rows are made of,
/// prints them beside the target's own, and writes a file for `--prices`.
llvm::Error calibrate(const std::string &path, llvm::raw_ostream &out);

} // namespace scratch::bench

#endif // SCRATCH_CODEGEN_BENCH_CALIBRATE_H
