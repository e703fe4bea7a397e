//===- Hash.cpp - candidate: a hash table for every row -------------------===//
//
// Dear per product and per result entry (it sorts), free of the row's width:
// best for few products far apart.
//
//===----------------------------------------------------------------------===//
#include "passes/Strategy/Candidates/Candidates.h"
#include "passes/Strategy/Candidates/RowWiseSpgemm.h"

using namespace scratch;

LinearForm scratch::hashForm(const KernelProblem &problem, const MachineModel &machine) {
  LinearForm form = rowWiseForm(problem, machine);
  form[CostFeature::products] += machine.hashProbe + machine.hashEmit / kAssumedCompression;
  if (!problem.maskIsMatrix)
    form[CostFeature::surprise] = machine.surprise;
  // Marks are inserted, and their slots freed, like entries.
  form[CostFeature::mask] = machine.hashMark + machine.hashEmit / kAssumedCompression;
  return form;
}

const Candidate &scratch::rowWiseHash() {
  static const OneAccumulator candidate(AccumulatorKind::Hash, "row_wise/hash", hashForm);
  return candidate;
}
