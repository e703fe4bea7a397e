//===- AttachTarget.cpp - name the target of a module, and forget it ------===//
//
// Stage: select, first. What a module says already is kept: only the drivers
// know the machine that `native` stands for. Detaching comes last, for tools
// that do not know the attribute.
//
//===----------------------------------------------------------------------===//
#include "passes/Strategy/Machine.h"
#include "passes/Strategy/Passes.h"
#include "passes/Strategy/PriceFile.h"

namespace scratch {
#define GEN_PASS_DEF_ATTACHTARGETPASS
#define GEN_PASS_DEF_DETACHTARGETPASS
#include "passes/Strategy/Passes.h.inc"
} // namespace scratch

using namespace mlir;
using namespace scratch;

namespace {
struct AttachTargetPass : scratch::impl::AttachTargetPassBase<AttachTargetPass> {
  using Base::Base;

  void runOnOperation() override {
    ModuleOp module = getOperation();
    if (module->hasAttr(ScratchDialect::kTarget))
      return;
    std::optional<BaselineTarget> baseline = BaselineTarget::of(target);
    if (!baseline) {
      module.emitError("no machine model for target '")
          << target << "', expected " << MachineModel::expectedTargets();
      return signalPassFailure();
    }
    module->setAttr(ScratchDialect::kTarget,
                    TargetAttr::get(&getContext(), target, baseline->cpu, baseline->features,
                                    baseline->vectorBits));
  }
};

struct DetachTargetPass : scratch::impl::DetachTargetPassBase<DetachTargetPass> {
  using Base::Base;

  void runOnOperation() override {
    getOperation()->removeAttr(ScratchDialect::kTarget);
    getOperation()->removeAttr(kPricesAttr);
  }
};
} // namespace
