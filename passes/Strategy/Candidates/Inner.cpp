//===- Inner.cpp - candidates: dot products of rows and columns -----------===//
//
// One dot product per mask entry: worth it where the mask's columns are shorter
// than the rows that row-wise walks; without a mask one per cell, which only a tiny
// result is worth. Which of the two is shorter is in the
// matrices: `inner/or_row_wise` leaves the choice to a test at run time.
//
//===----------------------------------------------------------------------===//
#include "passes/Strategy/Candidates/Candidates.h"
#include "passes/Strategy/Candidates/RowWiseSpgemm.h"
#include "passes/Strategy/RowProfiles.h"

#include <algorithm>
#include <limits>

using namespace scratch;

/// Cycles of one row. Columns are taken to be as long as A's rows, and B to be
/// turned round unless it is stored by columns.
static LinearForm innerForm(const KernelProblem &problem, const MachineModel &machine,
                            const RowProfile &row) {
  double values = problem.readsLeft + problem.readsRight;
  LinearForm form;
  form[CostFeature::one] = machine.rowOpen;
  form[CostFeature::entries] = machine.windowMark * 2;
  if (!problem.columnsOfRight)
    form[CostFeature::entries] += machine.turnEntry;
  CostFeature cells = problem.mask == MaskUse::None ? CostFeature::range : CostFeature::mask;
  form[cells] = machine.entry + row.entries * (machine.columnProbe + values * machine.valueLoad);
  return form;
}

namespace {
class InnerDot : public Candidate {
public:
  llvm::StringRef name() const override { return "inner/dot"; }
  Dataflow dataflow() const final { return Dataflow::Inner; }

  bool legal(const KernelProblem &problem, std::string &why) const override {
    if (problem.kernel != KernelKind::Spgemm)
      why = ("dataflow 'inner' is not built for " + stringify(problem.kernel) +
             "; expected row_wise").str();
    else if (problem.addsTo)
      why = "dataflow 'inner' takes no init; expected row_wise";
    else if (problem.mask != MaskUse::None && !problem.maskIsMatrix)
      why = "dataflow 'inner' needs a mask that is one ordered sparse matrix, not "
            "complemented, or none; expected row_wise";
    else
      return true;
    return false;
  }

  Plan plan(const KernelProblem &, const MachineModel &) const override {
    Plan plan;
    plan.dataflow = Dataflow::Inner;
    return plan;
  }

  Cost cost(const KernelProblem &problem, const Plan &plan,
            const MachineModel &machine) const override {
    Cost cost;
    auto profiles = profilesOf(problem);
    for (const RowProfile &row : profiles)
      addCost(cost, innerForm(problem, machine, row), row, 1.0 / profiles.size());
    return onePhase(cost, plan);
  }

protected:
  /// The mask bounds the result: nothing is counted first.
  static Cost onePhase(Cost cost, const Plan &plan) {
    if (plan.phases == Phases::Two)
      cost.phases = std::numeric_limits<double>::infinity();
    return cost;
  }
};

class InnerOrRowWise final : public InnerDot {
  llvm::StringRef name() const override { return "inner/or_row_wise"; }

  bool legal(const KernelProblem &problem, std::string &why) const override {
    if (!InnerDot::legal(problem, why))
      return false;
    if (!problem.maskIsMatrix) {
      why = "without a mask the matrices do not tell which way is shorter";
      return false;
    }
    if (!problem.columnsOfRight)
      return true;
    why = "rhs is stored by columns, which row_wise would turn round";
    return false;
  }

  Plan plan(const KernelProblem &problem, const MachineModel &machine) const override {
    Plan plan = InnerDot::plan(problem, machine);
    plan.variants = {{AccumulatorKind::Dense, denseForm(problem, machine)},
                     {AccumulatorKind::Hash, hashForm(problem, machine)}};
    // For rows that are merged whole, where B's columns lie side by side.
    if (machine.spreadsLanes && problem.semiring != SemiringKind::custom &&
        problem.orderedOperands)
      plan.variants.push_back({AccumulatorKind::Grouped, denseForm(problem, machine)});
    return plan;
  }

  Cost cost(const KernelProblem &problem, const Plan &plan,
            const MachineModel &machine) const override {
    Cost cost;
    auto profiles = profilesOf(problem);
    for (const RowProfile &row : profiles) {
      LinearForm inner = innerForm(problem, machine, row), rows = plan.variants.front().form;
      LinearForm form = evaluate(inner, row) < evaluate(rows, row) ? inner : rows;
      // Both ways are weighed first.
      form[CostFeature::entries] += 1;
      form[CostFeature::mask] += 1;
      addCost(cost, form, row, 1.0 / profiles.size());
    }
    return onePhase(cost, plan);
  }
};
} // namespace

const Candidate &scratch::innerProduct() {
  static const InnerDot candidate;
  return candidate;
}

const Candidate &scratch::innerOrRowWise() {
  static const InnerOrRowWise candidate;
  return candidate;
}
