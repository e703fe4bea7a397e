//===- GatherEarly.cpp - gather rows before working on them ---------------===//
//
// Moves scratch.gather_rows above linalg operations that treat every row by itself:
// products with a matrix, biases, activations. Keep-lists then thin out projections,
// not only attention. Stage: expand, on tensors; obeys `scratch.rewrites` on the gather.
//
// Two forms of what is gathered: rows of a matrix, and the same seen as batches
// (tensor.expand_shape of its rows).
//
//===----------------------------------------------------------------------===//
#include "passes/Expand/InitialValue.h"
#include "passes/Expand/Passes.h"

#include "dialects/Scratch/Rewrites.h"

#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Dominance.h"
#include "mlir/Transforms/CSE.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

namespace scratch {
#define GEN_PASS_DEF_GATHEREARLYPASS
#include "passes/Expand/Passes.h.inc"
} // namespace scratch

using namespace mlir;
using namespace scratch;

/// Whether fewer rows are gathered than there are.
static bool dropsRows(GatherRowsOp gather) {
  auto source = cast<RankedTensorType>(gather.getSource().getType());
  auto result = cast<RankedTensorType>(gather.getResult().getType());
  // What a sample keeps are some of its tokens.
  if (gather.getIds().getDefiningOp<PatchSampleOp>())
    return true;
  int64_t batches = source.getRank() - 2, gathered = 1;
  for (int64_t extent : result.getShape().drop_front(batches).drop_back()) {
    if (ShapedType::isDynamic(extent))
      return false;
    gathered *= extent;
  }
  int64_t rows = source.getDimSize(batches);
  return !ShapedType::isDynamic(rows) && gathered < rows;
}

/// Whether row r of the only result, a matrix, depends on row r of those operands that
/// have as many, and otherwise on all of the others.
static bool isByRows(linalg::LinalgOp op) {
  if (!op.hasPureTensorSemantics() || op.getNumDpsInits() != 1 || op->getNumResults() != 1)
    return false;
  AffineMap out = op.getMatchingIndexingMap(op.getDpsInitOperand(0));
  if (out.getNumResults() != 2)
    return false;
  auto row = dyn_cast<AffineDimExpr>(out.getResult(0));
  if (!row || out.getResult(1).isFunctionOfDim(row.getPosition()) ||
      op.getIteratorTypesArray()[row.getPosition()] != utils::IteratorType::parallel)
    return false;
  for (OpOperand *input : op.getDpsInputOperands()) {
    AffineMap map = op.getMatchingIndexingMap(input);
    if (!map.isFunctionOfDim(row.getPosition()))
      continue;
    if (map.getNumResults() != 2 || map.getResult(0) != row ||
        map.getResult(1).isFunctionOfDim(row.getPosition()))
      return false;
  }
  // Rows are told apart by their operands alone.
  return op.getBlock()->getOps<linalg::IndexOp>().empty();
}

/// What the result starts from, for as many rows as `like` has: filled with a number,
/// or not read. Null for anything else.
static Value initOf(OpBuilder &b, linalg::LinalgOp op, RankedTensorType type,
                    ArrayRef<OpFoldResult> sizes) {
  Location loc = op.getLoc();
  OpOperand *init = op.getDpsInitOperand(0);
  auto fill = init->get().getDefiningOp<linalg::FillOp>();
  if (!fill && op.payloadUsesValueFromOperand(init))
    return {};
  Value empty = tensor::EmptyOp::create(b, loc, sizes, type.getElementType());
  if (!fill)
    return empty;
  return linalg::FillOp::create(b, loc, fill.getInputs(), ValueRange{empty}).getResult(0);
}

namespace {
struct MoveGather : OpRewritePattern<GatherRowsOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(GatherRowsOp gather, PatternRewriter &rewriter) const override {
    auto allowed = gather->getAttrOfType<RewritesAttr>(kRewritesAttr);
    if (allowed && !bitEnumContainsAny(allowed.getValue(), Rewrites::Compact))
      return rewriter.notifyMatchFailure(gather, "not allowed");
    // A row that is not there would be zero before the operation, not after it.
    if (gather.getPadded() || !dropsRows(gather))
      return rewriter.notifyMatchFailure(gather, "no rows are dropped, or some are missing");
    Value source = gather.getSource();
    auto batches = source.getDefiningOp<tensor::ExpandShapeOp>();
    if (batches && (!batches->hasOneUse() || !keepsSize(batches)))
      return rewriter.notifyMatchFailure(gather, "rows are not seen as batches");
    Value matrix = batches ? batches.getSrc() : source;
    auto op = matrix.getDefiningOp<linalg::LinalgOp>();
    if (!op || !matrix.hasOneUse() || !isByRows(op))
      return rewriter.notifyMatchFailure(gather, "not computed row by row for this alone");
    OpOperand *init = op.getDpsInitOperand(0);
    if (!init->get().getDefiningOp<linalg::FillOp>() && op.payloadUsesValueFromOperand(init))
      return rewriter.notifyMatchFailure(gather, "adds to rows");

