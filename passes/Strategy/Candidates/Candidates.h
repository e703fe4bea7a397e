//===- Candidates.h - all candidates ----------------------------*- C++ -*-===//
#ifndef SCRATCH_PASSES_STRATEGY_CANDIDATES_CANDIDATES_H
#define SCRATCH_PASSES_STRATEGY_CANDIDATES_CANDIDATES_H

#include "passes/Strategy/Candidate.h"

namespace scratch {

// SpGEMM, row-wise with one accumulator, and with a choice per row.
const Candidate &rowWiseDense();
const Candidate &rowWiseBlocked();
const Candidate &rowWiseGrouped();
const Candidate &rowWiseTiered();
const Candidate &rowWiseHash();
const Candidate &rowWiseMerge();
const Candidate &rowWiseSort();
const Candidate &rowWiseNarrow();
const Candidate &rowWiseAdaptive();
// SpGEMM, row-wise with one table for a team: SMASH's three steps.
const Candidate &teamStatic();
const Candidate &teamTokens();
const Candidate &teamFragments();
// The last, or tables of workers, whichever the matrices favour.
const Candidate &teamOrHash();
// SpMM, SpMV, SDDMM: rows of the sparse matrix, no accumulator.
const Candidate &rowWise();
// SpGEMM under a mask, by dot products, and with a choice per matrix.
const Candidate &innerProduct();
const Candidate &innerOrRowWise();
// SpGEMM by outer products, merged by a table of one worker or of a team.
const Candidate &outerHash();
const Candidate &outerFragments();

} // namespace scratch

#endif // SCRATCH_PASSES_STRATEGY_CANDIDATES_CANDIDATES_H
