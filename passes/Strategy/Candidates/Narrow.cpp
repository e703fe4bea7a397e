//===- Narrow.cpp - candidate: rows of one word of columns ----------------===//
//
// A dense window that has nothing to scan: bands, small blocks, matrices of few columns.
//
//===----------------------------------------------------------------------===//
#include "passes/Strategy/Candidates/Candidates.h"
#include "passes/Strategy/Candidates/RowWiseSpgemm.h"

using namespace scratch;

LinearForm scratch::narrowForm(const KernelProblem &problem, const MachineModel &machine) {
  LinearForm form = denseForm(problem, machine);
  form[CostFeature::range] = 0;
  return form;
}

namespace {
class RowWiseNarrow final : public ShortRows {
  llvm::StringRef name() const override { return "row_wise/narrow"; }
  PlanVariant shortVariant(const KernelProblem &problem,
                           const MachineModel &machine) const override {
    return {AccumulatorKind::Narrow, narrowForm(problem, machine)};
  }
};
} // namespace

const Candidate &scratch::rowWiseNarrow() {
  static const RowWiseNarrow candidate;
  return candidate;
}
