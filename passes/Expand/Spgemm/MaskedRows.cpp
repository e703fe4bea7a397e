//===- MaskedRows.cpp - row-wise SpGEMM: one row under a sparse mask ------===//
//
// Stage: expand. Where the mask is one sparse matrix (not complemented), its row
// says all that the result's row can hold [1]: its columns are marked, products
// elsewhere are dropped, and the result is gathered by walking the mask's row,
// which also clears the marks. No row is measured, scanned or sorted.
//
// A segment of B that is much longer than the mask's row is not walked: the
// mask's columns are searched for in it. Hubs of a graph would cost their whole
// degree for every neighbour otherwise.
//
// Rows that need no window are in MaskedCounts.cpp, rows of which the mask wants
// most in MaskedWhole.cpp.
//
// [1] MSA, the masked sparse accumulator: Milakovic et al., ICPP 2022.
//
//===----------------------------------------------------------------------===//
#include "passes/Expand/Spgemm/RowWise.h"

using namespace mlir;
using namespace scratch;

/// Entries of A between fetching a segment of B and walking it.
static constexpr int64_t kAhead = 8;

bool RowWiseProduct::walksMask() {
  // Counting needs no place, but the numeric pass writes rows where they belong,
  // and gathering spoils one entry behind a row.
  if (op.getStrategyAttr().getPhases() != Phases::One || partials || init)
    return false;
  return mask.isOneSparseLeaf() && (mask.getLeaves()[0].sparse.ordered || !isOrderedResult());
}

void RowWiseProduct::fetchAhead(Value p, Value lastEntry) {
  Value coming = b.min(b.add(p, b.index(kAhead)), lastEntry);
  Value start = b.loadIndex(rhs.positions, b.loadIndex(lhs.coordinates, coming));
  memref::PrefetchOp::create(b, rhs.coordinates, ValueRange{start}, /*isWrite=*/false,
                             /*localityHint=*/3, /*isDataCache=*/true);
}

/// The first entry of A's row whose segment of B overlaps the mask's row; the row's end
/// if there is none. In a graph that is nearly a tree most rows end here.
Value RowWiseProduct::firstThatMeetsMask(Value row) {
  const SparseOperand &sample = mask.getLeaves()[0].sparse;
  auto [begin, end] = lhs.segment(b, row);
  if (!rhs.ordered || !sample.ordered)
    return begin;
  auto [maskFirst, maskLast] = sample.segment(b, row);
  Value one = b.index(1), never = b.bit(true);
  Value low = b.loadIndex(sample.coordinates, maskFirst);
  Value high = b.loadIndex(sample.coordinates, b.sub(maskLast, one));
  auto passesBy = [&](Value p) {
    auto [from, to] = rhs.segment(b, b.loadIndex(lhs.coordinates, p));
    return b.ifElse(
        b.less(from, to), {b.getI1Type()},
        [&, from = from, to = to] {
          Value first = b.loadIndex(rhs.coordinates, from);
          Value last = b.loadIndex(rhs.coordinates, b.sub(to, one));
          return LoopBuilder::Values{b.bitOr(b.less(high, first), b.less(last, low))};
        },
        [&] { return LoopBuilder::Values{never}; })[0];
  };
  return b.whileLoop(
      {begin},
      [&](ValueRange at) {
        return b.ifElse(
            b.less(at[0], end), {b.getI1Type()},
            [&] { return LoopBuilder::Values{passesBy(at[0])}; },
            [&] { return LoopBuilder::Values{b.bit(false)}; })[0];
      },
      [&](ValueRange at) { return LoopBuilder::Values{b.add(at[0], one)}; })[0];
}

