//===- Contender.h - whoever computes a workload, timed ---------*- C++ -*-===//
#ifndef SCRATCH_CODEGEN_BENCH_CONTENDER_H
#define SCRATCH_CODEGEN_BENCH_CONTENDER_H

#include "codegen/Bench/Workload.h"
#include "codegen/Run/Program.h"

namespace scratch::bench {

class Contender {
public:
  virtual ~Contender() = default;

  /// Computes the workload once; the time in ms, from ready operands to a
  /// finished, freshly allocated result.
  virtual llvm::Expected<double> run() = 0;
  /// The result of the last run; the same owner frees it.
  virtual llvm::Expected<scratch_tensor> result() = 0;
  /// Lets go of worker threads that would disturb the next contender.
  virtual void rest() {}

  std::string name;
  bool ours = false;
  bool sorted = true; ///< rows of the result ascend
  bool whole = true;  ///< nothing was worked out beforehand
  int threads = 1;
  // Of ours only.
  std::string chosen;    ///< strategy in words
  int64_t peakBytes = 0; ///< of the runtime's memory that was written, inputs included
};

/// How Scratch is to compute: "auto", or a dataflow with, after `/`, an
/// accumulator and, after `@`, a number of phases: row_wise/hash@two. Or "execute": numbers alone,
/// on a structure that was analysed before.
struct StrategySpec {
  std::string text = "auto", dataflow = "auto", accumulator = "auto", phases = "auto";
  bool unsorted = false;
  bool executes() const { return text == "execute"; }
  static llvm::Expected<StrategySpec> parse(llvm::StringRef text);
};

/// Everything that can be forced, `auto` first.
std::vector<StrategySpec> allStrategies();

/// Scratch's kernel for a task, compiled once for all matrices and threads.
struct CompiledStrategy {
  StrategySpec strategy;
  std::shared_ptr<const Program> program;  ///< null where it is not legal
  std::string why;                         ///< it is not
  std::shared_ptr<const Program> analysis; ///< of what executes alone
};

/// Analysis and execution of a task, for which `out` is given its programs.
llvm::Error compileExecute(const Task &task, CompiledStrategy &out);
std::unique_ptr<Contender> makeExecute(const CompiledStrategy &compiled, const Workload &work);

/// An error only where `auto` cannot be compiled.
llvm::Expected<std::vector<CompiledStrategy>>
compileStrategies(const Task &task, llvm::ArrayRef<StrategySpec> strategies);

/// Both must outlive the contender.
std::unique_ptr<Contender> makeScratch(const CompiledStrategy &compiled, const Workload &work,
                                       int threads);

} // namespace scratch::bench

#endif // SCRATCH_CODEGEN_BENCH_CONTENDER_H
