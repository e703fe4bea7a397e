//===- Bounds.cpp - how much every row of a product may need --------------===//
#include "passes/Expand/Spgemm/Bounds.h"

#include "passes/Expand/RowLoops.h"
#include "passes/Expand/Spgemm/RowProducts.h"
#include "runtime/abi/scratch.h"

using namespace mlir;
using namespace scratch;

/// Columns that a dense window has at most where wider rows can take a hash
/// table: 144 MB of every worker with f64.
static constexpr int64_t kWidestWindow = 1 << 24;
/// Columns per entry from which a table is the cheaper one by far.
static constexpr int64_t kWorthColumns = 1 << 13;

Value Bounds::limitWindows(LoopBuilder &b, const Variants &variants, Value columns) {
  return variants.contains(AccumulatorKind::Hash) ? b.min(columns, b.index(kWidestWindow))
                                                  : columns;
}

void Bounds::weigh() {
  Value zero = b.index(0), one = b.index(1);
  const SparseOperand &lhs = product.lhs, &rhs = product.rhs;
  Value rows = product.rows;
  weights = AllocateOp::create(b, bufferOf(b.getI64Type()), ValueRange{b.add(rows, one)}, false);
  safeRows = countIfOk(b, rows);
  none = zero;
  b.ifThen(StatusOp::create(b), [&] { b.storeIndex(zero, weights, zero); });
  parallelRows(b, safeRows, [&](Value first, Value last) {
    Value lastEntry = b.sub(b.loadIndex(lhs.positions, lhs.majors), one);
    b.loop(first, last, [&](Value row) {
      auto [begin, end] = lhs.segment(b, row);
      Value products = productsOfRow(b, lhs, rhs, row, lastEntry);
      if (product.init) {
        auto [from, to] = product.init->segment(b, row);
        products = b.add(products, b.sub(to, from));
      }
      b.storeIndex(b.add(b.add(products, b.sub(end, begin)), b.index(kRowWeight)), weights,
                   b.add(row, one));
    });
  });
  const MaskTree &mask = product.mask;
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
  most = mask.empty() ? b.min(scanned[1], product.columns) : scanned[1];
  sum = scanned[0];
  wrapped = scanned[2];
  narrowWindow();
}

void Bounds::checkSum() {
  Value sane = arith::XOrIOp::create(b, wrapped, b.bit(true));
  FailOp::create(b, sane, SCRATCH_INDEX_OVERFLOW, "spgemm: products in all", sum,
                 b.index(std::numeric_limits<int64_t>::max()));
}

void Bounds::record() {
  recordCount(b, "products", 0, b.ifElse(
      StatusOp::create(b), {b.getIndexType()},
      [&] { return LoopBuilder::Values{productsOfRows(none, safeRows)}; },
      [&] { return LoopBuilder::Values{none}; })[0]);
}

void Bounds::take(Value prefixes, Value longestRow) {
  weights = prefixes;
  most = b.min(longestRow, product.columns);
}

/// Where a table takes what is too wide, windows need not be wider than the longest row can be
/// worth: making one costs its columns.
void Bounds::narrowWindow() {
  if (!variants.contains(AccumulatorKind::Hash) || !product.mask.empty())
    return;
  Value entries = b.min(b.max(most, b.index(1)), b.index(kWorthColumns));
  window = b.min(window, b.mul(entries, b.index(kWorthColumns)));
}

/// What the tile of a masked row holds at most: its entries and its marks.
Value Bounds::heldByMaskedRow(Value row, Value products) {
  Value marked = product.mask.entriesOfRow(b, row, product.columns);
  Value bound = b.min(products, product.columns);
  if (product.mask.isBoundedByLeaves())
    bound = b.min(bound, marked);
  return b.add(bound, marked);
}

Value Bounds::productsOfRows(Value first, Value last) const {
  const SparseOperand &lhs = product.lhs;
  Value weight = b.sub(b.loadIndex(weights, last), b.loadIndex(weights, first));
  Value entries = b.sub(b.loadIndex(lhs.positions, last), b.loadIndex(lhs.positions, first));
  return b.sub(b.sub(weight, entries), b.mul(b.sub(last, first), b.index(kRowWeight)));
}

Value Bounds::entriesOfRows(Value first, Value last) const {
  Value bound = productsOfRows(first, last), count = b.sub(last, first);
  // A product of two 31-bit numbers does not overflow; wider results are sparse.
  Value narrow = b.index(int64_t(1) << 31);
  Value small = b.bitAnd(b.less(count, narrow), b.less(product.columns, narrow));
  bound = b.select(small, b.min(bound, b.mul(count, product.columns)), bound);
  if (product.mask.isBoundedByLeaves())
    bound = b.min(bound, product.mask.entriesOfRows(b, first, last, product.columns));
  return bound;
}
