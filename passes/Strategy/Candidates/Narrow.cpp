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

const Candidate &scratch::rowWiseNarrow() {
  static const SomeRows candidate(AccumulatorKind::Narrow, "row_wise/narrow", narrowForm);
  return candidate;
}
