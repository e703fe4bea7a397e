//===- ExpandKernels.cpp - kernels become loops ---------------------------===//
#include "passes/Expand/Dense/Dense.h"
#include "passes/Expand/Kernels.h"
#include "passes/Expand/Passes.h"
#include "passes/Expand/Patch/Patch.h"
#include "passes/Expand/Prune/MaskUses.h"

#include "mlir/Transforms/RegionUtils.h"

#include "llvm/ADT/TypeSwitch.h"

namespace scratch {
#define GEN_PASS_DEF_EXPANDKERNELSPASS
#include "passes/Expand/Passes.h.inc"
} // namespace scratch

using namespace mlir;
using namespace scratch;

namespace {
struct ExpandKernelsPass : scratch::impl::ExpandKernelsPassBase<ExpandKernelsPass> {
  using Base::Base;

  static FailureOr<LoopBuilder::Values> expand(LoopBuilder &b, Operation *op, MaskGrids &masks) {
    if (isDenseProduct(op))
      return LoopBuilder::Values{expandDenseProduct(b, op)};
    if (isa<PruningOpInterface>(op))
      return expandPruning(b, op, masks);
    if (auto attention = dyn_cast<AttentionOp>(op))
      return expandAttention(b, attention);
    if (auto backward = dyn_cast<AttentionBackwardOp>(op))
      return expandAttentionBackward(b, backward);
    if (auto merge = dyn_cast<AttentionMergeOp>(op))
      return expandAttentionMerge(b, merge);
    if (auto sample = dyn_cast<PatchSampleOp>(op))
      return expandPatchSample(b, sample);
    FailureOr<Value> result =
        llvm::TypeSwitch<Operation *, FailureOr<Value>>(op)
            .Case([&](SpgemmOp op) { return expandSpgemm(b, op); })
            .Case([&](SpgemmExecuteOp op) { return expandSpgemmExecute(b, op); })
            .Case([&](SpgemmPlanOp op) { return expandSpgemmPlan(b, op); })
            .Case([&](FingerprintOp op) { return expandFingerprint(b, op); })
            .Case([&](FoldOp op) { return expandFold(b, op); })
            .Case([&](SpmmOp op) { return expandSpmm(b, op); })
            .Case([&](SpmvOp op) { return expandSpmv(b, op); })
            .Case([&](SddmmOp op) { return expandSddmm(b, op); })
            .Case([&](BlocksOfMaskOp op) { return expandMaskBlocks(b, op); })
            .Case([&](GatherRowsOp op) { return expandGatherRows(b, op); })
            .Case([&](ScatterRowsOp op) { return expandScatterRows(b, op); })
            .Default([&](Operation *op) -> FailureOr<Value> {
              return op->emitError("no expansion for this kernel");
            });
    if (failed(result))
      return failure();
    return LoopBuilder::Values{*result};
  }

  void runOnOperation() override {
    SmallVector<Operation *> kernels;
    getOperation().walk([&](Operation *op) {
      if (isa<KernelOpInterface, PruningOpInterface, AttentionOp, AttentionMergeOp,
              AttentionBackwardOp, BlocksOfMaskOp, PatchSampleOp, GatherRowsOp,
              ScatterRowsOp, FingerprintOp, SpgemmPlanOp, FoldOp>(op) ||
          isDenseProduct(op))
        kernels.push_back(op);
    });
    // Products that are folded at once are computed by their folds.
    llvm::erase_if(kernels, [](Operation *op) {
      auto product = dyn_cast<SpgemmOp>(op);
      return product && isFolded(product);
    });
    IRRewriter rewriter(&getContext());
    MaskGrids grids;
    for (Operation *kernel : kernels) {
      Operation *last = isDenseProduct(kernel) ? lastOfDenseProduct(kernel) : kernel;
      LoopBuilder b(kernel->getLoc(), last);
      FailureOr<LoopBuilder::Values> results = expand(b, kernel, grids);
      if (failed(results))
        return signalPassFailure();
      Operation *folded =
          isa<FoldOp>(kernel) ? kernel->getOperand(0).getDefiningOp() : nullptr;
      rewriter.replaceOp(last, *results);
      if (isa_and_nonnull<SpgemmOp>(folded) && folded->use_empty())
        rewriter.eraseOp(folded);
      ++numExpanded;
    }
    // Initial values that are not read, masks that kernels have taken in.
    (void)runRegionDCE(rewriter, getOperation()->getRegions());
    // Masks have no meaning of their own: what is left of them is unused.
    SmallVector<Operation *> masks;
    getOperation().walk([&](Operation *op) {
      if (op->getNumResults() == 1 && isa<MaskType>(op->getResult(0).getType()))
        masks.push_back(op);
    });
    for (Operation *mask : llvm::reverse(masks)) {
      if (!mask->use_empty()) {
        mask->emitError("mask is used by an operation that is not a kernel");
        return signalPassFailure();
      }
      mask->erase();
    }
  }
};
} // namespace
