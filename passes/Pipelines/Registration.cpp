//===- Registration.cpp - pipelines and passes on the command line --------===//
#include "passes/Pipelines/Pipelines.h"

#include "passes/Conversion/Piuma/Passes.h"
#include "passes/Conversion/Runtime/Passes.h"
#include "passes/Conversion/X86/Passes.h"
#include "passes/Expand/Passes.h"
#include "passes/Import/Passes.h"
#include "passes/Prune/Passes.h"
#include "passes/Pipelines/Targets.h"
#include "passes/Strategy/Passes.h"

#include "mlir/Pass/PassRegistry.h"

using namespace mlir;
using namespace scratch;

namespace {
/// Which target's column a stage is taken from.
struct TargetOptions : public PassPipelineOptions<TargetOptions> {
  Option<std::string> target{*this, "target",
                             llvm::cl::desc("Column of the target"),
                             llvm::cl::init("x86")};
};
} // namespace

/// A stage that every target has its own builder for.
static void
registerTargetStage(StringRef name, StringRef description,
                    void (*TargetPipelines::*builder)(OpPassManager &)) {
  auto build =
      [builder](
          OpPassManager &pm, StringRef text,
          function_ref<LogicalResult(const Twine &)> fail) -> LogicalResult {
    TargetOptions options;
    if (failed(options.parseFromString(text)))
      return failure();
    const TargetPipelines *target = findTargetPipelines(options.target);
    if (!target)
      return fail("no pipeline for target '" + options.target + "', expected " +
                  expectedTargetPipelines());
    (target->*builder)(pm);
    return success();
  };
  registerPassPipeline(
      name, description, build,
      [](function_ref<void(const mlir::detail::PassOptions &)> show) {
        show(TargetOptions());
      });
}

static void registerWholePipeline(const TargetPipelines &target) {
  PassPipelineRegistration<SelectOptions>(
      "scratch-to-" + target.name.str(),
      "All stages for one target, up to LLVM's dialects",
      [&target](OpPassManager &pm, const SelectOptions &options) {
        SelectOptions select;
        select.copyOptionValuesFrom(options);
        select.target = target.name.str();
        buildImportPipeline(pm);
        buildSelectPipeline(pm, select);
        buildExpandPipeline(pm);
        target.buildMap(pm);
        target.buildLower(pm);
        pm.addPass(createDetachTargetPass());
        // Tools that do not know the dialect take it from here.
      });
}

void scratch::registerPipelines() {
  registerScratchImportPasses();
  registerScratchPrunePasses();
  registerScratchStrategyPasses();
  registerScratchExpandPasses();
  registerScratchMapPiumaPasses();
  registerScratchMapRuntimePasses();
  registerScratchMapX86Passes();
  PassPipelineRegistration<>("scratch-import",
                             "Stage import: raise and normalise kernels",
                             buildImportPipeline);
  PassPipelineRegistration<SelectOptions>(
      "scratch-select", "Stage select: decide how", buildSelectPipeline);
  PassPipelineRegistration<>("scratch-expand",
                             "Stage expand: loops and accumulators",
                             buildExpandPipeline);
  registerTargetStage("scratch-map",
                      "Stage map: loops and accumulators meet the machine",
                      &TargetPipelines::buildMap);
  registerTargetStage("scratch-lower", "Stage lower: LLVM's dialects",
                      &TargetPipelines::buildLower);
  for (const TargetPipelines &target : allTargetPipelines())
    registerWholePipeline(target);
}
