//===- ImportSparseDense.cpp - sparse times dense matrix or vector --------===//
#include "passes/Import/Bodies.h"
#include "passes/Import/Loops.h"
#include "passes/Import/Operands.h"
#include "passes/Import/Patterns.h"

using namespace mlir;
using namespace scratch;

namespace {

/// BEFORE  linalg.matmul ins(%A, %X) outs(%C0), %A in CSR or CSC, the rest dense
/// AFTER   scratch.spmm %A, %X into %C0
///
/// BEFORE  linalg.matvec ins(%A, %x) outs(%y0), likewise
/// AFTER   scratch.spmv %A, %x into %y0
struct ImportSparseDense : OpInterfaceRewritePattern<linalg::LinalgOp> {
  using OpInterfaceRewritePattern::OpInterfaceRewritePattern;

  LogicalResult matchAndRewrite(linalg::LinalgOp op, PatternRewriter &rewriter) const override {
    if (!op.hasPureTensorSemantics() || op.getNumDpsInputs() != 2)
      return rewriter.notifyMatchFailure(op, "not two tensors");
    std::optional<Loops> loops = Loops::of(op);
    if (!loops)
      return rewriter.notifyMatchFailure(op, "not a product");
    bool vector = op.getNumLoops() == 2;
    int64_t rank = vector ? 1 : 2;
    OpOperand *lhs = inputReadAt(op, {loops->i, loops->k});
    OpOperand *rhs = vector ? inputReadAt(op, {loops->k}) : inputReadAt(op, {loops->k, loops->j});
    if (!lhs || !rhs)
      return rewriter.notifyMatchFailure(op, "an operand is read transposed");
    OpOperand *init = op.getDpsInitOperand(0);
    if (!isKernelMatrix(lhs->get().getType()))
      return rewriter.notifyMatchFailure(op, "left operand is not in CSR or CSC");
    if (!isDense(rhs->get().getType(), rank) || !isDense(init->get().getType(), rank))
      return rewriter.notifyMatchFailure(op, "right operand or result is not dense");

    Value a = op.getMatchingBlockArgument(lhs), b = op.getMatchingBlockArgument(rhs);
    Value c = op.getMatchingBlockArgument(init);
    if (a.getType() != c.getType() || b.getType() != c.getType())
      return rewriter.notifyMatchFailure(op, "element types differ");
    std::optional<SemiringKind> kind = matchPlainBody(*op.getBlock(), a, b, c);
    if (!kind)
      return rewriter.notifyMatchFailure(op, "body is no semiring whose identity is zero");
    auto semiring = SemiringAttr::get(rewriter.getContext(), *kind);
    if (vector)
      rewriter.replaceOpWithNewOp<SpmvOp>(op, lhs->get(), rhs->get(), init->get(), semiring,
                                          TypedAttr(), StrategyAttr());
    else
      rewriter.replaceOpWithNewOp<SpmmOp>(op, lhs->get(), rhs->get(), init->get(), semiring,
                                          TypedAttr(), StrategyAttr());
    return success();
  }
};

} // namespace

void scratch::populateSparseDenseImport(RewritePatternSet &patterns) {
  patterns.add<ImportSparseDense>(patterns.getContext());
}
