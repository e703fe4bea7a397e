//===- ExpandKernels.cpp - kernels become loops ---------------------------===//
#include "passes/Expand/Kernels.h"
#include "passes/Expand/Passes.h"

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

  void runOnOperation() override {
    SmallVector<KernelOpInterface> kernels;
    getOperation().walk([&](KernelOpInterface kernel) { kernels.push_back(kernel); });
    IRRewriter rewriter(&getContext());
    for (KernelOpInterface kernel : kernels) {
      LoopBuilder b(kernel.getLoc(), kernel.getOperation());
      FailureOr<Value> result =
          llvm::TypeSwitch<Operation *, FailureOr<Value>>(kernel)
              .Case([&](SpgemmOp op) { return expandSpgemm(b, op); })
              .Case([&](SpmmOp op) { return expandSpmm(b, op); })
              .Case([&](SpmvOp op) { return expandSpmv(b, op); })
              .Case([&](SddmmOp op) { return expandSddmm(b, op); })
              .Default([&](Operation *op) -> FailureOr<Value> {
                return op->emitError("no expansion for this kernel");
              });
      if (failed(result))
        return signalPassFailure();
      rewriter.replaceOp(kernel, *result);
      ++numExpanded;
    }
    SmallVector<AttentionOp> attentions;
    getOperation().walk([&](AttentionOp op) { attentions.push_back(op); });
    for (AttentionOp op : attentions) {
      LoopBuilder b(op.getLoc(), op);
      FailureOr<LoopBuilder::Values> results = expandAttention(b, op);
      if (failed(results))
        return signalPassFailure();
      rewriter.replaceOp(op, *results);
      ++numExpanded;
    }
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
