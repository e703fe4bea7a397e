//===- Blocked.cpp - candidate: dense windows of several rows -------------===//
//
// The dense window's steps; rows of B come from the cache. Whether that pays is
// found out on the matrices (Expand/Spgemm/Blocks.cpp), so that the form beside
// others is the dense one.
//
//===----------------------------------------------------------------------===//
#include "passes/Strategy/Candidates/Candidates.h"
#include "passes/Strategy/Candidates/RowWiseSpgemm.h"

using namespace scratch;

const Candidate &scratch::rowWiseBlocked() {
  static const OneAccumulator candidate(AccumulatorKind::Blocked, "row_wise/blocked", denseForm);
  return candidate;
}
