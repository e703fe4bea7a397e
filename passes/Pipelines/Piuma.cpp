//===- Piuma.cpp - stages map and lower on PIUMA --------------------------===//
#include "passes/Conversion/Piuma/Passes.h"
#include "passes/Conversion/Runtime/Passes.h"
#include "passes/Pipelines/Pipelines.h"

#include "mlir/Conversion/Passes.h"
#include "mlir/Dialect/Arith/Transforms/Passes.h"
#include "mlir/Dialect/Linalg/Passes.h"
#include "mlir/Dialect/MemRef/Transforms/Passes.h"
#include "mlir/Dialect/SparseTensor/Transforms/Passes.h"
#include "mlir/Transforms/Passes.h"

using namespace mlir;
using namespace scratch;

void scratch::buildMapPiumaPipeline(OpPassManager &pm) {
  pm.addPass(createParallelToSpmdPass());
  // Every accumulator is the result of its create op.
  pm.addNestedPass<func::FuncOp>(createLowerAccumulatorsPiumaPass());
  pm.addPass(createServicesToRuntimePass());
  // No scratch operation left.
  pm.addPass(createSparseBufferRewritePass(/*enableBufferInitialization=*/false));
  pm.addPass(createCanonicalizerPass());
  pm.addPass(createCSEPass());
}

void scratch::buildLowerPiumaPipeline(OpPassManager &pm) {
  pm.addPass(createInstructionsPass());
  // Of the piuma dialect, regions of all threads only.
  pm.addPass(createStorageSpecifierToLLVMPass());
  pm.addNestedPass<func::FuncOp>(createConvertLinalgToLoopsPass());
  pm.addNestedPass<func::FuncOp>(createConvertVectorToSCFPass());
  pm.addPass(memref::createExpandReallocPass());
  pm.addPass(memref::createExpandStridedMetadataPass());
  pm.addPass(createLowerAffinePass());
  pm.addPass(createSCFToControlFlowPass());
  // Plain blocks from here on.
  pm.addPass(createConvertVectorToLLVMPass());
  FinalizeMemRefToLLVMConversionPassOptions memory;
  memory.useAlignedAlloc = true;
  memory.useGenericFunctions = true;
  pm.addPass(createFinalizeMemRefToLLVMConversionPass(memory));
  pm.addPass(arith::createArithExpandOpsPass());
  pm.addPass(createConvertMathToLLVMPass());
  pm.addPass(createConvertMathToLibmPass());
  pm.addPass(createConvertFuncToLLVMPass());
  pm.addPass(createArithToLLVMConversionPass());
  pm.addPass(createConvertControlFlowToLLVMPass());
  pm.addPass(createReconcileUnrealizedCastsPass());
  pm.addPass(createOutlineSpmdPass());
  // llvm only.
}
