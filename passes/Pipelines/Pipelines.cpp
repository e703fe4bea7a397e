//===- Pipelines.cpp - the stages, each a list of passes ------------------===//
#include "passes/Pipelines/Pipelines.h"

#include "passes/Conversion/Runtime/Passes.h"
#include "passes/Conversion/X86/Passes.h"
#include "passes/Expand/Passes.h"
#include "passes/Import/Passes.h"
#include "passes/Strategy/Passes.h"

#include "mlir/Conversion/Passes.h"
#include "mlir/Dialect/Arith/Transforms/Passes.h"
#include "mlir/Dialect/Bufferization/Transforms/Passes.h"
#include "mlir/Dialect/Linalg/Passes.h"
#include "mlir/Dialect/MemRef/Transforms/Passes.h"
#include "mlir/Dialect/SparseTensor/Transforms/Passes.h"
#include "mlir/Transforms/Passes.h"

using namespace mlir;
using namespace scratch;

void scratch::buildImportPipeline(OpPassManager &pm) {
  pm.addNestedPass<func::FuncOp>(createImportLinalgPass());
  pm.addPass(createCanonicalizerPass());
  pm.addNestedPass<func::FuncOp>(createNormalizeKernelsPass());
  // All products that we cover are kernels; complements sit in their consumers.
}

void scratch::buildSelectPipeline(OpPassManager &pm,
                                  const SelectOptions &options) {
  AttachTargetPassOptions target;
  target.target = options.target;
  pm.addPass(createAttachTargetPass(target));
  SelectStrategyPassOptions demands;
  demands.dataflow = options.dataflow;
  demands.accumulator = options.accumulator;
  demands.phases = options.phases;
  demands.rewrites = options.rewrites;
  pm.addPass(createSelectStrategyPass(demands));
  // Every kernel says how it will be computed.
}

void scratch::buildExpandPipeline(OpPassManager &pm) {
  pm.addPass(createEntryPointsPass());
  // Callers come in through argument blocks; bodies are private.
  pm.addNestedPass<func::FuncOp>(createExpandKernelsPass());
  // No kernels left: level 2 on buffers of tensors.
  pm.addNestedPass<func::FuncOp>(createLinalgGeneralizeNamedOpsPass());
  pm.addNestedPass<func::FuncOp>(createDenseResultsPass());
  pm.addPass(createLowerTensorsPass());
  // No tensors left.
  pm.addPass(createCanonicalizerPass());
  pm.addPass(createCSEPass());
}

void scratch::buildMapX86Pipeline(OpPassManager &pm) {
  pm.addPass(createParallelToOpenMPPass());
  // Every accumulator is the result of its create op.
  pm.addNestedPass<func::FuncOp>(createLowerAccumulatorsX86Pass());
  pm.addPass(createOutlineTilesPass());
  pm.addPass(createLowerExpandLanesX86Pass());
  pm.addPass(createServicesToRuntimePass());
  // No scratch operation left.
  pm.addPass(
      createSparseBufferRewritePass(/*enableBufferInitialization=*/false));
  pm.addPass(createCanonicalizerPass());
  pm.addPass(createCSEPass());
}

void scratch::buildLowerX86Pipeline(OpPassManager &pm) {
  pm.addPass(createStorageSpecifierToLLVMPass());
  pm.addNestedPass<func::FuncOp>(createConvertLinalgToLoopsPass());
  pm.addNestedPass<func::FuncOp>(createConvertVectorToSCFPass());
  pm.addPass(memref::createExpandReallocPass());
  pm.addPass(memref::createExpandStridedMetadataPass());
  pm.addPass(createLowerAffinePass());
  pm.addPass(createSCFToControlFlowPass());
  // Plain blocks from here on.
  ConvertVectorToLLVMPassOptions vectors;
  vectors.x86Vector = true;
  pm.addPass(createConvertVectorToLLVMPass(vectors));
  FinalizeMemRefToLLVMConversionPassOptions memory;
  memory.useAlignedAlloc = true;
  memory.useGenericFunctions = true;
  pm.addPass(createFinalizeMemRefToLLVMConversionPass(memory));
  pm.addPass(createConvertComplexToStandardPass());
  pm.addPass(arith::createArithExpandOpsPass());
  pm.addPass(createConvertMathToLLVMPass());
  pm.addPass(createConvertMathToLibmPass());
  pm.addPass(createConvertComplexToLibm());
  pm.addPass(createConvertComplexToLLVMPass());
  pm.addPass(createConvertOpenMPToLLVMPass());
  pm.addPass(createConvertFuncToLLVMPass());
  pm.addPass(createArithToLLVMConversionPass());
  pm.addPass(createUBToLLVMConversionPass());
  pm.addPass(createConvertControlFlowToLLVMPass());
  pm.addPass(createReconcileUnrealizedCastsPass());
  // llvm and omp only.
}
