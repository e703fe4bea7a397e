//===- Bounds.cpp - row-wise SpGEMM: how much every row may need ----------===//
//
// Stage: expand. Products weigh the work of a row and bound its entries: one array,
// prefixes over rows in 64 bits, tells both.
//
//===----------------------------------------------------------------------===//
#include "passes/Expand/Spgemm/RowWise.h"

#include "passes/Expand/RowLoops.h"
#include "runtime/abi/scratch.h"

using namespace mlir;
using namespace scratch;

/// Entries of A between fetching where a row of B starts and reading it. Short rows name few
/// rows, far apart in a long array: nothing else would fetch the next one in time.
static constexpr int64_t kAhead = 16;
/// Columns per entry from which a table is the cheaper one by far.
static constexpr int64_t kWorthColumns = 1 << 13;

/// weights[i]: prefix over rows, in 64 bits.
void RowWiseProduct::boundRows(bool recorded) {
  Value zero = b.index(0), one = b.index(1);
  weights = AllocateOp::create(b, bufferOf(b.getI64Type()), ValueRange{b.add(rows, one)}, false);
  held.push_back(weights);
  Value safeRows = countIfOk(b, rows);
  b.ifThen(StatusOp::create(b), [&] { b.storeIndex(zero, weights, zero); });
  parallelRows(b, safeRows, [&](Value first, Value last) {
    Value lastEntry = b.sub(b.loadIndex(lhs.positions, lhs.majors), one);
    b.loop(first, last, [&](Value row) {
      auto [begin, end] = lhs.segment(b, row);
      Value products =
          b.loop(begin, end, {zero}, [&](Value p, ValueRange sum) {
             Value coming = b.min(b.add(p, b.index(kAhead)), lastEntry);
             memref::PrefetchOp::create(b, rhs.positions, b.loadIndex(lhs.coordinates, coming),
                                        /*isWrite=*/false, /*localityHint=*/3,
                                        /*isDataCache=*/true);
             auto [from, to] = rhs.segment(b, b.loadIndex(lhs.coordinates, p));
             return LoopBuilder::Values{b.add(sum[0], b.sub(to, from))};
           }).front();
      if (init) {
        auto [from, to] = init->segment(b, row);
        products = b.add(products, b.sub(to, from));
      }
      b.storeIndex(b.add(b.add(products, b.sub(end, begin)), b.index(kRowWeight)), weights,
                   b.add(row, one));
    });
  });
  auto scanned = b.loop(
      zero, safeRows, {zero, zero, b.bit(false)}, [&](Value row, ValueRange sums) {
        Value next = b.add(row, one);
        Value weight = b.loadIndex(weights, next);
        Value sum = b.add(sums[0], weight);
        b.storeIndex(sum, weights, next);
        Value wrapped = b.bitOr(sums[2], b.less(sum, sums[0]));
        // A masked tile holds what is marked as well; else products bound the entries.
        Value most = mask.empty()
                         ? weight
                         : heldByMaskedRow(row, b.sub(weight, b.index(kRowWeight)));
        return LoopBuilder::Values{sum, b.max(sums[1], most), wrapped};
      });
  maxBound = mask.empty() ? b.min(scanned[1], columns) : scanned[1];
  narrowWindow();
  decideBlocks();
  Value sane = arith::XOrIOp::create(b, scanned[2], b.bit(true));
  FailOp::create(b, sane, SCRATCH_INDEX_OVERFLOW, "spgemm: products in all", scanned[0],
                 b.index(std::numeric_limits<int64_t>::max()));
  if (!recorded)
    return;
  recordCount(b, "products", 0, b.ifElse(
      StatusOp::create(b), {b.getIndexType()},
      [&] { return LoopBuilder::Values{productsOfRows(zero, safeRows)}; },
      [&] { return LoopBuilder::Values{zero}; })[0]);
}

/// Rows of B in groups, where the bounds of all rows say that there is work enough.
void RowWiseProduct::groupRows() {
  if (!grouping)
    return;
  Value products = b.ifElse(
      StatusOp::create(b), {b.getIndexType()},
      [&] { return LoopBuilder::Values{productsOfRows(b.index(0), rows)}; },
      [&] { return LoopBuilder::Values{b.index(0)}; })[0];
  groups = RowGroups::of(b, rhs, products, /*forced=*/variants.size() == 1, held);
}

/// Where a table takes what is too wide, windows need not be wider than the longest row can be
/// worth: making one costs its columns.
void RowWiseProduct::narrowWindow() {
  bool hashed = llvm::any_of(
      variants, [](VariantAttr v) { return v.getAccumulator() == AccumulatorKind::Hash; });
  if (!hashed || !mask.empty())
    return;
  Value entries = b.min(b.max(maxBound, b.index(1)), b.index(kWorthColumns));
  window = b.min(window, b.mul(entries, b.index(kWorthColumns)));
}

/// What the tile of a masked row holds at most: its entries and its marks.
Value RowWiseProduct::heldByMaskedRow(Value row, Value products) {
  Value marked = mask.entriesOfRow(b, row, columns);
  Value bound = b.min(products, columns);
  if (mask.isBoundedByLeaves())
    bound = b.min(bound, marked);
  return b.add(bound, marked);
}

/// Products of rows [first, last).
Value RowWiseProduct::productsOfRows(Value first, Value last) {
  Value weight = b.sub(b.loadIndex(weights, last), b.loadIndex(weights, first));
  Value entries = b.sub(b.loadIndex(lhs.positions, last), b.loadIndex(lhs.positions, first));
  return b.sub(b.sub(weight, entries), b.mul(b.sub(last, first), b.index(kRowWeight)));
}

/// Entries that rows [first, last) have at most.
Value RowWiseProduct::boundOfRows(Value first, Value last) {
  Value bound = productsOfRows(first, last), count = b.sub(last, first);
  // A product of two 31-bit numbers does not overflow; wider results are sparse.
  Value narrow = b.index(int64_t(1) << 31);
  Value small = b.bitAnd(b.less(count, narrow), b.less(columns, narrow));
  bound = b.select(small, b.min(bound, b.mul(count, columns)), bound);
  if (mask.isBoundedByLeaves())
    bound = b.min(bound, mask.entriesOfRows(b, first, last, columns));
  return bound;
}
