//===- Merge.cpp - candidate: rows of one or two entries ------------------===//
//
// Loops and nothing else: no storage, no choice. Such rows are not measured.
//
//===----------------------------------------------------------------------===//
#include "passes/Strategy/Candidates/Candidates.h"
#include "passes/Strategy/Candidates/RowWiseSpgemm.h"

using namespace scratch;

LinearForm scratch::mergeForm(const KernelProblem &, const MachineModel &machine) {
  LinearForm form;
  form[CostFeature::entries] = machine.entry;
  form[CostFeature::products] = machine.mergeStep;
  return form;
}

namespace {
class RowWiseMerge final : public ShortRows {
  llvm::StringRef name() const override { return "row_wise/merge"; }
  PlanVariant shortVariant(const KernelProblem &problem,
                           const MachineModel &machine) const override {
    return {AccumulatorKind::Merge, mergeForm(problem, machine)};
  }
};
} // namespace

const Candidate &scratch::rowWiseMerge() {
  static const RowWiseMerge candidate;
  return candidate;
}
