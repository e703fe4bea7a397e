//===- scratch-bench.cpp - Scratch and others, side by side ---------------===//
#include "tools/scratch-bench/CommandLine.h"

#include "codegen/Bench/Calibrate.h"
#include "codegen/Driver/Diagnostics.h"

int main(int argc, char **argv) {
  scratch::bench::BenchOptions options;
  llvm::Error error = scratch::parseCommandLine(argc, argv, options);
  if (!error && !options.calibrate.empty())
    error = scratch::bench::calibrate(options.calibrate, llvm::outs());
  else if (!error)
    error = scratch::bench::runBench(options, llvm::outs(), llvm::errs());
  if (!error)
    return 0;
  llvm::outs().flush();
  scratch::printError(llvm::errs(), std::move(error));
  return 1;
}
