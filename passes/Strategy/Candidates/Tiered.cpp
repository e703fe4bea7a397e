//===- Tiered.cpp - candidate: a two-tier window for every row ------------===//
//
// The dense window with a byte per 64 columns: one more store per product, and
// emission visits only the words that were touched.
//
//===----------------------------------------------------------------------===//
#include "passes/Strategy/Candidates/Candidates.h"
#include "passes/Strategy/Candidates/RowWiseSpgemm.h"

using namespace scratch;

/// Columns that one byte of the second tier stands for.
static constexpr double kWord = 64;

LinearForm scratch::tieredForm(const KernelProblem &problem, const MachineModel &machine) {
  LinearForm form = rowWiseForm(problem, machine);
  // At worst every result entry lies in a word of its own.
  double emit = machine.windowEmit + machine.wordVisit;
  form[CostFeature::products] +=
      machine.windowMerge + machine.tierStore + emit / kAssumedCompression;
  form[CostFeature::range] = machine.windowScan / kWord + coldWindow(problem, machine);
  form[CostFeature::surprise] = machine.surprise;
  form[CostFeature::mask] = machine.windowMark + machine.tierStore + machine.wordVisit;
  return form;
}

namespace {
class RowWiseTiered final : public RowWiseSpgemm {
  llvm::StringRef name() const override { return "row_wise/tiered"; }
  Plan plan(const KernelProblem &problem, const MachineModel &machine) const override {
    Plan plan;
    plan.variants = {{AccumulatorKind::Tiered, tieredForm(problem, machine)}};
    return plan;
  }
};
} // namespace

const Candidate &scratch::rowWiseTiered() {
  static const RowWiseTiered candidate;
  return candidate;
}
