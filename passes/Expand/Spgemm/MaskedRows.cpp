//===- MaskedRows.cpp - rows of a product along rows of its mask ----------===//
#include "passes/Expand/Spgemm/MaskedRows.h"

using namespace mlir;
using namespace scratch;
using Values = LoopBuilder::Values;

Value MaskedRows::collect(AccumulatorKind kind, Value accumulator, Value row, Value begin,
                          const RowOutput &output) const {
  const SparseOperand &lhs = product.lhs, &rhs = product.rhs, &sample = walk.sample();
  const SemiringEmitter &semiring = product.semiring;
  Type tileType = product.tileType(kind);
  auto [sampleFirst, sampleLast] = sample.segment(b, row);
  Value samples = b.sub(sampleLast, sampleFirst);
  auto tile = TileOp::create(b, TypeRange{b.getIndexType()}, accumulator, b.index(0),
                             product.columns, samples);
  OpBuilder::InsertionGuard guard(b);
  Block *block = b.createBlock(&tile.getAccumulate(), {}, {tileType}, {b.getLoc()});
  Value opened = block->getArgument(0);
  product.mask.emitMarks(b, opened, row);
  Value end = lhs.segment(b, row).second;
  Value longest = b.mul(samples, b.index(MaskWalk::kSearchRatio));
  Value lastEntry = walk.lastEntry();
  std::optional<MaskWalk::Range> range;
  if (walk.ascends())
    range = walk.rangeOf(row);
  b.loop(begin, end, [&, sampleFirst = sampleFirst, sampleLast = sampleLast](Value p) {
    walk.fetchAhead(p, lastEntry);
    auto [from, to] = rhs.segment(b, b.loadIndex(lhs.coordinates, p));
    if (range)
      to = walk.endWithin(from, to, *range);
    Value scale = semiring.readsLeft() ? b.load(lhs.values, p) : Value();
    Value right = semiring.readsRight() ? rhs.values : Value();
    auto takeEach = [&, from = from, to = to] {
      auto accumulate =
          AccumulateOp::create(b, opened, rhs.coordinates, right, from, to, scale,
                               /*symbolic=*/false, semiring.swapped, semiring.semiring);
      semiring.cloneMultiply(accumulate.getMultiply());
    };
    if (!walk.ascends())
      return takeEach();
    auto search = [&, from = from, to = to] {
      auto accumulate = AccumulateSampledOp::create(
          b, opened, rhs.coordinates, right, from, to, sample.coordinates, sampleFirst,
          sampleLast, scale, /*symbolic=*/false, semiring.swapped, semiring.semiring);
      semiring.cloneMultiply(accumulate.getMultiply());
    };
    b.ifElse(b.lessEqual(b.sub(to, from), longest), takeEach, search);
  });
  YieldOp::create(b);
  block = b.createBlock(&tile.getDrain(), {}, {tileType}, {b.getLoc()});
  Value count = DrainAlongOp::create(b, block->getArgument(0), sample.coordinates, sampleFirst,
                                     sampleLast, output.coordinates, output.values, output.at)
                    .getCount();
  YieldOp::create(b, ValueRange{count});
  return tile.getResult(0);
}

unsigned MaskedRows::find(bool hashed) const {
  for (unsigned v = 0; v < variants.size(); ++v)
    if (variants.kindOf(v) != AccumulatorKind::Grouped &&
        (variants.kindOf(v) == AccumulatorKind::Hash) == hashed)
      return v;
  return variants.size();
}

Values MaskedRows::computeInWindow(ValueRange accumulators, const Known &known,
                                   const RowOutput &output,
                                   function_ref<Values(Value)> marked) const {
  auto [row, samples, keyBefore, zero] = known;
  if (!MaskedWhole::suits(product))
    return marked(keyBefore);
  SmallVector<Type> types(3, b.getIndexType());
  Value key = whole.shareAt(row, keyBefore);
  return b.ifElse(
      whole.mayBeGain(row, key), types,
      [&, row = row, samples = samples, zero = zero] {
        Value longest = b.mul(samples, b.index(MaskWalk::kSearchRatio));
        RowShape shape = RowShape::of(b, product, row, zero, longest);
        auto wholly = [&](unsigned variant) {
          Value count = whole.compute(variants.kindOf(variant),
                                      accumulatorOf(accumulators, variant), row, shape, output);
          return Values{count, b.index(variant), key};
        };
        auto inFirst = [&] {
          if (!groups)
            return wholly(find(/*hashed=*/false));
          return Values(b.ifElse(
              groups->made(), types, [&] { return wholly(*variants.grouping); },
              [&] { return wholly(find(/*hashed=*/false)); }));
        };
        return Values(b.ifElse(whole.isGain(shape, key), types, inFirst,
                               [&] { return marked(key); }));
      },
      [&] { return marked(key); });
}

/// In the first window, or in the hash table where the matrix is wider than windows get.
ComputedRow MaskedRows::compute(ValueRange accumulators, Value row, const RowOutput &output,
                                Value keyBefore) const {
  Value zero = b.index(0);
  SmallVector<Type> types(3, b.getIndexType());
  auto [maskFirst, maskLast] = walk.sample().segment(b, row);
  auto [begin, end] = product.lhs.segment(b, row);
  unsigned narrow = find(/*hashed=*/false), wide = find(/*hashed=*/true);
  auto none = [&] { return Values{zero, zero, keyBefore}; };
  auto marked = [&](unsigned variant, Value from, Value key) {
    return Values{collect(variants.kindOf(variant), accumulatorOf(accumulators, variant), row,
                          from, output),
                  b.index(variant), key};
  };
  Value samples = b.sub(maskLast, maskFirst);
  auto inWindow = [&](Value from) {
    return computeInWindow(accumulators, {row, samples, keyBefore, zero}, output,
                           [&](Value key) { return marked(narrow, from, key); });
  };
  auto inAccumulator = [&](Value from) {
    if (narrow == variants.size())
      return marked(wide, from, keyBefore);
    if (wide == variants.size())
      return inWindow(from);
    return b.ifElse(
        b.lessEqual(product.columns, bounds.window), types, [&] { return inWindow(from); },
        [&] { return marked(wide, from, keyBefore); });
  };
  auto rowFrom = [&](Value from) {
    int64_t longest = counts.longestRow();
    if (!longest)
      return inAccumulator(from);
    return Values(b.ifElse(
        b.lessEqual(samples, b.index(longest)), types,
        [&] { return Values{counts.compute(row, from, output), zero, keyBefore}; },
        [&] { return inAccumulator(from); }));
  };
  auto result = b.ifElse(
      b.bitAnd(b.less(maskFirst, maskLast), b.less(begin, end)), types,
      [&, end = end] {
        Value from = walk.firstThatMeets(row);
        return Values(
            b.ifElse(b.less(from, end), types, [&] { return rowFrom(from); }, none));
      },
      none);
  return {result[0], result[1], result[2], zero};
}
