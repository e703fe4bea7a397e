//===- MaskFolds.cpp - folds of and, or and not of masks ------------------===//
#include "dialects/Scratch/Scratch.h"

using namespace mlir;
using namespace scratch;

/// m op m is m; and absorption: m and (m or x) is m, m or (m and x) is m.
template <typename Dual>
static OpFoldResult foldCombination(Value lhs, Value rhs) {
  if (lhs == rhs)
    return lhs;
  auto absorbs = [](Value mask, Value other) {
    auto dual = other.getDefiningOp<Dual>();
    return dual && (dual.getLhs() == mask || dual.getRhs() == mask);
  };
  if (absorbs(lhs, rhs))
    return lhs;
  if (absorbs(rhs, lhs))
    return rhs;
  return {};
}

OpFoldResult MaskAndOp::fold(FoldAdaptor) { return foldCombination<MaskOrOp>(getLhs(), getRhs()); }

OpFoldResult MaskOrOp::fold(FoldAdaptor) { return foldCombination<MaskAndOp>(getLhs(), getRhs()); }

OpFoldResult MaskNotOp::fold(FoldAdaptor) {
  if (auto inner = getInput().getDefiningOp<MaskNotOp>())
    return inner.getInput();
  return {};
}

/// BEFORE: and (not a), (not b)    AFTER: not (or a, b)    and the dual: the
/// complement moves towards the consumer, which takes it in.
template <typename Dual, typename Op>
static LogicalResult complementOutwards(Op op, PatternRewriter &rewriter) {
  auto lhs = op.getLhs().template getDefiningOp<MaskNotOp>();
  auto rhs = op.getRhs().template getDefiningOp<MaskNotOp>();
  if (!lhs || !rhs)
    return rewriter.notifyMatchFailure(op, "not both operands are complements");
  Value dual = Dual::create(rewriter, op.getLoc(), lhs.getInput(), rhs.getInput());
  rewriter.replaceOpWithNewOp<MaskNotOp>(op, dual);
  return success();
}

LogicalResult MaskAndOp::canonicalize(MaskAndOp op, PatternRewriter &rewriter) {
  return complementOutwards<MaskOrOp>(op, rewriter);
}

LogicalResult MaskOrOp::canonicalize(MaskOrOp op, PatternRewriter &rewriter) {
  return complementOutwards<MaskAndOp>(op, rewriter);
}