Value RowWiseProduct::accumulateMaskedRow(unsigned variant, Value accumulator, Value row,
                                          Value begin, Value at) {
  AccumulatorKind kind = variants[variant].getAccumulator();
  Type index = coordinatesType(resultType).getElementType();
  Type tileType = TileType::get(b.getContext(), kind, index, semiring.element);
  const SparseOperand &sample = mask.getLeaves()[0].sparse;
  auto [sampleFirst, sampleLast] = sample.segment(b, row);
  Value samples = b.sub(sampleLast, sampleFirst);
  auto tile = TileOp::create(b, TypeRange{b.getIndexType()}, accumulator, b.index(0), columns,
                             samples);
  OpBuilder::InsertionGuard guard(b);
  Block *block = b.createBlock(&tile.getAccumulate(), {}, {tileType}, {b.getLoc()});
  Value opened = block->getArgument(0);
  mask.emitMarks(b, opened, row);
  Value end = lhs.segment(b, row).second;
  Value longest = b.mul(samples, b.index(kSearchRatio));
  // Segments are short and lie anywhere: those of the entries to come are fetched
  // ahead, across rows.
  Value lastEntry = b.sub(b.loadIndex(lhs.positions, lhs.majors), b.index(1));
  b.loop(begin, end, [&](Value p) {
    fetchAhead(p, lastEntry);
    auto [from, to] = rhs.segment(b, b.loadIndex(lhs.coordinates, p));
    Value scale = semiring.readsLeft() ? b.load(lhs.values, p) : Value();
    Value right = semiring.readsRight() ? rhs.values : Value();
    auto walk = [&] {
      setMultiply(AccumulateOp::create(b, opened, rhs.coordinates, right, from, to, scale,
                                                /*symbolic=*/false, semiring.swapped,
                                                semiring.semiring));
    };
    // Only what ascends can be searched.
    if (!rhs.ordered || !sample.ordered)
      return walk();
    b.ifElse(
        b.lessEqual(b.sub(to, from), longest),
        [&] {
          walk();
        },
        [&] {
          setMultiply(AccumulateSampledOp::create(
              b, opened, rhs.coordinates, right, from, to, sample.coordinates, sampleFirst,
              sampleLast, scale, /*symbolic=*/false, semiring.swapped, semiring.semiring));
        });
  });
  YieldOp::create(b);
  block = b.createBlock(&tile.getDrain(), {}, {tileType}, {b.getLoc()});
  Value count = DrainAlongOp::create(b, block->getArgument(0), sample.coordinates, sampleFirst,
                                     sampleLast, coordinates, values, at)
                    .getCount();
  YieldOp::create(b, ValueRange{count});
  return tile.getResult(0);
}

/// Entries of one row, and the variant that computed it: the first window, or
/// the hash table where the matrix is wider than windows get. The key is what is
/// known of the mask (MaskedWhole.cpp).
RowWiseProduct::ComputedRow RowWiseProduct::computeMaskedRow(ValueRange accumulators, Value row,
                                                             Value at, Value keyBefore) {
  using Values = LoopBuilder::Values;
  Value zero = b.index(0);
  SmallVector<Type> types(3, b.getIndexType());
  auto [maskFirst, maskLast] = mask.getLeaves()[0].sparse.segment(b, row);
  auto [begin, end] = lhs.segment(b, row);
  auto find = [&](bool hashed) {
    return llvm::find_if(variants, [&](VariantAttr v) {
             AccumulatorKind kind = v.getAccumulator();
             return kind != AccumulatorKind::Grouped && (kind == AccumulatorKind::Hash) == hashed;
           }) - variants.begin();
  };
  size_t narrow = find(false), wide = find(true);
  auto none = [&] { return Values{zero, zero, keyBefore}; };
  auto marked = [&](size_t variant, Value from, Value key) {
    return Values{
        accumulateMaskedRow(variant, accumulatorOf(accumulators, variant), row, from, at),
        b.index(variant), key};
  };
  Value samples = b.sub(maskLast, maskFirst);
  auto inWindow = [&](Value from) {
    if (!canPick())
      return marked(narrow, from, keyBefore);
    Value key = overlapOfRow(row, keyBefore);
    auto whole = [&](unsigned variant, const RowShape &shape) {
      return Values{
          accumulateWholeRow(variant, accumulatorOf(accumulators, variant), row, shape, at),
          b.index(variant), key};
    };
    return b.ifElse(
        mayBeWhole(row, key), types,
        [&] {
          RowShape shape = measureRow(row, zero, b.mul(samples, b.index(kSearchRatio)));
          Value range = b.sub(shape.high, shape.low);
          return b.ifElse(
              isGain(shape.products, range, shape.walked, key), types,
              [&] {
                if (!grouping)
                  return whole(narrow, shape);
                return Values(b.ifElse(
                    groups->made(), types, [&] { return whole(*grouping, shape); },
                    [&] { return whole(narrow, shape); }));
              },
              [&] { return marked(narrow, from, key); });
        },
        [&] { return marked(narrow, from, key); });
  };
  auto inAccumulator = [&](Value from) {
    if (narrow == variants.size())
      return marked(wide, from, keyBefore);
    if (wide == variants.size())
      return inWindow(from);
    return b.ifElse(
        b.lessEqual(columns, window), types, [&] { return inWindow(from); },
        [&] { return marked(wide, from, keyBefore); });
  };
  auto rowFrom = [&](Value from) {
    int64_t longest = longestCountedRow();
    if (!longest)
      return inAccumulator(from);
    return Values(b.ifElse(
        b.lessEqual(samples, b.index(longest)), types,
        [&] { return Values{countMaskedRow(row, from, at), zero, keyBefore}; },
        [&] { return inAccumulator(from); }));
  };
  auto result = b.ifElse(
      b.bitAnd(b.less(maskFirst, maskLast), b.less(begin, end)), types,
      [&, end = end] {
        Value from = firstThatMeetsMask(row);
        return Values(
            b.ifElse(b.less(from, end), types, [&] { return rowFrom(from); }, none));
      },
      none);
  return {result[0], result[1], result[2], zero};
}
