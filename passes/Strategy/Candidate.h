//===- Candidate.h - one way to run a kernel --------------------*- C++ -*-===//
//
// Stage: select. To add a dataflow or an accumulator: one file in Candidates/,
// one line in Candidates/Candidates.h and in Select.cpp.
//
//===----------------------------------------------------------------------===//
#ifndef SCRATCH_PASSES_STRATEGY_CANDIDATE_H
#define SCRATCH_PASSES_STRATEGY_CANDIDATE_H

#include "passes/Strategy/Cost.h"
#include "passes/Strategy/Machine.h"
#include "passes/Strategy/Plan.h"
#include "passes/Strategy/Problem.h"

#include <string>

namespace scratch {

/// One way to run a kernel. Stateless; never sees IR.
class Candidate {
public:
  virtual ~Candidate() = default;

  /// "row_wise/hash"; a literal, remarks keep it.
  virtual llvm::StringRef name() const = 0;
  virtual Dataflow dataflow() const = 0;
  /// Whether it computes this kernel; if not, `why` says what is missing.
  virtual bool legal(const KernelProblem &problem, std::string &why) const = 0;
  /// Whether it can size the result this way.
  virtual bool sizes(Phases) const { return true; }
  /// Whether products are merged in an order that only the matrices decide.
  virtual bool keepsOrder() const { return true; }
  virtual Plan plan(const KernelProblem &problem, const MachineModel &machine) const = 0;
  virtual Cost cost(const KernelProblem &problem, const Plan &plan,
                    const MachineModel &machine) const = 0;
};

} // namespace scratch

#endif // SCRATCH_PASSES_STRATEGY_CANDIDATE_H
