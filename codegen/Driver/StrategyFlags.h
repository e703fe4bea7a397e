//===- StrategyFlags.h - what every tool lets a user force ------*- C++ -*-===//
#ifndef SCRATCH_CODEGEN_DRIVER_STRATEGYFLAGS_H
#define SCRATCH_CODEGEN_DRIVER_STRATEGYFLAGS_H

#include "codegen/Driver/Compilation.h"

#include "llvm/Support/CommandLine.h"

namespace scratch {

/// The flags of target, processor and select, as members of a tool's own. Made
/// after forgetLibraryOptions(): some of LLVM's share our names.
struct StrategyFlags {
  explicit StrategyFlags(llvm::cl::OptionCategory &category);
  StrategyFlags(const StrategyFlags &) = delete;

  void apply(CompileOptions &options) const;

private:
  using Text = llvm::cl::opt<std::string>;
  const std::string kinds; ///< help text of `accumulator`
  Text target, mcpu, dataflow, accumulator, phases, schedule, hash, packing, prices, rewrites;
  llvm::cl::opt<bool> costs;
};

} // namespace scratch

#endif // SCRATCH_CODEGEN_DRIVER_STRATEGYFLAGS_H
