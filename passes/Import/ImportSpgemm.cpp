//===- ImportSpgemm.cpp - sparse times sparse -----------------------------===//
#include "passes/Import/Bodies.h"
#include "passes/Import/Loops.h"
#include "passes/Import/Operands.h"
#include "passes/Import/Patterns.h"

using namespace mlir;
using namespace scratch;

namespace {

/// BEFORE  linalg.matmul ins(%A, %B) outs(%empty), all in CSR or CSC
/// AFTER   scratch.spgemm %A, %B
/// With outs(%C) of a matrix that may have entries, `init(%C)`.
/// Also linalg.generic with the same accesses, and semirings that are spelled
/// out in sparse_tensor.binary and sparse_tensor.reduce.
struct ImportSpgemm : OpInterfaceRewritePattern<linalg::LinalgOp> {
  using OpInterfaceRewritePattern::OpInterfaceRewritePattern;

  LogicalResult matchAndRewrite(linalg::LinalgOp op, PatternRewriter &rewriter) const override {
    if (!op.hasPureTensorSemantics() || op.getNumDpsInputs() != 2)
      return rewriter.notifyMatchFailure(op, "not two tensors");
    std::optional<Loops> loops = Loops::of(op);
    if (!loops || op.getNumLoops() != 3)
      return rewriter.notifyMatchFailure(op, "not a product of matrices");
    OpOperand *lhs = inputReadAt(op, {loops->i, loops->k});
    OpOperand *rhs = inputReadAt(op, {loops->k, loops->j});
    if (!lhs || !rhs)
      return rewriter.notifyMatchFailure(op, "an operand is read transposed");
    OpOperand *init = op.getDpsInitOperand(0);
    for (OpOperand *operand : {lhs, rhs, init})
      if (!isKernelMatrix(operand->get().getType()))
        return rewriter.notifyMatchFailure(op, "a matrix is not in CSR or CSC");

    Block &body = *op.getBlock();
    Value a = op.getMatchingBlockArgument(lhs), b = op.getMatchingBlockArgument(rhs);
    Value c = op.getMatchingBlockArgument(init);
    if (a.getType() != c.getType() || b.getType() != c.getType())
      return rewriter.notifyMatchFailure(op, "element types differ");
    std::optional<SpelledSemiring> spelled;
    std::optional<SemiringKind> kind = matchPlainBody(body, a, b, c);
    if (!kind) {
      spelled = matchSpelledBody(body, a, b, c);
      if (!spelled)
        return rewriter.notifyMatchFailure(op, "body is no semiring");
      kind = spelled->kind();
    }
    Value added = isEmptySparse(init->get()) ? Value() : skipCopies(init->get());
    bool custom = *kind == SemiringKind::custom;
    auto semiring = SemiringAttr::get(rewriter.getContext(), *kind);
    auto kernel = SpgemmOp::create(rewriter, op.getLoc(), op->getResult(0).getType(), lhs->get(),
                                   rhs->get(), /*mask=*/Value(), added, /*complement=*/false, semiring,
                                   custom ? spelled->identity : TypedAttr(), StrategyAttr());
    if (custom)
      spelled->copyInto(kernel, rewriter);
    rewriter.replaceOp(op, kernel);
    return success();
  }
};

} // namespace

void scratch::populateSpgemmImport(RewritePatternSet &patterns) {
  patterns.add<ImportSpgemm>(patterns.getContext());
}
