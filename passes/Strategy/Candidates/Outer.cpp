//===- Outer.cpp - candidates: columns of A times rows of B ---------------===//
//
// Every product is stored once and read once before it is merged, by a table of one
// worker or by a team's. Operands are read without repetition, which pays where rows
// of B are read from afar.
//
//===----------------------------------------------------------------------===//
#include "passes/Strategy/Candidates/Candidates.h"
#include "passes/Strategy/Candidates/RowWiseSpgemm.h"

#include <algorithm>

using namespace scratch;

namespace {
class OuterProduct final : public Candidate {
public:
  OuterProduct(llvm::StringRef name, AccumulatorKind accumulator)
      : title(name), accumulator(accumulator) {}

  llvm::StringRef name() const override { return title; }
  Dataflow dataflow() const override { return Dataflow::Outer; }

  bool legal(const KernelProblem &problem, std::string &why) const override {
    if (problem.kernel == KernelKind::Spgemm)
      return !isShared(accumulator) || suitsTeam(problem, why);
    why = ("dataflow 'outer' is not built for " + stringify(problem.kernel) +
           "; expected row_wise").str();
    return false;
  }

  bool sizes(Phases phases) const override {
    return !isShared(accumulator) || phases == Phases::One;
  }
  bool keepsOrder() const override { return !isShared(accumulator); }

  Plan plan(const KernelProblem &problem, const MachineModel &machine) const override {
    Plan plan;
    plan.dataflow = Dataflow::Outer;
    plan.schedule = isShared(accumulator) ? Schedule::Tokens : Schedule::Balanced;
    LinearForm form = isShared(accumulator)
                          ? teamForm(problem, machine, accumulator, plan.schedule)
                          : hashForm(problem, machine);
    // Scaled, stored and read again: instructions and traffic hide each other.
    double bytes = problem.elementBytes + problem.coordinateBits / 8.0;
    form[CostFeature::products] += std::max(
        machine.windowMerge, 2 * bytes / problem.elementBytes * machine.valueLoad);
    plan.variants = {{accumulator, form}};
    return plan;
  }

  Cost cost(const KernelProblem &problem, const Plan &plan,
            const MachineModel &machine) const override {
    const LinearForm &form = plan.variants.front().form;
    if (isShared(accumulator))
      return averageCost(teamProfiles(problem, machine, accumulator), form);
    Cost cost = averageCost(problem, form);
    double bytes = problem.elementBytes + problem.coordinateBits / 8.0;
    cost.phases = plan.phases == Phases::One ? bytes * machine.compactPerByte / 2
                                             : machine.hashProbe;
    return cost;
  }

private:
  llvm::StringRef title;
  AccumulatorKind accumulator;
};
} // namespace

const Candidate &scratch::outerHash() {
  static const OuterProduct candidate("outer/hash", AccumulatorKind::Hash);
  return candidate;
}

const Candidate &scratch::outerFragments() {
  static const OuterProduct candidate("outer/fragments", AccumulatorKind::Fragments);
  return candidate;
}
