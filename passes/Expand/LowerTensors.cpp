//===- LowerTensors.cpp - upstream's mini-pipeline, with our assemble -----===//
#include "passes/Emission/LoopBuilder.h"
#include "passes/Expand/Passes.h"

#include "mlir/Dialect/Bufferization/Transforms/Bufferize.h"
#include "mlir/Dialect/Bufferization/Transforms/OneShotAnalysis.h"
#include "mlir/Dialect/Bufferization/Transforms/OneShotModuleBufferize.h"
#include "mlir/Dialect/Bufferization/Transforms/Passes.h"
#include "mlir/Dialect/Bufferization/Transforms/Transforms.h"
#include "mlir/Dialect/Linalg/Passes.h"
#include "mlir/Dialect/Linalg/Utils/Utils.h"
#include "mlir/Dialect/SparseTensor/Transforms/Passes.h"
#include "mlir/Interfaces/FunctionInterfaces.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Transforms/Passes.h"

namespace scratch {
#define GEN_PASS_DEF_LOWERTENSORSPASS
#include "passes/Expand/Passes.h.inc"
} // namespace scratch

using namespace mlir;
using namespace scratch;

static bool hasSparseType(TypeRange types) {
  return llvm::any_of(types, [](Type type) {
    // A storage specifier has an encoding too, and stands beside dense tensors.
    return isa<TensorType>(type) && sparse_tensor::getSparseTensorEncoding(type);
  });
}

/// A dimension that splits into two or more of run-time size: upstream's lowering of
/// expand_shape works one size out from the others and crashes where it cannot.
static bool splitsIntoUnknowns(memref::ExpandShapeOp op) {
  MemRefType type = op.getResultType();
  return type.getLayout().isIdentity() &&
         llvm::any_of(op.getReassociationIndices(), [&](const ReassociationIndices &group) {
           return llvm::count_if(group, [&](int64_t d) { return type.isDynamicDim(d); }) > 1;
         });
}

/// The sizes are given; neighbours of a dimension are as far apart as all inner ones reach.
static void reinterpret(memref::ExpandShapeOp op) {
  LoopBuilder b(op.getLoc(), op);
  MemRefType type = op.getResultType();
  SmallVector<OpFoldResult> sizes = op.getMixedOutputShape();
  SmallVector<OpFoldResult> strides(sizes.size());
  SmallVector<int64_t> known;
  int64_t offset;
  (void)type.getStridesAndOffset(known, offset); // identity: always has them
  Value stride = b.index(1);
  for (int64_t d = type.getRank() - 1; d >= 0; --d) {
    strides[d] = ShapedType::isDynamic(known[d]) ? OpFoldResult(stride)
                                                 : OpFoldResult(b.getIndexAttr(known[d]));
    auto size = dyn_cast<Value>(sizes[d]);
    stride = b.mul(stride, size ? size : b.index(*getConstantIntValue(sizes[d])));
  }
  Value cast = memref::ReinterpretCastOp::create(b, type, op.getSrc(), b.getIndexAttr(0), sizes,
                                                 strides);
  op.replaceAllUsesWith(cast);
  op.erase();
}

/// Upstream bufferizes functions in an order that addresses decide, and makes and names
/// constants as it meets them: they get the order and the numbers of their first uses, so that
/// the same source is the same object file.
static void orderConstants(ModuleOp module) {
  SymbolTable symbols(module);
  llvm::MapVector<memref::GlobalOp, StringAttr> names;
  module.walk([&](memref::GetGlobalOp use) {
    auto global = symbols.lookup<memref::GlobalOp>(use.getName());
    if (!global || !global.isPrivate() || !global.getSymName().starts_with("__constant_"))
      return;
    std::string number = std::to_string(names.size());
    StringAttr &name = names[global];
    if (!name)
      name = StringAttr::get(module.getContext(), "__constant_" + number);
    use.setNameAttr(FlatSymbolRefAttr::get(name));
  });
  for (auto [global, name] : llvm::reverse(names)) {
    global.setSymNameAttr(name);
    global->moveBefore(&module.getBody()->front());
  }
}

namespace {
struct LowerTensorsPass : scratch::impl::LowerTensorsPassBase<LowerTensorsPass> {
  using Base::Base;

