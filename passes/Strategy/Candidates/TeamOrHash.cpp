//===- TeamOrHash.cpp - candidate: a team's table, or one of each worker --===//
//
// How many windows a team needs depends on the scratchpad that an image meets and on
// how many products make an entry: both are known at run time only. Generated code
// evaluates both forms on the whole product, and takes the cheaper way.
//
//===----------------------------------------------------------------------===//
#include "passes/Strategy/Candidates/Candidates.h"
#include "passes/Strategy/Candidates/RowWiseSpgemm.h"

using namespace scratch;

/// A table for every worker, on a whole product: a row has one worker.
static LinearForm workersForm(const KernelProblem &problem, const MachineModel &machine) {
  LinearForm form = rowWiseForm(problem, machine);
  form[CostFeature::one] += machine.workerRow;
  form[CostFeature::products] += machine.hashProbe;
  form[CostFeature::results] = machine.workerEmit;
  form[CostFeature::longest] = machine.loneProduct;
  form[CostFeature::mask] = machine.hashMark + machine.hashEmit / kAssumedCompression;
  return form;
}

namespace {
class TeamOrHash final : public TeamRows {
  llvm::StringRef name() const override { return "row_wise/fragments_or_hash"; }

  Plan plan(const KernelProblem &problem, const MachineModel &machine) const override {
    Plan plan;
    plan.schedule = Schedule::Tokens;
    plan.variants = {{AccumulatorKind::Fragments,
                      teamForm(problem, machine, AccumulatorKind::Fragments, plan.schedule)},
                     {AccumulatorKind::Hash, workersForm(problem, machine)}};
    return plan;
  }

  Cost cost(const KernelProblem &problem, const Plan &plan,
            const MachineModel &machine) const override {
    Cost cost;
    auto rows = teamProfiles(problem, machine, AccumulatorKind::Fragments);
    for (const RowProfile &row : rows) {
      const LinearForm &team = plan.variants[0].form, &workers = plan.variants[1].form;
      LinearForm form = evaluate(team, row) <= evaluate(workers, row) ? team : workers;
      form[CostFeature::products] += machine.weighProduct;
      addCost(cost, form, row, 1.0 / rows.size());
    }
    return cost;
  }
};
} // namespace

const Candidate &scratch::teamOrHash() {
  static const TeamOrHash candidate;
  return candidate;
}
