//===- Sort.cpp - candidate: short rows sorted ----------------------------===//
//
// Dear per product, free of the row's width and of what a table or a window costs
// to open: best for rows of some dozen to two hundred products.
//
//===----------------------------------------------------------------------===//
#include "passes/Strategy/Candidates/Candidates.h"
#include "passes/Strategy/Candidates/RowWiseSpgemm.h"

using namespace scratch;

LinearForm scratch::sortForm(const KernelProblem &problem, const MachineModel &machine) {
  LinearForm form = rowWiseForm(problem, machine);
  form[CostFeature::products] += machine.listProduct;
  return form;
}

const Candidate &scratch::rowWiseSort() {
  static const SomeRows candidate(AccumulatorKind::Sort, "row_wise/sort", sortForm);
  return candidate;
}
