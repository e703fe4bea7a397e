//===- TeamOrWorkers.cpp - SpGEMM: one table for all, or one for each -----===//
//
// Stage: expand. Where a strategy lists an accumulator of a team and one of workers
// by themselves, the matrices decide. A team closes a window whenever its tile might
// be full, which costs most where the scratchpad is small and where many products
// make one entry, since windows are cut by products. Workers have tables of their
// own, however large, but a row has one worker only.
//
// Both forms of the strategy are evaluated on the whole product. What the result is like
// is estimated in TeamEstimate.cpp.
//
//===----------------------------------------------------------------------===//
#include "passes/Expand/Spgemm/Team.h"

#include "passes/Emission/CostForm.h"
#include "passes/Expand/RowLoops.h"
#include "passes/Expand/Spgemm/Bounds.h"

#include <map>

using namespace mlir;
using namespace scratch;

Value TeamProduct::isCheaper() {
  Value rows = countIfOk(b, product.rows), zero = b.index(0), one = b.index(1);
  SmallVector<Type> types(kLongest + 3, b.getIndexType());
  auto known = b.ifElse(
      StatusOp::create(b), types,
      [&] {
        LoopBuilder::Values found;
        for (int64_t which = 0; which < kLongest; ++which)
          found.push_back(b.loadIndex(extremes, b.index(which)));
        Value entries = b.loadIndex(product.lhs.positions, rows);
        found.append({entries, b.loadIndex(products, entries), b.loadIndex(held, rows)});
        return found;
      },
      [&] { return LoopBuilder::Values(types.size(), zero); });
  Value entries = known[kLongest], all = known[kLongest + 1], coordinates = known[kLongest + 2];
  Value narrow = b.sub(coordinates, known[kWideHeld]);
  Value filled = arith::CeilDivUIOp::create(b, narrow, b.max(capacity, one));
  Value spanned = arith::CeilDivUIOp::create(b, rows, b.max(height, one));
  std::map<CostFeature, Value> amounts{
      {CostFeature::one, rows},
      {CostFeature::entries, entries},
      {CostFeature::products, all},
      {CostFeature::results, estimateResult(all)},
      {CostFeature::windows, b.add(b.max(filled, spanned), known[kPieces])},
      {CostFeature::again, known[kAgain]},
      {CostFeature::longest, longest},
      {CostFeature::wide, known[kWide]}};
  auto costOf = [&](VariantAttr variant) {
    return emitCost(b, costFormOf(variant), [&](CostFeature which) { return amounts[which]; });
  };
  ReleaseOp::create(b, extremes);
  Value team = costOf(variants[0]), workers = costOf(variants[1]);
  Value cheaper = arith::CmpFOp::create(b, arith::CmpFPredicate::OLE, team, workers);
  return takesColumns ? b.bitAnd(cheaper, takesColumns) : cheaper;
}

Value TeamProduct::weighRows() {
  Value one = b.index(1);
  Value size = b.add(product.rows, one);
  Value weights = AllocateOp::create(b, bufferOf(b.getI64Type()), ValueRange{size}, false);
  parallelRows(b, countIfOk(b, size), [&](Value first, Value last) {
    b.loop(first, last, [&](Value row) {
      Value entry = b.loadIndex(product.lhs.positions, row);
      Value work = b.add(b.loadIndex(products, entry), entry);
      b.storeIndex(b.add(work, b.mul(row, b.index(Bounds::kRowWeight))), weights, row);
    });
  });
  return weights;
}
