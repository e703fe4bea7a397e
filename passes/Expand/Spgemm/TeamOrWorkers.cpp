//===- TeamOrWorkers.cpp - SpGEMM: one table for all, or one for each -----===//
//
// Stage: expand. Where a strategy lists an accumulator of a team and one of workers
// by themselves, the matrices decide. A team closes a window whenever its tile might
// be full, which costs most where the scratchpad is small and where many products
// make one entry, since windows are cut by products. Workers have tables of their
// own, however large, but a row has one worker only.
//
// Both forms of the strategy are evaluated on the whole product. How many products
// make an entry is estimated on one row in thirty-two: of its columns, those that hash
// to 64 places are counted with repetition and without.
//
//===----------------------------------------------------------------------===//
#include "passes/Expand/Spgemm/Team.h"

#include "passes/Emission/CostForm.h"
#include "passes/Expand/RowLoops.h"
#include "passes/Expand/Spgemm/Bounds.h"

#include <map>

using namespace mlir;
using namespace scratch;

/// One row in this many is sampled, fewer of many rows.
static constexpr int64_t kSampleStep = 32, kMostSamples = 1024;
/// A longer row would keep its thread from the others.
static constexpr int64_t kLongestSample = 2048;
/// Places per coordinate that a row may have: with more, fewer fall together.
static constexpr int64_t kSpread = 4;
/// 2^32 / golden ratio, odd.
static constexpr int64_t kMultiplier = 0x9E3779B1;
/// Products per entry where no row was sampled.
static constexpr int64_t kUnsampled = 2;

static void addTo(LoopBuilder &b, Value buffer, int64_t at, Value amount) {
  memref::AtomicRMWOp::create(b, arith::AtomicRMWKind::addi, b.cast(amount, b.getI64Type()),
                              buffer, ValueRange{b.index(at)});
}

/// Counts columns of a row's products that fall into 64 places: with repetition, and
/// without.
LoopBuilder::Values TeamProduct::sampleRow(Value row, ValueRange carried) {
  Type i64 = b.getI64Type();
  Value one = b.index(1);
  auto [begin, behind] = product.lhs.segment(b, row);
  Value length = b.sub(b.loadIndex(products, behind), b.loadIndex(products, begin));
  Value places = b.max(b.mul(length, b.index(kSpread)), b.index(64));
  Value end = b.select(b.less(b.index(kLongestSample), length), begin, behind);
  auto seen = b.loop(begin, end, {b.integer(0, i64), carried[0], carried[1]},
                     [&](Value p, ValueRange outer) {
    auto [from, to] = product.rhs.segment(b, b.loadIndex(product.lhs.coordinates, p));
    return b.loop(from, to, outer, [&](Value at, ValueRange so) {
      Value spread = b.mul(b.loadIndex(product.rhs.coordinates, at), b.index(kMultiplier));
      spread = b.bitAnd(spread, b.index(0xffffffff));
      Value place = b.shiftRight(b.mul(spread, places), 32);
      return b.ifElse(
          b.less(place, b.index(64)), {i64, b.getIndexType(), b.getIndexType()},
          [&] {
            Value bit = arith::ShLIOp::create(b, b.integer(1, i64), b.cast(place, i64));
            Value isNew = b.equal(b.bitAnd(so[0], bit), b.integer(0, i64));
            return LoopBuilder::Values{b.bitOr(so[0], bit), b.add(so[1], one),
                                       b.add(so[2], b.cast(isNew, b.getIndexType()))};
          },
          [&] { return LoopBuilder::Values(so); });
    });
  });
  return {seen[1], seen[2]};
}

/// Entries of the result, estimated.
Value TeamProduct::estimateResult(Value all) {
  Value zero = b.index(0), one = b.index(1);
  Value counts = AllocateOp::create(b, bufferOf(b.getI64Type()), ValueRange{b.index(2)}, true);
  Value rows = countIfOk(b, product.rows);
  Value step = b.max(arith::DivUIOp::create(b, rows, b.index(kMostSamples)), b.index(kSampleStep));
  Value samples = arith::CeilDivUIOp::create(b, rows, step);
  parallelRows(b, samples, [&](Value first, Value last) {
    auto seen = b.loop(first, last, {zero, zero}, [&](Value sample, ValueRange carried) {
      return sampleRow(b.mul(sample, step), carried);
    });
    addTo(b, counts, 0, seen[0]);
    addTo(b, counts, 1, seen[1]);
  });
  Value result = b.ifElse(
      StatusOp::create(b), {b.getIndexType()},
      [&] {
        Value repeated = b.loadIndex(counts, zero), distinct = b.loadIndex(counts, one);
        Value none = b.equal(repeated, zero);
        Type f64 = b.getF64Type();
        auto real = [&](Value value) -> Value {
          return arith::UIToFPOp::create(b, f64, b.cast(value, b.getI64Type()));
        };
        Value share = arith::DivFOp::create(b, real(b.select(none, one, distinct)),
                                            real(b.select(none, b.index(kUnsampled), repeated)));
        Value estimate = arith::MulFOp::create(b, real(all), share);
        return LoopBuilder::Values{
            b.toIndex(arith::FPToUIOp::create(b, b.getI64Type(), estimate))};
      },
      [&] { return LoopBuilder::Values{zero}; })[0];
  ReleaseOp::create(b, counts);
  return result;
}

Value TeamProduct::isCheaper() {
  Value rows = countIfOk(b, product.rows), zero = b.index(0), one = b.index(1);
  SmallVector<Type> types(kExtremes + 3, b.getIndexType());
  auto known = b.ifElse(
      StatusOp::create(b), types,
      [&] {
        LoopBuilder::Values found;
        for (int64_t which = 0; which < kExtremes; ++which)
          found.push_back(b.loadIndex(extremes, b.index(which)));
        Value entries = b.loadIndex(product.lhs.positions, rows);
        found.append({entries, b.loadIndex(products, entries), b.loadIndex(held, rows)});
        return found;
      },
      [&] { return LoopBuilder::Values(types.size(), zero); });
  Value entries = known[kExtremes], all = known[kExtremes + 1], coordinates = known[kExtremes + 2];
  Value narrow = b.sub(coordinates, known[kWideHeld]);
  Value filled = arith::CeilDivUIOp::create(b, narrow, b.max(capacity, one));
  Value spanned = arith::CeilDivUIOp::create(b, rows, b.max(height, one));
  longest = known[kLongest];
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
