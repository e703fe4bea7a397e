//===- X86.cpp - stages map and lower on x86 ------------------------------===//
#include "passes/Conversion/X86/Passes.h"
#include "passes/Pipelines/Lowering.h"
#include "passes/Pipelines/Pipelines.h"

#include "mlir/Conversion/Passes.h"

using namespace mlir;
using namespace scratch;

void scratch::buildMapX86Pipeline(OpPassManager &pm) {
  pm.addPass(createParallelToOpenMPPass());
  // Every accumulator is the result of its create op.
  pm.addNestedPass<func::FuncOp>(createLowerAccumulatorsX86Pass());
  pm.addPass(createOutlineTilesPass());
  pm.addPass(createLowerExpandLanesX86Pass());
  pm.addPass(createLowerIntersectLanesX86Pass());
  pm.addPass(createLowerTakeLanesX86Pass());
  // Some ten microseconds of work, against under one for a dynamic schedule's step; enough
  // chunks for 64 threads to even out, few enough to compact.
  addServicesToRuntime(pm, {8192, 512});
  // No scratch operation left.
}

void scratch::buildLowerX86Pipeline(OpPassManager &pm) {
  addStructureToBlocks(pm, /*x86Vector=*/true);
  pm.addPass(createConvertOpenMPToLLVMPass());
  addBlocksToLLVM(pm);
  // llvm and omp only.
}
