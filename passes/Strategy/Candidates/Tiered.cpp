//===- Tiered.cpp - candidate: a two-tier window for every row ------------===//
//
// The dense window with a byte per 64 columns: one more store per product, and
// emission visits only the words that were touched.
//
//===----------------------------------------------------------------------===//
#include "passes/Strategy/Candidates/Candidates.h"
#include "passes/Strategy/Candidates/RowWiseSpgemm.h"

using namespace scratch;

LinearForm scratch::tieredForm(const KernelProblem &problem, const MachineModel &machine) {
  LinearForm form = rowWiseForm(problem, machine);
  // At worst every result entry lies in a word of its own.
  double emit = machine.windowEmit + machine.wordVisit;
  form[CostFeature::products] +=
      machine.windowMerge + machine.tierStore + emit / kAssumedCompression;
  form[CostFeature::range] = machine.windowScan / kWordColumns + coldWindow(problem, machine);
  form[CostFeature::surprise] = machine.surprise;
  form[CostFeature::mask] = machine.windowMark + machine.tierStore + machine.wordVisit;
  return form;
}

const Candidate &scratch::rowWiseTiered() {
  static const OneAccumulator candidate(AccumulatorKind::Tiered, "row_wise/tiered", tieredForm);
  return candidate;
}
