//===- RowWise.cpp - SpGEMM: row-wise or by dot products ------------------===//
#include "passes/Expand/Spgemm/RowWise.h"

#include "passes/Expand/Epilogue.h"
#include "passes/Expand/Kernels.h"
#include "passes/Expand/RowLoops.h"
#include "passes/Expand/Spgemm/FilledRows.h"
#include "passes/Expand/Spgemm/Inner.h"
#include "passes/Expand/Spgemm/Team.h"
#include "passes/Expand/Spgemm/Workers.h"

using namespace mlir;
using namespace scratch;

ArrayRef<VariantAttr> RowWiseProduct::variantsOf(SpgemmOp op) {
  StrategyAttr strategy = op.getStrategyAttr();
  return strategy ? strategy.getVariants() : ArrayRef<VariantAttr>();
}

LogicalResult RowWiseProduct::open() {
  if (!op.getStrategyAttr())
    return op.emitError("kernel has no strategy; run select first");
  if (product.phases() == Phases::Two && dropsEntries(op.getEpilogue()))
    return op.emitError("an epilogue that drops entries needs phases = one");
  if (failed(product.openOperands(b)) || failed(variants.check(product)))
    return failure();
  window = Bounds::limitWindows(b, variants, product.columns);
  if (failed(product.openMask(b)) || failed(product.openInit(b)))
    return failure();
  if (variants.grouping && !product.mask.empty() &&
      !(MaskWalk::suits(product) && MaskedWhole::suits(product)))
    variants.dropGrouping();
  product.multiplyOut(b);
  return success();
}

/// A team or workers by themselves, whichever the matrices favour.
LoopBuilder::Values RowWiseProduct::computeEither() {
  TeamProduct team(b, product, variants);
  team.measure();
  Workers workers(b, product, variants.behindTeam(), window);
  RankedTensorType type = product.resultType;
  return b.ifElse(
      team.isCheaper(), {positionsType(type), coordinatesType(type), valuesType(type)},
      [&] {
        recordCount(b, "rows", 0, product.rows);
        return team.compute();
      },
      [&] {
        // Without a mask, workers weigh rows by what windows are cut by. With one, tiles of
        // windows hold what is marked as well.
        workers.hold(team.buffers());
        if (product.mask.empty())
          workers.take(team.weighRows(), team.longestRow());
        else
          workers.bound(/*recorded=*/false);
        return workers.compute();
      });
}

LoopBuilder::Values RowWiseProduct::computeByWorkers() {
  std::optional<FilledRows> filled;
  if (FilledRows::suits(product))
    filled.emplace(b, product);
  Workers workers(b, product, variants, window);
  workers.bound();
  LoopBuilder::Values result = workers.compute();
  if (filled)
    result[0] = filled->spread(result[0]);
  return result;
}

LoopBuilder::Values RowWiseProduct::compute() {
  if (!variants.beginWithTeam())
    return computeByWorkers();
  if (!variants.alone())
    return computeEither();
  TeamProduct team(b, product, variants);
  team.measure();
  return team.compute();
}

static bool isInner(SpgemmOp op) {
  StrategyAttr strategy = op.getStrategyAttr();
  return strategy && strategy.getDataflow() == Dataflow::Inner;
}

/// Dot products, row by row, or whichever the matrices favour where the strategy
/// lists accumulators for the other way.
static FailureOr<LoopBuilder::Values> computeInner(LoopBuilder &b, SpgemmOp op) {
  InnerProduct inner(b, op);
  bool compared = !op.getStrategyAttr().getVariants().empty();
  if (failed(inner.open(compared)))
    return failure();
  if (!compared || !inner.canCompare()) {
    LoopBuilder::Values result = inner.compute();
    inner.close();
    return result;
  }
  RowWiseProduct rows(b, op);
  if (failed(rows.open()))
    return failure();
  RankedTensorType type = op.getType();
  auto either = b.ifElse(
      inner.isCheaper(), {positionsType(type), coordinatesType(type), valuesType(type)},
      [&] { return inner.compute(); }, [&] { return rows.compute(); });
  inner.close();
  return either;
}

FailureOr<Value> scratch::expandSpgemm(LoopBuilder &b, SpgemmOp op) {
  FailureOr<LoopBuilder::Values> result;
  if (isInner(op)) {
    result = computeInner(b, op);
  } else {
    RowWiseProduct rows(b, op);
    if (failed(rows.open()))
      return failure();
    result = rows.compute();
  }
  if (failed(result))
    return failure();
  Value height = extent(b, op.getLhs(), 0), width = extent(b, op.getRhs(), 1);
  return Value(AssembleOp::create(b, op.getType(), (*result)[0], (*result)[1], (*result)[2],
                                  height, width));
}
