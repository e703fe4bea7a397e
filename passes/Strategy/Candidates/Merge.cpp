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

const Candidate &scratch::rowWiseMerge() {
  static const SomeRows candidate(AccumulatorKind::Merge, "row_wise/merge", mergeForm);
  return candidate;
}