  /// The pipelines below are built at run time, so their dialects are named here.
  void getDependentDialects(DialectRegistry &registry) const override {
    OpPassManager pipeline("builtin.module");
    buildEnabling(pipeline);
    buildSparsification(pipeline);
    pipeline.getDependentDialects(registry);
    registry.insert<bufferization::BufferizationDialect, memref::MemRefDialect>();
  }

  static void buildEnabling(OpPassManager &pm) {
    pm.addPass(createPreSparsificationRewritePass());
    pm.addNestedPass<func::FuncOp>(bufferization::createEmptyTensorToAllocTensorPass());
  }

  static void buildSparsification(OpPassManager &pm) {
    pm.addPass(createSparseReinterpretMapPass(ReinterpretMapScope::kAll));
    pm.addPass(createSparsificationPass());
    pm.addNestedPass<func::FuncOp>(createStageSparseOperationsPass());
    pm.addPass(createLowerSparseOpsToForeachPass(/*enableRT=*/false, /*enableConvert=*/true));
    pm.addPass(createSparseReinterpretMapPass(ReinterpretMapScope::kExceptGeneric));
    pm.addNestedPass<func::FuncOp>(createLowerForeachToSCFPass());
    pm.addPass(createLoopInvariantCodeMotionPass());
    pm.addPass(createSparseCodegenPass());
    // Sparse tensors are buffers now.
    pm.addPass(createSparseBufferRewritePass(/*enableBufferInitialization=*/false));
  }

  static bufferization::OneShotBufferizationOptions makeOptions() {
    using namespace bufferization;
    OneShotBufferizationOptions options;
    options.bufferizeFunctionBoundaries = true;
    // What a loop carries may be a kernel's result, a buffer of its own.
    options.allowReturnAllocsFromLoops = true;
    options.setFunctionBoundaryTypeConversion(LayoutMapOption::IdentityLayoutMap);
    options.unknownTypeConverterFn = [](TensorType type, Attribute memorySpace,
                                        const BufferizationOptions &) {
      return getMemRefTypeWithStaticIdentityLayout(type, memorySpace);
    };
    // A copy between parts of buffers is a loop nest: as memref.copy it would be a
    // call into upstream's runtime library.
    options.memCpyFn = [](OpBuilder &b, Location loc, Value from, Value to) {
      auto isWhole = [](Value buffer) {
        auto type = dyn_cast<MemRefType>(buffer.getType());
        return type && type.getLayout().isIdentity();
      };
      if (isWhole(from) && isWhole(to))
        memref::CopyOp::create(b, loc, from, to);
      else
        linalg::makeMemRefCopyOp(b, loc, from, to);
      return success();
    };
    // Sparse kernels read and write the same buffers in ways the analysis does not see.
    options.opFilter.allowOperation([](Operation *) { return true; });
    return options;
  }

  LogicalResult run(function_ref<void(OpPassManager &)> build) {
    OpPassManager pm("builtin.module");
    build(pm);
    return runPipeline(pm, getOperation());
  }

  LogicalResult bufferizeDense() {
    bufferization::OneShotBufferizationOptions options = makeOptions();
    options.opFilter.denyOperation([](Operation *op) {
      if (hasSparseType(op->getResultTypes()) || hasSparseType(op->getOperandTypes()))
        return true;
      if (auto function = dyn_cast<func::FuncOp>(op))
        return hasSparseType(function.getArgumentTypes()) ||
               hasSparseType(function.getResultTypes());
      return false;
    });
    bufferization::BufferizationState state;
    if (failed(bufferization::bufferizeModuleOp(getOperation(), options, state)))
      return failure();
    bufferization::removeBufferizationAttributesInModule(getOperation());
    return success();
  }

  void runOnOperation() override {
    if (failed(run(buildEnabling)))
      return signalPassFailure();
    // Copies are decided while everything still is a tensor.
    bufferization::BufferizationState state;
    if (failed(bufferization::insertTensorCopies(getOperation(), makeOptions(), state)))
      return signalPassFailure();
    if (failed(run(buildSparsification)) || failed(bufferizeDense()))
      return signalPassFailure();
    getOperation().walk([](memref::ExpandShapeOp op) {
      if (splitsIntoUnknowns(op))
        reinterpret(op);
    });
    orderConstants(getOperation());
  }
};
} // namespace
