//===- Registration.cpp - pipelines and passes on the command line --------===//
#include "passes/Pipelines/Pipelines.h"

#include "passes/Conversion/X86/Passes.h"
#include "passes/Expand/Passes.h"
#include "passes/Import/Passes.h"
#include "passes/Strategy/Passes.h"

#include "mlir/Pass/PassRegistry.h"

using namespace mlir;
using namespace scratch;

void scratch::registerPipelines() {
  registerScratchImportPasses();
  registerScratchStrategyPasses();
  registerScratchExpandPasses();
  registerScratchMapX86Passes();
  PassPipelineRegistration<>("scratch-import", "Stage import: raise and normalise kernels",
                             buildImportPipeline);
  PassPipelineRegistration<SelectOptions>("scratch-select", "Stage select: decide how",
                                          buildSelectPipeline);
  PassPipelineRegistration<>("scratch-expand", "Stage expand: loops and accumulators",
                             buildExpandPipeline);
  PassPipelineRegistration<>("scratch-map-x86", "Stage map for x86: OpenMP and vectors",
                             buildMapX86Pipeline);
  PassPipelineRegistration<>("scratch-lower-x86", "Stage lower for x86: the LLVM dialect",
                             buildLowerX86Pipeline);
  PassPipelineRegistration<SelectOptions>(
      "scratch-to-x86", "All stages for x86, up to the LLVM dialect",
      [](OpPassManager &pm, const SelectOptions &options) {
        buildImportPipeline(pm);
        buildSelectPipeline(pm, options);
        buildExpandPipeline(pm);
        buildMapX86Pipeline(pm);
        buildLowerX86Pipeline(pm);
      });
}
