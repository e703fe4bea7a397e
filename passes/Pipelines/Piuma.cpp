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
  addServicesToRuntime(pm);
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
