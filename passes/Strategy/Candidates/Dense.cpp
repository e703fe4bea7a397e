//===- Dense.cpp - candidate: a dense window for every row ----------------===//
//
// Cheapest per product; pays for every column between the row's first and last
// product. Alone it is best where the result is narrow.
//
//===----------------------------------------------------------------------===//
#include "passes/Strategy/Candidates/Candidates.h"
#include "passes/Strategy/Candidates/RowWiseSpgemm.h"

using namespace scratch;

LinearForm scratch::denseForm(const KernelProblem &problem, const MachineModel &machine) {
  LinearForm form = rowWiseForm(problem, machine);
  if (problem.maskIsMatrix) {
    // Rows of the mask are marked and gathered; no window is scanned.
    form[CostFeature::products] += machine.windowMerge / kAssumedCompression;
    form[CostFeature::mask] = machine.windowMark + machine.windowEmit;
    return form;
  }
  form[CostFeature::products] += machine.windowMerge + machine.windowEmit / kAssumedCompression;
  form[CostFeature::range] = machine.windowScan + coldWindow(problem, machine);
  form[CostFeature::surprise] = machine.surprise;
  form[CostFeature::mask] = machine.windowMark;
  return form;
}

const Candidate &scratch::rowWiseDense() {
  static const OneAccumulator candidate(AccumulatorKind::Dense, "row_wise/dense", denseForm);
  return candidate;
}
