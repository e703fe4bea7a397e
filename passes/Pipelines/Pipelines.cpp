//===- Pipelines.cpp - the stages before any target, as lists of passes ---===//
//
// map and lower have a file per target; what those share is in Lowering.cpp.
//
//===----------------------------------------------------------------------===//
#include "passes/Pipelines/Pipelines.h"

#include "passes/Expand/Passes.h"
#include "passes/Import/Passes.h"
#include "passes/Prune/Passes.h"
#include "passes/Strategy/Passes.h"

#include "mlir/Dialect/Linalg/Passes.h"
#include "mlir/Transforms/Passes.h"

using namespace mlir;
using namespace scratch;

void scratch::buildImportPipeline(OpPassManager &pm) {
  pm.addNestedPass<func::FuncOp>(createImportLinalgPass());
  pm.addNestedPass<func::FuncOp>(createPropagateMasksPass());
  // Masked channels are gone.
  pm.addNestedPass<func::FuncOp>(createNormalizeKernelsPass());
  // All products that we cover are kernels; complements sit in their consumers.
}

void scratch::buildSelectPipeline(OpPassManager &pm,
                                  const SelectOptions &options) {
  AttachTargetPassOptions target;
  target.target = options.target;
  pm.addPass(createAttachTargetPass(target));
  ChoosePackingPassOptions packing;
  packing.force = options.packing;
  pm.addPass(createChoosePackingPass(packing));
  SelectStrategyPassOptions demands;
  demands.dataflow = options.dataflow;
  demands.accumulator = options.accumulator;
  demands.phases = options.phases;
  demands.rewrites = options.rewrites;
  demands.schedule = options.schedule;
  demands.hash = options.hash;
  demands.costs = options.costs;
  pm.addPass(createSelectStrategyPass(demands));
  // Every kernel says how it will be computed.
}

void scratch::buildExpandPipeline(OpPassManager &pm) {
  pm.addNestedPass<func::FuncOp>(createGatherEarlyPass());
  pm.addNestedPass<func::FuncOp>(createPackWeightsPass());
  pm.addPass(createEntryPointsPass());
  // Callers come in through argument blocks; bodies are private.
  pm.addNestedPass<func::FuncOp>(createExpandKernelsPass());
  // No kernels left: level 2 on buffers of tensors.
  pm.addNestedPass<func::FuncOp>(createConvertElementwiseToLinalgPass());
  pm.addNestedPass<func::FuncOp>(createLinalgGeneralizeNamedOpsPass());
  pm.addNestedPass<func::FuncOp>(createDenseResultsPass());
  pm.addPass(createLowerTensorsPass());
  // No tensors left.
  pm.addPass(createCanonicalizerPass());
  pm.addPass(createCSEPass());
}
