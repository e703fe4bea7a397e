//===- MaskWalk.cpp - rows of a product along rows of its mask ------------===//
#include "passes/Expand/Spgemm/MaskWalk.h"

using namespace mlir;
using namespace scratch;

/// Entries of A between fetching a segment of B and walking it.
static constexpr int64_t kAhead = 8;

bool MaskWalk::suits(const OpenProduct &product) {
  // Counting needs no place, but the numeric pass writes rows where they belong,
  // and gathering spoils one entry behind a row.
  if (product.phases() != Phases::One || product.partials || product.init)
    return false;
  const MaskTree &mask = product.mask;
  return mask.isOneSparseLeaf() &&
         (mask.getLeaves()[0].sparse.ordered || !product.isOrderedResult());
}

Value MaskWalk::lastEntry() const {
  const SparseOperand &lhs = product.lhs;
  return b.sub(b.loadIndex(lhs.positions, lhs.majors), b.index(1));
}

void MaskWalk::fetchAhead(Value p, Value lastEntry) const {
  Value coming = b.min(b.add(p, b.index(kAhead)), lastEntry);
  Value start =
      b.loadIndex(product.rhs.positions, b.loadIndex(product.lhs.coordinates, coming));
  memref::PrefetchOp::create(b, product.rhs.coordinates, ValueRange{start}, /*isWrite=*/false,
                             /*localityHint=*/3, /*isDataCache=*/true);
}

MaskWalk::Range MaskWalk::rangeOf(Value row) const {
  const SparseOperand &rhs = product.rhs;
  auto [first, last] = sample().segment(b, row);
  Value one = b.index(1);
  return {b.loadIndex(sample().coordinates, first),
          b.loadIndex(sample().coordinates, b.sub(last, one)),
          b.sub(b.loadIndex(rhs.positions, rhs.majors), one)};
}

Value MaskWalk::endWithin(Value from, Value to, Range range) const {
  const SparseOperand &rhs = product.rhs;
  // An empty segment may be the last one: B has an entry, or no row would come here.
  Value first = b.loadIndex(rhs.coordinates, b.min(from, range.lastOfB));
  Value last = b.loadIndex(rhs.coordinates, b.sub(b.max(to, b.index(1)), b.index(1)));
  Value outside = b.bitOr(b.less(range.high, first), b.less(last, range.low));
  return b.select(outside, from, to);
}

Value MaskWalk::firstThatMeets(Value row) const {
  const SparseOperand &lhs = product.lhs, &rhs = product.rhs;
  auto [begin, end] = lhs.segment(b, row);
  if (!ascends())
    return begin;
  Value one = b.index(1), never = b.bit(true);
  Range range = rangeOf(row);
  auto passesBy = [&](Value p) {
    auto [from, to] = rhs.segment(b, b.loadIndex(lhs.coordinates, p));
    return b.ifElse(
        b.less(from, to), {b.getI1Type()},
        [&, from = from, to = to] {
          Value first = b.loadIndex(rhs.coordinates, from);
          Value last = b.loadIndex(rhs.coordinates, b.sub(to, one));
          return LoopBuilder::Values{b.bitOr(b.less(range.high, first), b.less(last, range.low))};
        },
        [&] { return LoopBuilder::Values{never}; })[0];
  };
  return b.whileLoop(
      {begin},
      [&, end = end](ValueRange at) {
        return b.ifElse(
            b.less(at[0], end), {b.getI1Type()},
            [&] { return LoopBuilder::Values{passesBy(at[0])}; },
            [&] { return LoopBuilder::Values{b.bit(false)}; })[0];
      },
      [&](ValueRange at) { return LoopBuilder::Values{b.add(at[0], one)}; })[0];
}
