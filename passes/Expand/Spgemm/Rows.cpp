//===- Rows.cpp - one row of a product ------------------------------------===//
#include "passes/Expand/Spgemm/Rows.h"

#include "passes/Expand/Spgemm/Merge.h"

using namespace mlir;
using namespace scratch;
using Values = LoopBuilder::Values;

/// A row in the accumulator whose form is least. Where rows repeat, what was found for the
/// second one holds: `settled` is its number plus one.
Values Rows::computeInTile(ValueRange accumulators, Value row, const RowShape &shape,
                           const RowOutput &output, Value settled) const {
  Type index = b.getIndexType();
  ArrayRef<unsigned> tiled = variants.inTiles();
  Value zero = b.index(0), one = b.index(1), chosen;
  if (settled && tiled.size() > 1 && product.mask.empty())
    chosen = b.ifElse(
        b.bitAnd(shape.expected, b.notEqual(settled, zero)), {index},
        [&] { return Values{b.sub(settled, one)}; },
        [&] { return Values{choice.choose(row, shape)}; })[0];
  else
    chosen = choice.choose(row, shape);
  // The last one needs no test.
  std::function<Value(unsigned)> dispatch = [&](unsigned place) -> Value {
    auto tile = [&] {
      return tiles.compute(variants.kindOf(tiled[place]), accumulators[place], row, shape, output);
    };
    if (place + 1 == tiled.size())
      return tile();
    return b
        .ifElse(
            b.equal(chosen, b.index(tiled[place])), {index}, [&] { return Values{tile()}; },
            [&] { return Values{dispatch(place + 1)}; })
        .front();
  };
  Value next = b.select(shape.expected, b.add(chosen, one), zero);
  return {dispatch(0), chosen, next};
}

/// Count, variant, key and what is settled of a row without a mask to walk.
Values Rows::computeAny(ValueRange accumulators, Value row, const RowOutput &output,
                        Value keyBefore, Value settled) const {
  Value zero = b.index(0);
  SmallVector<Type> types(4, b.getIndexType());
  auto measured = [&] {
    RowShape shape = RowShape::of(b, product, row, keyBefore);
    auto tile = b.ifElse(
        b.less(zero, shape.products), ArrayRef(types).drop_back(),
        [&] { return computeInTile(accumulators, row, shape, output, settled); },
        [&] { return Values{zero, b.index(variants.inTiles().front()), zero}; });
    return Values{tile[0], tile[1], shape.key, tile[2]};
  };
  if (!variants.merging)
    return measured();
  // Short rows are not even measured.
  auto [begin, end] = product.lhs.segment(b, row);
  Values none{zero, b.index(*variants.merging), keyBefore, settled ? settled : zero};
  return b.ifElse(
      b.less(begin, end), types,
      [&, begin = begin, end = end] {
        return Values(b.ifElse(
            b.lessEqual(b.sub(end, begin), b.index(kMergeEntries)), types,
            [&] {
              return Values{Merge(b, product, output).compute(begin, end),
                            b.index(*variants.merging), zero, zero};
            },
            measured));
      },
      [&] { return none; });
}

ComputedRow Rows::compute(ValueRange accumulators, Value row, const RowOutput &output,
                          Value keyBefore, Value settled) const {
  if (MaskWalk::suits(product)) {
    ComputedRow computed = masked.compute(accumulators, row, output, keyBefore);
    computed.count = product.finishRow(b, row, output, computed.count);
    return {computed.count, computed.variant, computed.key, b.index(0)};
  }
  Values result = computeAny(accumulators, row, output, keyBefore, settled);
  Value count = output.isNumeric() ? product.finishRow(b, row, output, result[0]) : result[0];
  return {count, result[1], result[2], result[3]};
}
