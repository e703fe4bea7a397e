//===- RowWise.cpp - candidate: rows of a sparse matrix times dense -------===//
//
// SpMM, SpMV and SDDMM: a row's results live in registers, so there is nothing
// to accumulate into and nothing to size.
//
//===----------------------------------------------------------------------===//
#include "passes/Strategy/Candidates/Candidates.h"

using namespace scratch;

namespace {
class RowWise final : public Candidate {
  llvm::StringRef name() const override { return "row_wise"; }
  Dataflow dataflow() const override { return Dataflow::RowWise; }

  bool legal(const KernelProblem &problem, std::string &why) const override {
    if (problem.kernel != KernelKind::Spgemm)
      return true;
    why = "spgemm needs an accumulator";
    return false;
  }

  Plan plan(const KernelProblem &, const MachineModel &) const override { return Plan(); }

  Cost cost(const KernelProblem &problem, const Plan &, const MachineModel &machine) const override {
    Cost cost;
    double values = problem.readsLeft + problem.readsRight;
    cost.terms[static_cast<unsigned>(CostFeature::products)] =
        machine.dotProduct + values * machine.valueLoad;
    return cost;
  }
};
} // namespace

const Candidate &scratch::rowWise() {
  static const RowWise candidate;
  return candidate;
}
