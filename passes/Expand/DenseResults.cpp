//===- DenseResults.cpp - results that are wanted dense start from zeros --===//
//
// Stage: expand, before upstream's sparsifier sees what no kernel covers.
//
//===----------------------------------------------------------------------===//
#include "passes/Expand/Passes.h"

#include "mlir/Dialect/Bufferization/IR/Bufferization.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

namespace scratch {
#define GEN_PASS_DEF_DENSERESULTSPASS
#include "passes/Expand/Passes.h.inc"
} // namespace scratch

using namespace mlir;
using namespace scratch;

/// The run-time extents of a tensor that starts without entries.
static std::optional<SmallVector<Value>> extentsOfEmpty(Value init) {
  if (auto empty = init.getDefiningOp<tensor::EmptyOp>())
    return SmallVector<Value>(empty.getDynamicSizes());
  auto allocated = init.getDefiningOp<bufferization::AllocTensorOp>();
  if (allocated && !allocated.getCopy())
    return SmallVector<Value>(allocated.getDynamicSizes());
  return std::nullopt;
}

namespace {

struct StartFromZeros : OpRewritePattern<sparse_tensor::ConvertOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(sparse_tensor::ConvertOp op,
                                PatternRewriter &rewriter) const override {
    auto dense = dyn_cast<RankedTensorType>(op.getType());
    auto product = op.getSource().getDefiningOp<linalg::LinalgOp>();
    if (!dense || dense.getEncoding() || !product || !op.getSource().hasOneUse() ||
        product->getNumResults() != 1 || product.getNumDpsInits() != 1)
      return rewriter.notifyMatchFailure(op, "not the only use of a product's sparse result");
    OpOperand *init = product.getDpsInitOperand(0);
    auto start = cast<RankedTensorType>(init->get().getType());
    std::optional<SmallVector<Value>> extents = extentsOfEmpty(init->get());
    if (!extents || start.getShape() != dense.getShape() ||
        !sparse_tensor::getSparseTensorEncoding(start))
      return rewriter.notifyMatchFailure(op, "does not start without entries");
    rewriter.setInsertionPoint(product);
    Location loc = product.getLoc();
    Value zero = arith::ConstantOp::create(rewriter, loc,
                                           rewriter.getZeroAttr(dense.getElementType()));
    Value buffer = tensor::EmptyOp::create(rewriter, loc, dense.getShape(),
                                           dense.getElementType(), *extents);
    Value zeros = linalg::FillOp::create(rewriter, loc, zero, buffer).getResult(0);
    Operation *again = rewriter.clone(*product);
    rewriter.modifyOpInPlace(again, [&] {
      again->setOperand(init->getOperandNumber(), zeros);
      again->getResult(0).setType(dense);
    });
    rewriter.replaceOp(op, again);
    rewriter.eraseOp(product);
    return success();
  }
};

struct DenseResultsPass : scratch::impl::DenseResultsPassBase<DenseResultsPass> {
  using Base::Base;

  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    patterns.add<StartFromZeros>(&getContext());
    if (failed(applyPatternsGreedily(getOperation(), std::move(patterns))))
      signalPassFailure();
  }
};

} // namespace
