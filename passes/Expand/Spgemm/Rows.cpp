//===- Rows.cpp - row-wise SpGEMM: one row --------------------------------===//
//
// Stage: expand. Where the strategy lists several accumulators, each row takes
// the one whose cost form (Features.def) is least. With a hash table among
// them, windows have a limit and wider rows take the table: workers of a matrix
// with billions of columns then need little memory.
//
//===----------------------------------------------------------------------===//
#include "passes/Expand/Spgemm/RowWise.h"

#include "passes/Emission/CostForm.h"
#include "passes/Emission/Search.h"
#include "passes/Expand/Epilogue.h"

#include "mlir/IR/IRMapping.h"

using namespace mlir;
using namespace scratch;

/// Entries and column range so far, with a segment more.
LoopBuilder::Values RowWiseProduct::widen(const LoopBuilder::Values &measured,
                                          const SparseOperand &matrix, Value from, Value to,
                                          bool prefetched) {
  Value one = b.index(1), entries = b.add(measured[0], b.sub(to, from));
  if (!showsRange())
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

/// Products and column range of a row. Ordered segments show their range at
/// both ends; unordered ones may reach anywhere. `longest`: what is walked of a segment.
RowWiseProduct::RowShape RowWiseProduct::measureRow(Value row, Value keyBefore, Value longest) {
  auto [begin, end] = lhs.segment(b, row);
  Value zero = b.index(0);
  LoopBuilder::Values start{zero, columns, zero};
  if (longest)
    start.push_back(zero);
  LoopBuilder::Values measured = b.loop(begin, end, start, [&](Value p, ValueRange so) {
    auto [from, to] = rhs.segment(b, b.loadIndex(lhs.coordinates, p));
    auto with = widen({so[0], so[1], so[2]}, rhs, from, to, scaling.readsRight());
    if (longest)
      with.push_back(b.add(so[3], b.min(b.sub(to, from), longest)));
    return with;
  });
  RowShape shape;
  if (longest)
    shape.walked = measured.pop_back_val();
  if (init) {
    auto [from, to] = init->segment(b, row);
    measured = widen(measured, *init, from, to, false);
  }
  shape.entries = b.sub(end, begin);
  shape.products = measured[0];
  shape.low = showsRange() ? measured[1] : zero;
  shape.high = showsRange() ? measured[2] : columns;
  // Two numbers in one word. Those that need more are never expected: a row that took the
  // accumulator of one it collides with would leave its window.
  Value range = b.sub(shape.high, shape.low);
  shape.key = b.add(b.shiftLeft(shape.products, 32), range);
  Value fits = b.less(b.bitOr(shape.products, range), b.index(int64_t(1) << 32));
  shape.expected = b.bitAnd(fits, b.equal(shape.key, keyBefore));
  shape.surprise = b.select(shape.expected, zero,
                            b.min(shape.products, b.index(kSortProducts)));
  return shape;
}

/// Columns that a tile of the variant spans at most.
Value RowWiseProduct::widestTile(VariantAttr variant) {
  switch (variant.getAccumulator()) {
  case AccumulatorKind::Hash:
  case AccumulatorKind::SharedHash:
  case AccumulatorKind::Fragments:
    return columns;
  case AccumulatorKind::Sort:
    return b.min(columns, b.index(kSortColumns));
  case AccumulatorKind::Blocked:
    return b.select(variants.size() == 1 ? b.bit(true) : inBlocks,
                    b.mul(blockRows, b.roundUp(columns, blockedColumns(semiring.element))),
                    b.index(kWordColumns));
  case AccumulatorKind::Grouped:
    // Most matrices never come to it.
    return variants.size() == 1 ? window : b.select(groups->made(), window, b.index(0));
  default:
    return window;
  }
}

/// What every form charges alike decides nothing and is not evaluated.
SmallVector<double> RowWiseProduct::sharedCost() const {
  SmallVector<double> shared(costFormOf(variants[tiled.front()]));
  for (unsigned v : tiled) {
    // What a form does not list it does not charge.
    ArrayRef<double> form = costFormOf(variants[v]);
    shared.resize(std::min(shared.size(), form.size()));
    for (size_t f = 0; f < shared.size(); ++f)
      shared[f] = std::min(shared[f], form[f]);
  }
  return shared;
}

/// The linear form of one variant on one row, in cycles beyond what all share;
/// infinite for a row that the variant does not take.
Value RowWiseProduct::cost(VariantAttr variant, ArrayRef<double> shared, const RowShape &shape,
                           Value maskEntries) {
  SmallVector<double> own(costFormOf(variant));
  for (size_t f = 0; f < shared.size(); ++f)
    own[f] -= shared[f];
  Value total = emitCost(b, own, [&](CostFeature which) -> Value {
    switch (which) {
    case CostFeature::one:
      return b.index(1);
    case CostFeature::entries:
      return shape.entries;
    case CostFeature::products:
      return shape.products;
    case CostFeature::range:
      return b.sub(shape.high, shape.low);
    case CostFeature::mask:
      return maskEntries;
    case CostFeature::surprise:
      return shape.surprise;
    default:
      return Value(); // known of whole matrices only
    }
  });
  if (variant.getAccumulator() == AccumulatorKind::Hash)
    return total;
  Value takes = b.lessEqual(b.sub(shape.high, shape.low), widestTile(variant));
  if (variant.getAccumulator() == AccumulatorKind::Sort)
    takes =
        b.bitAnd(takes, b.lessEqual(shape.products, b.index(kSortProducts)));
  Value never = arith::ConstantOp::create(
      b, b.getF64FloatAttr(std::numeric_limits<double>::infinity()));
  return b.select(takes, total, never);
}

/// The row of the matrix that the product is added to, as it is.
void RowWiseProduct::accumulateInit(Value opened, Value row, bool numeric) {
  auto [from, to] = init->segment(b, row);
  AccumulateOp::create(b, opened, init->coordinates, numeric ? init->values : Value(), from, to,
                       /*scale=*/Value(), /*symbolic=*/!numeric, /*swapped=*/false,
                       SemiringAttr::get(b.getContext(), SemiringKind::plus_second),
                       /*repeats=*/false);
}

/// The row of B that entry `p` of A names, or what of it is wanted.
std::pair<Value, Value> RowWiseProduct::segmentOf(Value p) {
  auto [from, to] = rhs.segment(b, b.loadIndex(lhs.coordinates, p));
  if (!wanted)
    return {from, to};
  Value first = emitLowerBound(b, rhs.coordinates, from, to, wanted->first);
  return {first, emitLowerBound(b, rhs.coordinates, first, to, wanted->second)};
}

/// Entries [begin, end) of A, each with its row of B.
void RowWiseProduct::accumulateEntries(Value opened, Value begin, Value end, Mode mode) {
  bool numeric = mode == Mode::Drain;
  bool inGroups = cast<TileType>(opened.getType()).getKind() == AccumulatorKind::Grouped;
  b.loop(begin, end, [&](Value p) {
    auto [from, to] = segmentOf(p);
    Value scale = numeric && scaling.readsLeft() ? b.load(lhs.values, p) : Value();
    Value right = numeric && scaling.readsRight() ? rhs.values : Value();
    // A part of a row may begin within a group.
    if (inGroups && !wanted) {
      groups->accumulate(b, scaling, opened, b.loadIndex(lhs.coordinates, p), from, right, scale,
                         /*symbolic=*/!numeric);
      return;
    }
    auto accumulate =
        AccumulateOp::create(b, opened, rhs.coordinates, right, from, to, scale,
                             /*symbolic=*/!numeric, scaling.swapped, scaling.semiring, partials);
    if (scaling.semiring.isCustom() && numeric) {
      IRMapping mapping;
      scaling.multiplyRegion->cloneInto(&accumulate.getMultiply(), mapping);
    }
  });
}

/// One row in one accumulator; returns the number of its entries.
Value RowWiseProduct::accumulateRow(unsigned variant, Value accumulator,
                                    Value row, const RowShape &shape, Mode mode,
                                    Value at) {
  AccumulatorKind kind = variants[variant].getAccumulator();
  Type index = coordinatesType(resultType).getElementType();
  Type tileType = TileType::get(b.getContext(), kind, index, semiring.element);
  Value bound = b.min(shape.products, b.sub(shape.high, shape.low));
  if (!mask.empty()) {
    // Never more than `maxBound`, which tables are made for.
    Value marked = mask.entriesOfRow(b, row, b.sub(shape.high, shape.low));
    if (mask.isBoundedByLeaves())
      bound = b.min(bound, marked);
    bound = b.add(bound, marked);
  }
  auto tile = TileOp::create(b, TypeRange{b.getIndexType()}, accumulator,
                             shape.low, shape.high, bound);
  OpBuilder::InsertionGuard guard(b);
  Block *block =
      b.createBlock(&tile.getAccumulate(), {}, {tileType}, {b.getLoc()});
  Value opened = block->getArgument(0);
  mask.emitMarks(b, opened, row);
  auto [begin, end] = lhs.segment(b, row);
  bool numeric = mode == Mode::Drain;
  if (init)
    accumulateInit(opened, row, numeric);
  accumulateEntries(opened, begin, end, mode);
  YieldOp::create(b);
  block = b.createBlock(&tile.getDrain(), {}, {tileType}, {b.getLoc()});
  Value count = numeric ? DrainOp::create(b, block->getArgument(0), coordinates,
                                          values, at, /*unordered=*/!isOrderedResult())
                              .getCount()
                        : CountOp::create(b, block->getArgument(0)).getCount();
  YieldOp::create(b, ValueRange{count});
  return tile.getResult(0);
}

/// The first of these kinds that the strategy lists: one is there.
unsigned RowWiseProduct::firstOf(ArrayRef<AccumulatorKind> kinds) const {
  for (AccumulatorKind kind : kinds)
    for (unsigned v : tiled)
      if (variants[v].getAccumulator() == kind)
        return v;
  llvm_unreachable("openVariants: one takes every row");
}

/// The variant whose form is least on a row.
Value RowWiseProduct::chooseVariant(Value row, const RowShape &shape) {
  // One that takes any row stands until another is cheaper, whatever the forms say.
  unsigned fallback =
      firstOf({AccumulatorKind::Hash, AccumulatorKind::Tiered, AccumulatorKind::Dense,
               AccumulatorKind::Grouped, AccumulatorKind::Blocked});
  Value choice = b.index(fallback);
  if (tiled.size() == 1)
    return choice;
  Value maskEntries =
      mask.empty() ? b.index(0) : mask.entriesOfRow(b, row, b.sub(shape.high, shape.low));
  SmallVector<double> shared = sharedCost();
  Value least = cost(variants[fallback], shared, shape, maskEntries);
  for (unsigned v : tiled) {
    if (v == fallback || v == grouping)
      continue;
    Value candidate = cost(variants[v], shared, shape, maskEntries);
    Value better = arith::CmpFOp::create(b, arith::CmpFPredicate::OLT, candidate, least);
    choice = b.select(better, b.index(v), choice);
    least = b.select(better, candidate, least);
  }
  if (!grouping)
    return choice;
  // Rows of groups take the dense window's place.
  unsigned dense = firstOf({AccumulatorKind::Dense, AccumulatorKind::Grouped});
  Value instead = b.bitAnd(groups->made(), b.equal(choice, b.index(dense)));
  return b.select(instead, b.index(*grouping), choice);
}

/// A row in the accumulator whose form is least. Where rows repeat, what was found for the
/// second one holds: `settled` is its number plus one.
LoopBuilder::Values RowWiseProduct::chooseTile(ValueRange accumulators,
                                               Value row, const RowShape &shape,
                                               Mode mode, Value at, Value settled) {
  Type index = b.getIndexType();
  Value zero = b.index(0), one = b.index(1), choice;
  if (settled && tiled.size() > 1 && mask.empty())
    choice = b.ifElse(
        b.bitAnd(shape.expected, b.notEqual(settled, zero)), {index},
        [&] { return LoopBuilder::Values{b.sub(settled, one)}; },
        [&] { return LoopBuilder::Values{chooseVariant(row, shape)}; })[0];
  else
    choice = chooseVariant(row, shape);
  // The last one needs no test.
  std::function<Value(unsigned)> dispatch = [&](unsigned number) -> Value {
    auto tile = [&] {
      return accumulateRow(tiled[number], accumulators[number], row, shape,
                           mode, at);
    };
    if (number + 1 == tiled.size())
      return tile();
    return b
        .ifElse(
            b.equal(choice, b.index(tiled[number])), {index},
            [&] { return LoopBuilder::Values{tile()}; },
            [&] { return LoopBuilder::Values{dispatch(number + 1)}; })
        .front();
  };
  Value next = b.select(shape.expected, b.add(choice, one), zero);
  return {dispatch(0), choice, next};
}

RowWiseProduct::ComputedRow RowWiseProduct::computeRow(ValueRange accumulators, Value row,
                                                       Mode mode, Value at, Value keyBefore,
                                                       Value settled) {
  auto finished = [&](Value count) {
    return emitSparseEpilogue(b, op.getEpilogue(),
                              {coordinates, values, at, count, row, columnMajor});
  };
  if (walksMask()) {
    ComputedRow computed = computeMaskedRow(accumulators, row, at, keyBefore);
    return {finished(computed.count), computed.variant, computed.key, b.index(0)};
  }
  Value zero = b.index(0);
  Type index = b.getIndexType();
  auto measured = [&] {
    RowShape shape = measureRow(row, keyBefore);
    auto tile = b.ifElse(
        b.less(zero, shape.products), {index, index, index},
        [&] { return chooseTile(accumulators, row, shape, mode, at, settled); },
        [&] { return LoopBuilder::Values{zero, b.index(tiled.front()), zero}; });
    return LoopBuilder::Values{tile[0], tile[1], shape.key, tile[2]};
  };
  LoopBuilder::Values result;
  if (merging) {
    // Short rows are not even measured.
    auto [begin, end] = lhs.segment(b, row);
    LoopBuilder::Values none{zero, b.index(*merging), keyBefore, settled ? settled : zero};
    SmallVector<Type> types(4, index);
    result = b.ifElse(
        b.less(begin, end), types,
        [&, begin = begin, end = end] {
          return LoopBuilder::Values(b.ifElse(
              b.lessEqual(b.sub(end, begin), b.index(kMergeEntries)), types,
              [&] {
                return LoopBuilder::Values{mergeRow(begin, end, mode, at), b.index(*merging),
                                           zero, zero};
              },
              measured));
        },
        [&] { return none; });
  } else {
    result = measured();
  }
  Value count = mode == Mode::Drain ? finished(result[0]) : result[0];
  return {count, result[1], result[2], result[3]};
}

Value RowWiseProduct::makeAccumulator(VariantAttr variant) {
  Type type = AccumulatorType::get(b.getContext(), variant.getAccumulator(),
                                   coordinatesType(resultType).getElementType(),
                                   semiring.element);
  TypedAttr identity = semiring.semiring.isCustom() ? semiring.identity : TypedAttr();
  // What a team's table holds is the target's affair.
  Value bound = isShared(variant.getAccumulator()) ? columns : maxBound;
  auto create = AccumulatorCreateOp::create(
      b, type, widestTile(variant), bound, semiring.semiring, identity, /*known=*/false,
      op.getStrategyAttr().getHash());
  if (semiring.semiring.isCustom()) {
    IRMapping mapping;
    semiring.addRegion->cloneInto(&create.getAdd(), mapping);
  }
  // Rows that are merged whole are not held against the mask.
  if (!mask.empty() && variant.getAccumulator() != AccumulatorKind::Grouped)
    mask.emitFormula(b, create.getFormula());
  return create;
}

/// Of rows by themselves.
LoopBuilder::Values RowWiseProduct::makeAccumulators() {
  LoopBuilder::Values accumulators;
  for (unsigned v : tiled)
    accumulators.push_back(makeAccumulator(variants[v]));
  return accumulators;
}

void RowWiseProduct::destroyAccumulators(ValueRange accumulators) {
  for (Value accumulator : accumulators)
    AccumulatorDestroyOp::create(b, accumulator);
}
