//===- scratch-run.cpp - compile, run, check and time a kernel ------------===//
#include "codegen/Run/Run.h"
#include "tools/scratch-run/CommandLine.h"

int main(int argc, char **argv) {
  scratch::RunOptions options;
  llvm::Error error = scratch::parseCommandLine(argc, argv, options);
  if (!error)
    error = scratch::runKernel(options, llvm::outs(), llvm::errs());
  if (!error)
    return 0;
  llvm::outs().flush();
  scratch::printError(llvm::errs(), std::move(error));
  return 1;
}
