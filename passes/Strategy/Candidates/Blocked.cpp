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

namespace {
class RowWiseBlocked final : public RowWiseSpgemm {
  llvm::StringRef name() const override { return "row_wise/blocked"; }
  bool legal(const KernelProblem &problem, std::string &why) const override {
    return RowWiseSpgemm::legal(problem, why) && suits(AccumulatorKind::Blocked, problem, why);
  }
  bool sizes(Phases phases) const override { return phases == Phases::One; }
  Plan plan(const KernelProblem &problem, const MachineModel &machine) const override {
    Plan plan;
    plan.variants = {{AccumulatorKind::Blocked, denseForm(problem, machine)}};
    return plan;
  }
};
} // namespace

const Candidate &scratch::rowWiseBlocked() {
  static const RowWiseBlocked candidate;
  return candidate;
}
