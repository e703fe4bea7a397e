//===- ImportSddmm.cpp - a dense product, sampled by a sparse matrix ------===//
//
// The factor is taken out of the sum: s * (sum of a * b) for sum of s * a * b.
// Integers agree exactly; floating point up to rounding, like any change of the
// order of additions.
//
//===----------------------------------------------------------------------===//
#include "passes/Import/Bodies.h"
#include "passes/Import/Loops.h"
#include "passes/Import/Operands.h"
#include "passes/Import/Patterns.h"

using namespace mlir;
using namespace scratch;

namespace {

/// Dense factors of a product, read at (i, k) and at (k, j) or (j, k).
struct DenseFactors {
  OpOperand *lhs = nullptr, *rhs = nullptr;
  bool transposed = false;

  static std::optional<DenseFactors> of(linalg::LinalgOp op, const Loops &loops) {
    DenseFactors factors;
    factors.lhs = inputReadAt(op, {loops.i, loops.k});
    factors.rhs = inputReadAt(op, {loops.k, loops.j});
    if (!factors.rhs) {
      factors.rhs = inputReadAt(op, {loops.j, loops.k});
      factors.transposed = true;
    }
    if (!factors.lhs || !factors.rhs || !isDense(factors.lhs->get().getType(), 2) ||
        !isDense(factors.rhs->get().getType(), 2))
      return std::nullopt;
    return factors;
  }
};

/// What an sddmm needs of its sample and of the tensor it is written to.
LogicalResult checkSampled(linalg::LinalgOp op, Value sample, Value init,
                           PatternRewriter &rewriter) {
  if (!isKernelMatrix(sample.getType()))
    return rewriter.notifyMatchFailure(op, "sample is not in CSR or CSC");
  auto encoding = [](Value tensor) {
    return sparse_tensor::getSparseTensorEncoding(tensor.getType());
  };
  if (encoding(sample) != encoding(init))
    return rewriter.notifyMatchFailure(op, "result is not stored like the sample");
  if (!isEmptySparse(init))
    return rewriter.notifyMatchFailure(op, "adds to a sparse result that may have entries");
  return success();
}

bool haveElement(Type element, ArrayRef<Value> tensors) {
  return llvm::all_of(tensors, [&](Value tensor) {
    return getElementTypeOrSelf(tensor.getType()) == element;
  });
}

void replaceBySddmm(linalg::LinalgOp op, Value sample, const DenseFactors &factors,
                    PatternRewriter &rewriter) {
  auto semiring = SemiringAttr::get(rewriter.getContext(), SemiringKind::plus_times);
  rewriter.replaceOpWithNewOp<SddmmOp>(op, op->getResult(0).getType(), sample,
                                       factors.lhs->get(), factors.rhs->get(),
                                       /*pattern_only=*/false, factors.transposed, semiring,
                                       TypedAttr(), StrategyAttr());
}

/// BEFORE  linalg.generic ins(%S, %A, %B) outs(%empty) { x + s * a * b }
/// AFTER   scratch.sddmm %S, %A, %B
struct ImportSampledProduct : OpInterfaceRewritePattern<linalg::LinalgOp> {
  using OpInterfaceRewritePattern::OpInterfaceRewritePattern;