    rewriter.setInsertionPoint(gather);
    AffineMap out = op.getMatchingIndexingMap(init);
    unsigned row = cast<AffineDimExpr>(out.getResult(0)).getPosition();
    SmallVector<Value> operands;
    Value few;                       // the last of the gathered operands
    SmallVector<OpFoldResult> shape; // of what it was gathered to
    for (OpOperand *input : op.getDpsInputOperands()) {
      if (!op.getMatchingIndexingMap(input).isFunctionOfDim(row)) {
        operands.push_back(input->get());
        continue;
      }
      few = gatherOf(rewriter, gather, batches, input->get());
      shape = tensor::getMixedSizes(rewriter, op.getLoc(), few);
      int64_t rank = cast<RankedTensorType>(few.getType()).getRank();
      if (rank > 2)
        few = tensor::CollapseShapeOp::create(rewriter, op.getLoc(), few, leading(rank));
      operands.push_back(few);
    }
    if (!few)
      return failure();
    Location loc = op.getLoc();
    auto type = cast<RankedTensorType>(matrix.getType());
    SmallVector<OpFoldResult> sizes{tensor::getMixedSize(rewriter, loc, few, 0),
                                    tensor::getMixedSize(rewriter, loc, init->get(), 1)};
    Value start = initOf(rewriter, op, type, sizes);
    operands.push_back(start);
    Operation *copy = clone(rewriter, op, start.getType(), operands);
    Value result = copy->getResult(0);
    auto wanted = cast<RankedTensorType>(gather.getResult().getType());
    shape.back() = sizes[1];
    if (wanted.getRank() > 2)
      result = tensor::ExpandShapeOp::create(rewriter, loc, wanted, result,
                                             leading(wanted.getRank()), shape);
    else if (result.getType() != wanted)
      result = tensor::CastOp::create(rewriter, loc, wanted, result);
    rewriter.replaceOp(gather, result);
    // Operands of what is no longer needed may move next.
    if (batches)
      rewriter.eraseOp(batches);
    rewriter.eraseOp(op);
    return success();
  }

private:
  /// All dimensions but the last come together.
  static SmallVector<ReassociationIndices> leading(int64_t rank) {
    SmallVector<ReassociationIndices> groups(2);
    for (int64_t d = 0; d + 1 < rank; ++d)
      groups[0].push_back(d);
    groups[1].push_back(rank - 1);
    return groups;
  }

  static bool keepsSize(tensor::ExpandShapeOp batches) {
    int64_t rank = batches.getResultType().getRank();
    return batches.getReassociationIndices() == leading(rank);
  }

  /// The gathered rows of a matrix with as many rows.
  static Value gatherOf(PatternRewriter &rewriter, GatherRowsOp gather,
                        tensor::ExpandShapeOp batches, Value matrix) {
    Location loc = gather.getLoc();
    auto sized = [&](RankedTensorType like) {
      SmallVector<int64_t> shape(like.getShape());
      shape.back() = cast<RankedTensorType>(matrix.getType()).getDimSize(1);
      return RankedTensorType::get(shape,
                                   cast<RankedTensorType>(matrix.getType()).getElementType());
    };
    Value from = matrix;
    if (batches) {
      SmallVector<OpFoldResult> sizes = batches.getMixedOutputShape();
      sizes.back() = tensor::getMixedSize(rewriter, loc, matrix, 1);
      from = tensor::ExpandShapeOp::create(rewriter, loc, sized(batches.getResultType()), matrix,
                                           batches.getReassociationIndices(), sizes);
    }
    RankedTensorType type = sized(cast<RankedTensorType>(gather.getResult().getType()));
    return GatherRowsOp::create(rewriter, loc, type, from, gather.getIds(),
                                gather.getPaddedAttr());
  }
};

struct GatherEarlyPass : scratch::impl::GatherEarlyPassBase<GatherEarlyPass> {
  using Base::Base;

  void runOnOperation() override {
    bool any = false;
    getOperation().walk([&](GatherRowsOp) { any = true; });
    if (!any)
      return;
    RewritePatternSet patterns(&getContext());
    patterns.add<MoveGather>(&getContext());
    // Other operations stay as they are.
    GreedyRewriteConfig config;
    config.enableFolding(false).enableConstantCSE(false);
    config.setStrictness(GreedyRewriteStrictness::ExistingAndNewOps);
    SmallVector<Operation *> gathers;
    getOperation().walk([&](GatherRowsOp gather) { gathers.push_back(gather); });
    bool changed = false;
    if (failed(applyOpPatternsGreedily(gathers, std::move(patterns), config, &changed)))
      return signalPassFailure();
    if (!changed)
      return;
    // Several projections of one tensor gather it once.
    IRRewriter rewriter(&getContext());
    DominanceInfo dominance(getOperation());
    eliminateCommonSubExpressions(rewriter, dominance, getOperation());
  }
};
} // namespace
