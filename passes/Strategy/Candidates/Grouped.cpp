//===- Grouped.cpp - candidate: a dense window, merged in groups ----------===//
//
// Groups of eight columns in place of single ones, where the target spreads a group's
// values to vector lanes in hardware. Whether rows of B have such groups is found out on the
// matrices (Expand/Spgemm/RowGroups.cpp): the form beside others is the dense one.
//
//===----------------------------------------------------------------------===//
#include "passes/Strategy/Candidates/Candidates.h"
#include "passes/Strategy/Candidates/RowWiseSpgemm.h"

using namespace scratch;

static LinearForm groupedForm(const KernelProblem &problem, const MachineModel &machine) {
  LinearForm form = denseForm(problem, machine);
  form[CostFeature::products] += machine.groupPerProduct;
  return form;
}

const Candidate &scratch::rowWiseGrouped() {
  static const OneAccumulator candidate(AccumulatorKind::Grouped, "row_wise/grouped", groupedForm);
  return candidate;
}
