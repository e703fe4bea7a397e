//===- Inner.cpp - candidate: dot products of rows and columns ------------===//
//
// Not built. Worth it under a mask only: one dot product per mask entry.
//
//===----------------------------------------------------------------------===//
#include "passes/Strategy/Candidates/Candidates.h"

using namespace scratch;

namespace {
class InnerProduct final : public Candidate {
  llvm::StringRef name() const override { return "inner/dot"; }
  Dataflow dataflow() const override { return Dataflow::Inner; }

  bool legal(const KernelProblem &problem, std::string &why) const override {
    why = ("dataflow 'inner' is not built for " + stringify(problem.kernel) +
           "; expected row_wise").str();
    return false;
  }

  Plan plan(const KernelProblem &, const MachineModel &) const override {
    Plan plan;
    plan.dataflow = Dataflow::Inner;
    return plan;
  }
  Cost cost(const KernelProblem &, const Plan &, const MachineModel &) const override {
    return Cost();
  }
};
} // namespace

const Candidate &scratch::innerProduct() {
  static const InnerProduct candidate;
  return candidate;
}
