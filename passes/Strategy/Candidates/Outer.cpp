//===- Outer.cpp - candidate: columns of A times rows of B ----------------===//
//
// Not built. Worth it where almost every product is a result entry of its own.
//
//===----------------------------------------------------------------------===//
#include "passes/Strategy/Candidates/Candidates.h"

using namespace scratch;

namespace {
class OuterProduct final : public Candidate {
  llvm::StringRef name() const override { return "outer/merge"; }
  Dataflow dataflow() const override { return Dataflow::Outer; }

  bool legal(const KernelProblem &problem, std::string &why) const override {
    why = ("dataflow 'outer' is not built for " + stringify(problem.kernel) +
           "; expected row_wise").str();
    return false;
  }

  Plan plan(const KernelProblem &, const MachineModel &) const override {
    Plan plan;
    plan.dataflow = Dataflow::Outer;
    return plan;
  }
  Cost cost(const KernelProblem &, const Plan &, const MachineModel &) const override {
    return Cost();
  }
};
} // namespace

const Candidate &scratch::outerProduct() {
  static const OuterProduct candidate;
  return candidate;
}
