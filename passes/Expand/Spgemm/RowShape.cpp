//===- RowShape.cpp - what is known of a row before it is computed --------===//
#include "passes/Expand/Spgemm/RowShape.h"

using namespace mlir;
using namespace scratch;

/// Entries and column range so far, with a segment more.
static LoopBuilder::Values widen(LoopBuilder &b, const LoopBuilder::Values &measured,
                                 const SparseOperand &matrix, Value from, Value to,
                                 bool showsRange, bool prefetched) {
  Value one = b.index(1), entries = b.add(measured[0], b.sub(to, from));
  if (!showsRange)
    return {entries, measured[1], measured[2]};
  auto range = b.ifElse(
      b.less(from, to), {b.getIndexType(), b.getIndexType()},
      [&] {
        // The values are wanted soon: the row is accumulated next.
        if (prefetched)
          memref::PrefetchOp::create(b, matrix.values, ValueRange{from}, /*isWrite=*/false,
                                     /*localityHint=*/3, /*isDataCache=*/true);
        Value low = b.loadIndex(matrix.coordinates, from);
        Value high = b.add(b.loadIndex(matrix.coordinates, b.sub(to, one)), one);
        return LoopBuilder::Values{b.min(measured[1], low), b.max(measured[2], high)};
      },
      [&] { return LoopBuilder::Values{measured[1], measured[2]}; });
  return {entries, range[0], range[1]};
}

RowShape RowShape::of(LoopBuilder &b, const OpenProduct &product, Value row, Value keyBefore,
                      Value longest) {
  const SparseOperand &lhs = product.lhs, &rhs = product.rhs;
  bool showsRange = product.showsRange();
  auto [begin, end] = lhs.segment(b, row);
  Value zero = b.index(0);
  LoopBuilder::Values start{zero, product.columns, zero};
  if (longest)
    start.push_back(zero);
  LoopBuilder::Values measured = b.loop(begin, end, start, [&](Value p, ValueRange so) {
    auto [from, to] = rhs.segment(b, b.loadIndex(lhs.coordinates, p));
    auto with = widen(b, {so[0], so[1], so[2]}, rhs, from, to, showsRange,
                      product.scaling.readsRight());
    if (longest)
      with.push_back(b.add(so[3], b.min(b.sub(to, from), longest)));
    return with;
  });
  RowShape shape;
  if (longest)
    shape.walked = measured.pop_back_val();
  if (product.init) {
    auto [from, to] = product.init->segment(b, row);
    measured = widen(b, measured, *product.init, from, to, showsRange, false);
  }
  shape.entries = b.sub(end, begin);
  shape.products = measured[0];
  shape.low = showsRange ? measured[1] : zero;
  shape.high = showsRange ? measured[2] : product.columns;
  // Two numbers in one word. Those that need more are never expected: a row that took the
  // accumulator of one it collides with would leave its window.
  Value range = shape.range(b);
  shape.key = b.add(b.shiftLeft(shape.products, 32), range);
  Value fits = b.less(b.bitOr(shape.products, range), b.index(int64_t(1) << 32));
  shape.expected = b.bitAnd(fits, b.equal(shape.key, keyBefore));
  shape.surprise = b.select(shape.expected, zero,
                            b.min(shape.products, b.index(kSortProducts)));
  return shape;
}
