//===- TeamEstimate.cpp - SpGEMM: entries of the result, estimated --------===//
//
// Stage: expand. How many products make an entry is estimated on one row in thirty-two:
// of its columns, those that hash to 64 places are counted with repetition and without.
//
// Entries of rows too long for insertion count twice where rows are sorted: moving one by
// two or three digits, with its share of the counters, takes about as long as everything
// else that either way does for it (passes/Strategy/README.md).
//
//===----------------------------------------------------------------------===//
#include "passes/Expand/Spgemm/Team.h"

#include "passes/Emission/SortSegment.h"
#include "passes/Expand/RowLoops.h"

using namespace mlir;
using namespace scratch;

/// One row in this many is sampled, fewer of many rows.
static constexpr int64_t kSampleStep = 32, kMostSamples = 1024;
/// Products from which a sample is taken: fewer are done before it is.
static constexpr int64_t kWorthSampling = 1 << 14;
/// Products of a row that is read, by one thread, at most: these, and one in 2^9 of all.
static constexpr int64_t kLongestSample = 2048, kSampleShareLog = 9;
/// Places per coordinate that a row may have: with more, fewer fall together.
static constexpr int64_t kSpread = 4;
/// 2^32 / golden ratio, odd.
static constexpr int64_t kMultiplier = 0x9E3779B1;
/// Shares are of 2^16. Entries per product where no row was read:
static constexpr int64_t kShareLog = 16, kWhole = 1 << kShareLog, kUnsampled = kWhole / 2;

Value TeamProduct::lengthOf(Value row) {
  auto [begin, end] = product.lhs.segment(b, row);
  return b.sub(b.loadIndex(products, end), b.loadIndex(products, begin));
}

/// Counts columns of a row's products that fall into 64 places: with repetition, and
/// without.
LoopBuilder::Values TeamProduct::sampleRow(Value row, Value most, ValueRange carried) {
  Type i64 = b.getI64Type();
  Value one = b.index(1);
  auto [begin, behind] = product.lhs.segment(b, row);
  Value length = lengthOf(row);
  Value places = b.max(b.mul(length, b.index(kSpread)), b.index(64));
  Value end = b.select(b.less(most, length), begin, behind);
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

/// Two sums over the sampled rows.
LoopBuilder::Values TeamProduct::sumOfSamples(
    function_ref<LoopBuilder::Values(Value row, ValueRange carried)> each) {
  Value zero = b.index(0), one = b.index(1);
  Value sums = AllocateOp::create(b, bufferOf(b.getI64Type()), ValueRange{b.index(2)}, true);
  Value rows = countIfOk(b, product.rows);
  Value step = b.max(arith::DivUIOp::create(b, rows, b.index(kMostSamples)), b.index(kSampleStep));
  Value samples = arith::CeilDivUIOp::create(b, rows, step);
  parallelRows(b, samples, [&](Value first, Value last) {
    auto seen = b.loop(first, last, {zero, zero}, [&](Value sample, ValueRange carried) {
      return each(b.mul(sample, step), carried);
    });
    b.ifThen(b.less(first, last), [&] {
      addTo(sums, 0, seen[0]);
      addTo(sums, 1, seen[1]);
    });
  });
  auto found = b.ifElse(
      StatusOp::create(b), {b.getIndexType(), b.getIndexType()},
      [&] { return LoopBuilder::Values{b.loadIndex(sums, zero), b.loadIndex(sums, one)}; },
      [&] { return LoopBuilder::Values{zero, zero}; });
  ReleaseOp::create(b, sums);
  return found;
}

/// `part` of `whole`, or something else where there is no whole.
static Value shareOf(LoopBuilder &b, Value part, Value whole, Value otherwise) {
  Value share = arith::DivUIOp::create(b, b.shiftLeft(part, kShareLog), b.max(whole, b.index(1)));
  return b.select(b.equal(whole, b.index(0)), otherwise, share);
}

/// Whether the row of so many products, of which `share` become entries, is sorted by digits.
static Value isLong(LoopBuilder &b, Value products, Value share) {
  return b.less(b.index((kInsertionMost << kShareLog) | (kWhole - 1)), b.mul(products, share));
}

Value TeamProduct::estimateResult(Value all) {
  Value zero = b.index(0), whole = b.index(kWhole), unsampled = b.index(kUnsampled);
  bool sorts = product.isOrderedResult();
  auto shares = b.ifElse(
      b.lessEqual(b.index(kWorthSampling), all), {b.getIndexType(), b.getIndexType()},
      [&] {
        Value most = b.min(b.index(kLongestSample), b.shiftRight(all, kSampleShareLog));
        auto seen = sumOfSamples(
            [&](Value row, ValueRange carried) { return sampleRow(row, most, carried); });
        Value entries = shareOf(b, seen[1], seen[0], unsampled);
        if (!sorts)
          return LoopBuilder::Values{entries, zero};
        auto lengths = sumOfSamples([&](Value row, ValueRange carried) {
          Value length = lengthOf(row);
          Value counted = b.select(isLong(b, length, entries), length, zero);
          return LoopBuilder::Values{b.add(carried[0], length), b.add(carried[1], counted)};
        });
        return LoopBuilder::Values{entries, shareOf(b, lengths[1], lengths[0], zero)};
      },
      [&] {
        Value mean = arith::DivUIOp::create(b, all, b.max(product.rows, b.index(1)));
        Value areLong = b.select(isLong(b, mean, unsampled), whole, zero);
        return LoopBuilder::Values{unsampled, sorts ? areLong : zero};
      });
  Value entries = b.shiftRight(b.mul(all, shares[0]), kShareLog);
  return b.shiftRight(b.mul(entries, b.add(whole, shares[1])), kShareLog);
}
