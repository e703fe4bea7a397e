//===- Grouped.cpp - candidate: a dense window, merged in groups ----------===//
//
// Groups of eight columns in place of single ones, where the target spreads a group's
// values to vector lanes in hardware. Whether rows of B have such groups is found out on the
// matrices (Expand/Spgemm/Groups.cpp): the form beside others is the dense one.
//
//===----------------------------------------------------------------------===//
#include "passes/Strategy/Candidates/Candidates.h"
#include "passes/Strategy/Candidates/RowWiseSpgemm.h"

using namespace scratch;

namespace {
class RowWiseGrouped final : public RowWiseSpgemm {
  llvm::StringRef name() const override { return "row_wise/grouped"; }
  bool legal(const KernelProblem &problem, std::string &why) const override {
    return RowWiseSpgemm::legal(problem, why) && suits(AccumulatorKind::Grouped, problem, why);
  }
  Plan plan(const KernelProblem &problem, const MachineModel &machine) const override {
    LinearForm form = denseForm(problem, machine);
    form[CostFeature::products] += machine.groupPerProduct;
    Plan plan;
    plan.variants = {{AccumulatorKind::Grouped, form}};
    return plan;
  }
};
} // namespace

const Candidate &scratch::rowWiseGrouped() {
  static const RowWiseGrouped candidate;
  return candidate;
}
