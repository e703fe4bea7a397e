//===- MaskedWhole.cpp - a row most of which its mask wants ---------------===//
#include "passes/Expand/Spgemm/MaskedWhole.h"

#include "passes/Emission/Search.h"

using namespace mlir;
using namespace scratch;

/// Rows that one answer stands for, and products that are looked at for it.
static constexpr int64_t kRowsPerSample = 16, kSamples = 8;
/// Rows of fewer products are not worth a question.
static constexpr int64_t kLeastProducts = 32;
/// Shares are in 256ths, one more where they are known.
static constexpr int64_t kAll = 256;
// What merging takes where B's rows are in groups of columns.
static constexpr int64_t kMergeGroups = 64;
// Granite Rapids, f64, ns: collecting takes 0.50 per product that is walked and 1.1 more for
// one inside the mask; merging all takes 0.55 per product, and forgetting the rest 0.02 per
// column of the range. The same in units of 1.1 / 256:
static constexpr int64_t kCollect = 116, kMerge = 128, kForget = 5;

bool MaskedWhole::suits(const OpenProduct &product) {
  const MaskTree::Leaf &leaf = product.mask.getLeaves()[0];
  return product.showsRange() && leaf.sparse.ordered && !leaf.byValue;
}

/// [0, count) for some number, without a pattern that a matrix could have as well.
static Value scattered(LoopBuilder &b, Value number, Value count) {
  Value mixed = b.mul(number, b.index(0x9E3779B1));
  Value fraction = b.bitAnd(b.shiftRight(mixed, 16), b.index(0xFFFF));
  return b.shiftRight(b.mul(fraction, count), 16);
}

/// The share of a row's products that fall inside the mask, from some of them.
Value MaskedWhole::sampleOverlap(Value row) const {
  Value zero = b.index(0), one = b.index(1);
  const SparseOperand &lhs = product.lhs, &rhs = product.rhs, &sample = walk.sample();
  auto [begin, end] = lhs.segment(b, row);
  auto [first, last] = sample.segment(b, row);
  auto seen = b.loop(
      zero, b.index(kSamples), {zero, zero},
      [&, begin = begin, end = end, first = first, last = last](Value k, ValueRange so) {
        Value number = b.add(b.mul(row, b.index(2 * kSamples)), b.mul(k, b.index(2)));
        Value p = b.add(begin, scattered(b, number, b.sub(end, begin)));
        auto [from, to] = rhs.segment(b, b.loadIndex(lhs.coordinates, p));
        return b.ifElse(
            b.less(from, to), {b.getIndexType(), b.getIndexType()},
            [&, from = from, to = to] {
              Value q = b.add(from, scattered(b, b.add(number, one), b.sub(to, from)));
              Value column = b.loadIndex(rhs.coordinates, q);
              Value at = emitLowerBound(b, sample.coordinates, first, last, column);
              // The row is not empty: its last entry stands in for what is behind.
              Value there = b.loadIndex(sample.coordinates, b.min(at, b.sub(last, one)));
              Value meets = b.cast(b.equal(there, column), b.getIndexType());
              return LoopBuilder::Values{b.add(so[0], meets), b.add(so[1], one)};
            },
            [&] { return LoopBuilder::Values{so[0], so[1]}; });
      });
  return arith::DivUIOp::create(b, b.mul(seen[0], b.index(kAll)), b.max(seen[1], one));
}

/// A row that is too wide for its products is not asked; the mask's row is about as wide.
Value MaskedWhole::shareAt(Value row, Value shareBefore) const {
  Value zero = b.index(0), one = b.index(1);
  Value products = bounds.productsOfRows(row, b.add(row, one));
  Value due = b.equal(b.bitAnd(row, b.index(kRowsPerSample - 1)), zero);
  Value worth = b.bitAnd(b.lessEqual(b.index(kLeastProducts), products),
                         isGain(products, maskRange(row), products, b.index(kAll)));
  Value unknown = b.equal(shareBefore, zero);
  return b.ifElse(
      b.bitAnd(worth, b.bitOr(due, unknown)), {b.getIndexType()},
      [&] {
        Value share = b.add(sampleOverlap(row), one);
        Value mean = b.shiftRight(b.add(share, shareBefore), 1);
        return LoopBuilder::Values{b.select(unknown, share, mean)};
      },
      [&] { return LoopBuilder::Values{shareBefore}; })[0];
}

/// Columns from the mask's first one in a row to its last one.
Value MaskedWhole::maskRange(Value row) const {
  const SparseOperand &sample = walk.sample();
  auto [first, last] = sample.segment(b, row);
  return b.sub(b.loadIndex(sample.coordinates, b.sub(last, b.index(1))),
               b.loadIndex(sample.coordinates, first));
}

/// Whether merging products whole and looking through their range takes less than collecting
/// from those that are walked (segments that would be searched are not).
Value MaskedWhole::isGain(Value products, Value range, Value walked, Value share) const {
  Value merge = b.index(kMerge);
  if (groups)
    merge = b.select(groups->made(), b.index(kMergeGroups), merge);
  Value whole = b.add(b.mul(products, merge), b.mul(range, b.index(kForget)));
  return b.lessEqual(whole, b.mul(walked, b.add(share, b.index(kCollect))));
}

Value MaskedWhole::mayBeGain(Value row, Value share) const {
  Value products = bounds.productsOfRows(row, b.add(row, b.index(1)));
  return b.bitAnd(b.less(b.index(0), share), isGain(products, maskRange(row), products, share));
}

Value MaskedWhole::isGain(const RowShape &shape, Value share) const {
  Value range = shape.range(b);
  return isGain(shape.products, range, shape.walked, share);
}

Value MaskedWhole::compute(AccumulatorKind kind, Value accumulator, Value row,
                           const RowShape &shape, const RowOutput &output) const {
  const SparseOperand &lhs = product.lhs, &rhs = product.rhs, &sample = walk.sample();
  const SemiringEmitter &semiring = product.semiring;
  Type tileType = product.tileType(kind);
  auto tile = TileOp::create(b, TypeRange{b.getIndexType()}, accumulator, shape.low, shape.high,
                             b.min(shape.products, shape.range(b)));
  OpBuilder::InsertionGuard guard(b);
  Block *block = b.createBlock(&tile.getAccumulate(), {}, {tileType}, {b.getLoc()});
  Value opened = block->getArgument(0);
  auto [begin, end] = lhs.segment(b, row);
  if (kind == AccumulatorKind::Grouped)
    tiles.accumulate(opened, begin, end, /*numeric=*/true);
  else
    b.loop(begin, end, [&](Value p) {
      auto [from, to] = rhs.segment(b, b.loadIndex(lhs.coordinates, p));
      Value scale = semiring.readsLeft() ? b.load(lhs.values, p) : Value();
      auto accumulate = AccumulateOp::create(
          b, opened, rhs.coordinates, semiring.readsRight() ? rhs.values : Value(), from, to,
          scale, /*symbolic=*/false, semiring.swapped, semiring.semiring, /*repeated=*/false,
          /*unmasked=*/true);
      semiring.cloneMultiply(accumulate.getMultiply());
    });
  YieldOp::create(b);
  block = b.createBlock(&tile.getDrain(), {}, {tileType}, {b.getLoc()});
  auto [first, last] = sample.segment(b, row);
  Value count = DrainAlongOp::create(b, block->getArgument(0), sample.coordinates, first, last,
                                     output.coordinates, output.values, output.at,
                                     /*dropping=*/true)
                    .getCount();
  YieldOp::create(b, ValueRange{count});
  return tile.getResult(0);
}
