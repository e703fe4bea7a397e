//===- Adaptive.cpp - candidate: each row takes its cheapest accumulator --===//
//
// The choice that the types cannot make is left to run time: generated code
// evaluates their forms on every row. The price is that evaluation, and workers
// that hold all accumulators.
//
//===----------------------------------------------------------------------===//
#include "passes/Strategy/Candidates/Candidates.h"
#include "passes/Strategy/Candidates/RowWiseSpgemm.h"

using namespace scratch;

namespace {
class RowWiseAdaptive final : public RowWiseSpgemm {
  llvm::StringRef name() const override { return "row_wise/adaptive"; }
  Plan plan(const KernelProblem &problem, const MachineModel &machine) const override {
    Plan plan;
    std::string why;
    if (suits(AccumulatorKind::Merge, problem, why))
      plan.variants.push_back({AccumulatorKind::Merge, mergeForm(problem, machine)});
    if (suits(AccumulatorKind::Sort, problem, why))
      plan.variants.push_back({AccumulatorKind::Sort, sortForm(problem, machine)});
    if (machine.lowers(AccumulatorKind::Narrow) && suits(AccumulatorKind::Narrow, problem, why))
      plan.variants.push_back({AccumulatorKind::Narrow, narrowForm(problem, machine)});
    if (machine.lowers(AccumulatorKind::Blocked) && suits(AccumulatorKind::Blocked, problem, why))
      plan.variants.push_back({AccumulatorKind::Blocked, denseForm(problem, machine)});
    plan.variants.push_back({AccumulatorKind::Dense, denseForm(problem, machine)});
    if (machine.spreadsLanes && suits(AccumulatorKind::Grouped, problem, why))
      plan.variants.push_back({AccumulatorKind::Grouped, denseForm(problem, machine)});
    plan.variants.append({{AccumulatorKind::Tiered, tieredForm(problem, machine)},
                     {AccumulatorKind::Hash, hashForm(problem, machine)}});
    return plan;
  }
};
} // namespace

const Candidate &scratch::rowWiseAdaptive() {
  static const RowWiseAdaptive candidate;
  return candidate;
}
