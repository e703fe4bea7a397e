//===- AttentionProblem.cpp - one attention, opened -----------------------===//
#include "passes/Expand/Attention/AttentionProblem.h"

#include "passes/Expand/Attention/MaskEmitter.h"

using namespace mlir;
using namespace scratch;

/// Those of a mask.
static constexpr Rewrites kMaskRewrites =
    Rewrites::Compact | Rewrites::Residues | Rewrites::Patches | Rewrites::Ranges;

FailureOr<AttentionProblem> AttentionProblem::open(LoopBuilder &b, AttentionOp op) {
  AttentionProblem p;
  p.op = op;
  p.tiling = *op.getTiling();
  p.e = AttentionExtents::open(b, op.getQuery(), op.getKey(), op.getValue(), op.getLayout());
  checkReads(b, op.getScore(), {p.e.batches, p.e.queryHeads, p.e.queries, p.e.keys});
  p.query = openHeads(b, op.getQuery(), op.getLayout());
  p.key = openHeads(b, op.getKey(), op.getLayout());
  p.value = openHeads(b, op.getValue(), op.getLayout());
  FailureOr<MaskFormula> opened = MaskFormula::open(
      b, op, op.getMask(), {p.e.batches, p.e.queryHeads, p.e.queries, p.e.keys},
      op.getRewrites().value_or(kMaskRewrites), /*compactQueries=*/!op.getParts(),
      /*ordersPerHead=*/true);
  if (failed(opened))
    return failure();
  p.formula = std::move(*opened);
  int64_t known = op.getKey().getType().getDimSize(op.sequenceDimension());
  p.single = op.allows(Rewrites::Single) && !op.getParts() && known > 0 &&
             known <= p.tiling.getKeys();
  return p;
}
