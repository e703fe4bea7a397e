//===- Lowering.cpp - passes that every target's stages share -------------===//
//
// A target's own dialect may be lowered between or behind these lists; passes
// that meet nothing of theirs do nothing.
//
//===----------------------------------------------------------------------===//
#include "passes/Pipelines/Lowering.h"

#include "passes/Conversion/Runtime/Passes.h"

#include "mlir/Conversion/Passes.h"
#include "mlir/Dialect/Arith/Transforms/Passes.h"
#include "mlir/Dialect/Linalg/Passes.h"
#include "mlir/Dialect/Math/Transforms/Passes.h"
#include "mlir/Dialect/MemRef/Transforms/Passes.h"
#include "mlir/Dialect/SparseTensor/Transforms/Passes.h"
#include "mlir/Transforms/Passes.h"

using namespace mlir;
using namespace scratch;

void scratch::addServicesToRuntime(OpPassManager &pm, Chunks chunks) {
  pm.addPass(createServicesToRuntimePass({chunks.weight, chunks.most}));
  pm.addPass(createSparseBufferRewritePass(/*enableBufferInitialization=*/false));
  pm.addPass(createCanonicalizerPass());
  pm.addPass(createCSEPass());
}

/// Arithmetic on bf16 becomes that on f32: where a processor has none, LLVM calls
/// compiler-rt, which we do not link.
static void addShortFloatsToF32(OpPassManager &pm) {
  pm.addPass(math::createMathExtendToSupportedTypes());
  arith::ArithEmulateUnsupportedFloatsOptions floats;
  floats.sourceTypeStrs = {"bf16"};
  pm.addPass(arith::createArithEmulateUnsupportedFloats(floats));
  pm.addPass(createShortFloatsPass());
}

void scratch::addStructureToBlocks(OpPassManager &pm, bool x86Vector) {
  pm.addPass(createStorageSpecifierToLLVMPass());
  pm.addNestedPass<func::FuncOp>(createConvertLinalgToLoopsPass());
  addShortFloatsToF32(pm);
  pm.addNestedPass<func::FuncOp>(createConvertVectorToSCFPass());
  pm.addPass(memref::createExpandReallocPass());
  pm.addPass(memref::createExpandStridedMetadataPass());
  pm.addPass(createLowerAffinePass());
  pm.addPass(createSCFToControlFlowPass());
  // Plain blocks from here on.
  ConvertVectorToLLVMPassOptions vectors;
  vectors.x86Vector = x86Vector;
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
}

void scratch::addBlocksToLLVM(OpPassManager &pm) {
  pm.addPass(createConvertFuncToLLVMPass());
  pm.addPass(createArithToLLVMConversionPass());
  pm.addPass(createUBToLLVMConversionPass());
  pm.addPass(createConvertControlFlowToLLVMPass());
  pm.addPass(createReconcileUnrealizedCastsPass());
}