  LogicalResult matchAndRewrite(linalg::LinalgOp op, PatternRewriter &rewriter) const override {
    if (!op.hasPureTensorSemantics() || op.getNumDpsInputs() != 3)
      return rewriter.notifyMatchFailure(op, "not three tensors");
    std::optional<Loops> loops = Loops::of(op);
    if (!loops || op.getNumLoops() != 3)
      return rewriter.notifyMatchFailure(op, "not a product of matrices");
    OpOperand *sample = inputReadAt(op, {loops->i, loops->j});
    std::optional<DenseFactors> factors = DenseFactors::of(op, *loops);
    if (!sample || !factors)
      return rewriter.notifyMatchFailure(op, "not a sample and two dense factors");
    OpOperand *init = op.getDpsInitOperand(0);
    if (failed(checkSampled(op, sample->get(), init->get(), rewriter)))
      return failure();
    Value c = op.getMatchingBlockArgument(init);
    if (!haveElement(c.getType(), {sample->get(), factors->lhs->get(), factors->rhs->get()}))
      return rewriter.notifyMatchFailure(op, "element types differ");
    if (!matchSampledBody(*op.getBlock(), op.getMatchingBlockArgument(sample),
                          op.getMatchingBlockArgument(factors->lhs),
                          op.getMatchingBlockArgument(factors->rhs), c))
      return rewriter.notifyMatchFailure(op, "body is not x + s * a * b");
    replaceBySddmm(op, sample->get(), *factors, rewriter);
    return success();
  }
};

/// BEFORE  %T = linalg.matmul ins(%A, %B) outs(%zero), all dense, one use
///         linalg.generic ins(%T, %S) outs(%empty) { t * s }
/// AFTER   scratch.sddmm %S, %A, %B
struct ImportScaledProduct : OpInterfaceRewritePattern<linalg::LinalgOp> {
  using OpInterfaceRewritePattern::OpInterfaceRewritePattern;

  LogicalResult matchAndRewrite(linalg::LinalgOp op, PatternRewriter &rewriter) const override {
    if (!op.hasPureTensorSemantics() || op.getNumDpsInputs() != 2 || op.getNumDpsInits() != 1 ||
        op.getNumLoops() != 2 || op.getNumParallelLoops() != 2)
      return rewriter.notifyMatchFailure(op, "not element-wise on two matrices");
    for (OpOperand &operand : op->getOpOperands())
      if (!op.getMatchingIndexingMap(&operand).isIdentity())
        return rewriter.notifyMatchFailure(op, "a matrix is read transposed");
    OpOperand *first = op.getDpsInputOperand(0), *second = op.getDpsInputOperand(1);
    OpOperand *sample = isKernelMatrix(first->get().getType()) ? first : second;
    OpOperand *scaled = sample == first ? second : first;
    OpOperand *init = op.getDpsInitOperand(0);
    if (failed(checkSampled(op, sample->get(), init->get(), rewriter)))
      return failure();
    if (!matchScaledBody(*op.getBlock(), op.getMatchingBlockArgument(first),
                         op.getMatchingBlockArgument(second)))
      return rewriter.notifyMatchFailure(op, "body is not t * s");

    auto product = scaled->get().getDefiningOp<linalg::LinalgOp>();
    if (!product || !scaled->get().hasOneUse() || product.getNumDpsInputs() != 2 ||
        !product.hasPureTensorSemantics() || product.getNumLoops() != 3)
      return rewriter.notifyMatchFailure(op, "scales no product of its own");
    std::optional<Loops> loops = Loops::of(product);
    std::optional<DenseFactors> factors =
        loops ? DenseFactors::of(product, *loops) : std::nullopt;
    if (!factors || !isDense(scaled->get().getType(), 2))
      return rewriter.notifyMatchFailure(op, "product is not of dense matrices");
    OpOperand *start = product.getDpsInitOperand(0);
    if (!isZero(start->get()))
      return rewriter.notifyMatchFailure(op, "product adds to a tensor that may not be zero");
    Type element = getElementTypeOrSelf(init->get().getType());
    if (!haveElement(element, {sample->get(), factors->lhs->get(), factors->rhs->get(),
                               scaled->get()}))
      return rewriter.notifyMatchFailure(op, "element types differ");
    if (matchPlainBody(*product.getBlock(), product.getMatchingBlockArgument(factors->lhs),
                       product.getMatchingBlockArgument(factors->rhs),
                       product.getMatchingBlockArgument(start)) != SemiringKind::plus_times)
      return rewriter.notifyMatchFailure(op, "product is not a sum of products");
    replaceBySddmm(op, sample->get(), *factors, rewriter);
    return success();
  }
};

} // namespace

void scratch::populateSddmmImport(RewritePatternSet &patterns) {
  patterns.add<ImportSampledProduct, ImportScaledProduct>(patterns.getContext());
}
