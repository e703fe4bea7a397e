//===- Piuma.cpp - stages map and lower on PIUMA --------------------------===//
#include "passes/Conversion/Piuma/Passes.h"
#include "passes/Pipelines/Lowering.h"
#include "passes/Pipelines/Pipelines.h"

using namespace mlir;
using namespace scratch;

void scratch::buildMapPiumaPipeline(OpPassManager &pm) {
  pm.addPass(createParallelToSpmdPass());
  // Every accumulator is the result of its create op.
  pm.addPass(createLowerAccumulatorsPiumaPass());
  // Taking a chunk is one atomic; small matrices have work for the 66 threads of a core.
  addServicesToRuntime(pm, {256, 2048});
  // No scratch operation left.
}

void scratch::buildLowerPiumaPipeline(OpPassManager &pm) {
  pm.addPass(createInstructionsPass());
  // Of the piuma dialect, regions of all threads only.
  addStructureToBlocks(pm);
  addBlocksToLLVM(pm);
  pm.addPass(createOutlineSpmdPass());
  // llvm only.
}
