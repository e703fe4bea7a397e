//===- Select.h - the verdict -----------------------------------*- C++ -*-===//
//
// Stage: select. Tries every legal candidate with every legal number of phases
// and takes the cheapest; says why.
//
//===----------------------------------------------------------------------===//
#ifndef SCRATCH_PASSES_STRATEGY_SELECT_H
#define SCRATCH_PASSES_STRATEGY_SELECT_H

#include "passes/Strategy/Candidate.h"

#include "llvm/Support/Error.h"

#include <vector>

namespace scratch {

/// What the user insists on. Accumulator, phases, schedule and hash function
/// concern SpGEMM only, rewrites attention. A hash function concerns tables that a
/// team shares and changes no choice.
struct Demands {
  std::optional<Dataflow> dataflow;
  std::optional<AccumulatorKind> accumulator;
  std::optional<Phases> phases;
  std::optional<Rewrites> rewrites;
  std::optional<Schedule> schedule;
  std::optional<HashFunction> hash;

  /// From command-line words, "auto" being no demand. An error names the option,
  /// what was found, and what was expected.
  static llvm::Expected<Demands> parse(llvm::StringRef dataflow, llvm::StringRef accumulator,
                                       llvm::StringRef phases,
                                       llvm::StringRef rewrites = "auto",
                                       llvm::StringRef schedule = "auto",
                                       llvm::StringRef hash = "auto");
  /// What a plan must have, for messages: "dataflow = inner, accumulator = hash".
  std::string text() const;
};

/// A candidate with its best number of phases, or why it may not be taken.
struct Contender {
  llvm::StringRef name;
  Phases phases = Phases::One;
  Cost cost;
  std::string refused; ///< empty: it is legal
};

struct Choice {
  llvm::StringRef name; ///< of the candidate
  Plan plan;
  Cost cost;
  llvm::StringRef runnerUp; ///< name of the next best legal candidate, or empty
  double runnerUpCycles = 0;
  std::string why;
  std::vector<Contender> contenders; ///< all, in the order of allCandidates()
};

/// All candidates, in the order in which ties are broken.
llvm::ArrayRef<const Candidate *> allCandidates();

/// The error says, per candidate that meets the demands, what is missing.
llvm::Expected<Choice> select(const KernelProblem &problem, const MachineModel &machine,
                              const Demands &demands = {});

} // namespace scratch

#endif // SCRATCH_PASSES_STRATEGY_SELECT_H
