//===- KernelFolds.cpp - canonicalisations of the products ----------------===//
//
// They hold for every semiring.
//
//===----------------------------------------------------------------------===//
#include "dialects/Scratch/Scratch.h"

#include "mlir/IR/Matchers.h"
#include "mlir/IR/PatternMatch.h"

using namespace mlir;
using namespace scratch;

namespace {

/// BEFORE  %n = scratch.mask.not %m
///         scratch.spgemm %a, %b mask(%n)
/// AFTER   scratch.spgemm %a, %b mask(%m, complement)
struct FoldComplementedMask : OpRewritePattern<SpgemmOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(SpgemmOp op, PatternRewriter &rewriter) const override {
    auto complement = op.getMask() ? op.getMask().getDefiningOp<MaskNotOp>() : nullptr;
    if (!complement)
      return rewriter.notifyMatchFailure(op, "mask is not a complement");
    rewriter.modifyOpInPlace(op, [&] {
      op.getMaskMutable().assign(complement.getInput());
      op.setComplement(!op.getComplement());
    });
    return success();
  }
};

/// Stages that do nothing: a map that yields its value, a keep that yields true.
/// True for every semiring, since a stage sees finished values only.
template <typename Kernel>
struct DropIdleStages : OpRewritePattern<Kernel> {
  using OpRewritePattern<Kernel>::OpRewritePattern;
  LogicalResult matchAndRewrite(Kernel op, PatternRewriter &rewriter) const override {
    if (op.getEpilogue().empty())
      return rewriter.notifyMatchFailure(op, "no epilogue");
    SmallVector<Operation *> idle;
    for (Operation &stage : op.getEpilogue().front()) {
      if (auto map = dyn_cast<MapOp>(stage)) {
        Block &body = map.getBody().front();
        if (body.getTerminator()->getOperand(0) == body.getArgument(0))
          idle.push_back(&stage);
      } else if (auto keep = dyn_cast<KeepOp>(stage)) {
        if (matchPattern(keep.getBody().front().getTerminator()->getOperand(0), m_One()))
          idle.push_back(&stage);
      }
    }
    bool empties = op.getEpilogue().front().getOperations().size() == idle.size() + 1;
    if (idle.empty() && !empties)
      return rewriter.notifyMatchFailure(op, "every stage does something");
    for (Operation *stage : idle)
      rewriter.eraseOp(stage);
    if (empties) {
      Block *block = &op.getEpilogue().front();
      rewriter.eraseOp(block->getTerminator());
      rewriter.eraseBlock(block);
    }
    return success();
  }
};

} // namespace

void SpgemmOp::getCanonicalizationPatterns(RewritePatternSet &patterns, MLIRContext *context) {
  patterns.add<FoldComplementedMask, DropIdleStages<SpgemmOp>>(context);
}

void SpgemmExecuteOp::getCanonicalizationPatterns(RewritePatternSet &patterns,
                                                  MLIRContext *context) {
  patterns.add<DropIdleStages<SpgemmExecuteOp>>(context);
}

void SpmmOp::getCanonicalizationPatterns(RewritePatternSet &patterns, MLIRContext *context) {
  patterns.add<DropIdleStages<SpmmOp>>(context);
}

void SpmvOp::getCanonicalizationPatterns(RewritePatternSet &patterns, MLIRContext *context) {
  patterns.add<DropIdleStages<SpmvOp>>(context);
}

void SddmmOp::getCanonicalizationPatterns(RewritePatternSet &patterns, MLIRContext *context) {
  patterns.add<DropIdleStages<SddmmOp>>(context);
}
