//===- SelectStrategy.cpp - write a strategy on every kernel --------------===//
//
// Stage: select. Decides and annotates, rewrites nothing. Runs on the module, so
// that remarks come in program order.
//
//===----------------------------------------------------------------------===//
#include "passes/Strategy/Passes.h"

#include "passes/Strategy/DescribeKernel.h"
#include "passes/Strategy/Select.h"

#include "mlir/IR/Remarks.h"
#include "mlir/Interfaces/FunctionInterfaces.h"

namespace scratch {
#define GEN_PASS_DEF_SELECTSTRATEGYPASS
#include "passes/Strategy/Passes.h.inc"
} // namespace scratch

using namespace mlir;
using namespace scratch;

static StrategyAttr toAttribute(const Plan &plan, MLIRContext *context) {
  SmallVector<VariantAttr> variants;
  for (const PlanVariant &variant : plan.variants)
    variants.push_back(
        VariantAttr::get(context, variant.accumulator,
                         DenseF64ArrayAttr::get(context, variant.form.coefficients)));
  return StrategyAttr::get(context, plan.dataflow, plan.phases, plan.schedule, variants);
}

static void report(Operation *kernel, const Choice &choice) {
  auto function = kernel->getParentOfType<FunctionOpInterface>();
  auto text = remark::passed(kernel->getLoc(),
                             remark::RemarkOpts::name(choice.name)
                                 .category("scratch-strategy")
                                 .function(function ? function.getName() : StringRef()));
  text << remark::reason("{0}", choice.why) << remark::metric("CyclesPerProduct", choice.cost.cycles())
       << remark::metric("Phases", stringifyPhases(choice.plan.phases).str());
  if (!choice.runnerUp.empty())
    text << remark::metric("RunnerUp", choice.runnerUp.str())
         << remark::metric("RunnerUpCyclesPerProduct", choice.runnerUpCycles);
}

namespace {
struct SelectStrategyPass : scratch::impl::SelectStrategyPassBase<SelectStrategyPass> {
  using Base::Base;

  std::optional<MachineModel> machine() {
    auto target = getOperation()->getAttrOfType<TargetAttr>(ScratchDialect::kTarget);
    StringRef kind = target ? target.getKind() : StringRef("x86");
    std::optional<MachineModel> model =
        MachineModel::of(kind, target ? target.getVectorBits() : 256);
    if (!model)
      getOperation().emitError("no machine model for target '")
          << kind << "', expected " << MachineModel::expectedTargets();
    return model;
  }

  void runOnOperation() override {
    std::optional<MachineModel> model = machine();
    llvm::Expected<Demands> demands = Demands::parse(dataflow, accumulator, phases);
    if (!demands)
      getOperation().emitError(llvm::toString(demands.takeError()));
    if (!model || !demands)
      return signalPassFailure();
    WalkResult walk = getOperation().walk<WalkOrder::PreOrder>([&](KernelOpInterface kernel) {
      llvm::Expected<Choice> choice = select(describe(kernel), *model, *demands);
      if (!choice) {
        kernel.emitError(llvm::toString(choice.takeError()));
        return WalkResult::interrupt();
      }
      kernel.setStrategyAttr(toAttribute(choice->plan, &getContext()));
      ++numSelected;
      report(kernel, *choice);
      return WalkResult::advance();
    });
    if (walk.wasInterrupted())
      signalPassFailure();
  }
};
} // namespace
