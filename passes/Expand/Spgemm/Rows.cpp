//===- Rows.cpp - row-wise SpGEMM: one row --------------------------------===//
//
// Stage: expand. Where the strategy lists several accumulators, each row takes
// the one whose cost form (Features.def) is least. With a hash table among
// them, windows have a limit and wider rows take the table: workers of a matrix
// with billions of columns then need little memory.
//
//===----------------------------------------------------------------------===//
#include "passes/Expand/Spgemm/RowWise.h"

#include "passes/Expand/Epilogue.h"

#include "mlir/IR/IRMapping.h"

using namespace mlir;
using namespace scratch;

/// Products and column range of a row. Ordered segments show their range at
/// both ends; unordered ones may reach anywhere.
RowWiseProduct::RowShape RowWiseProduct::measureRow(Value row) {
  auto [begin, end] = lhs.segment(b, row);
  Value zero = b.index(0), one = b.index(1);
  auto measured = b.loop(
      begin, end, {zero, columns, zero}, [&](Value p, ValueRange carried) {
        auto [from, to] = rhs.segment(b, b.loadIndex(lhs.coordinates, p));
        Value products = b.add(carried[0], b.sub(to, from));
        if (!rhs.ordered)
          return LoopBuilder::Values{products, carried[1], carried[2]};
        auto range = b.ifElse(
            b.less(from, to), {b.getIndexType(), b.getIndexType()},
            [&] {
              // The values are wanted soon: the row is accumulated next.
              if (scaling.readsRight())
                memref::PrefetchOp::create(
                    b, rhs.values, ValueRange{from}, /*isWrite=*/false,
                    /*localityHint=*/3, /*isDataCache=*/true);
              Value low = b.loadIndex(rhs.coordinates, from);
              Value high =
                  b.add(b.loadIndex(rhs.coordinates, b.sub(to, one)), one);
              return LoopBuilder::Values{b.min(carried[1], low),
                                         b.max(carried[2], high)};
            },
            [&] { return LoopBuilder::Values{carried[1], carried[2]}; });
        return LoopBuilder::Values{products, range[0], range[1]};
      });
  RowShape shape;
  shape.entries = b.sub(end, begin);
  shape.products = measured[0];
  shape.low = rhs.ordered ? measured[1] : zero;
  shape.high = rhs.ordered ? measured[2] : columns;
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
  default:
    return window;
  }
}

/// The linear form of one variant on one row, in cycles; infinite for a row
/// that the variant does not take.
Value RowWiseProduct::cost(VariantAttr variant, const RowShape &shape,
                           Value maskEntries) {
  Type f64 = b.getF64Type();
  auto feature = [&](CostFeature which) -> Value {
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
    }
    llvm_unreachable("unknown feature");
  };
  Value total = arith::ConstantOp::create(b, b.getF64FloatAttr(0));
  ArrayRef<double> coefficients =
      variant.getCost() ? variant.getCost().asArrayRef() : ArrayRef<double>();
  for (auto [number, coefficient] : llvm::enumerate(coefficients)) {
    if (coefficient == 0)
      continue;
    Value amount = feature(static_cast<CostFeature>(number));
    Value real =
        arith::SIToFPOp::create(b, f64, b.cast(amount, b.getI64Type()));
    Value term = arith::MulFOp::create(
        b, real, arith::ConstantOp::create(b, b.getF64FloatAttr(coefficient)));
    total = arith::AddFOp::create(b, total, term);
  }
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
  b.loop(begin, end, [&](Value p) {
    auto [from, to] = rhs.segment(b, b.loadIndex(lhs.coordinates, p));
    Value scale =
        numeric && scaling.readsLeft() ? b.load(lhs.values, p) : Value();
    auto accumulate = AccumulateOp::create(
        b, opened, rhs.coordinates,
        numeric && scaling.readsRight() ? rhs.values : Value(), from, to,
        scale, /*symbolic=*/!numeric, scaling.swapped, scaling.semiring, partials);
    if (scaling.semiring.isCustom() && numeric) {
      IRMapping mapping;
      scaling.multiplyRegion->cloneInto(&accumulate.getMultiply(), mapping);
    }
  });
  YieldOp::create(b);
  block = b.createBlock(&tile.getDrain(), {}, {tileType}, {b.getLoc()});
  Value count = numeric ? DrainOp::create(b, block->getArgument(0), coordinates,
                                          values, at, /*unordered=*/!isOrderedResult())
                              .getCount()
                        : CountOp::create(b, block->getArgument(0)).getCount();
  YieldOp::create(b, ValueRange{count});
  return tile.getResult(0);
}

/// A row in the accumulator whose form is least.
LoopBuilder::Values RowWiseProduct::chooseTile(ValueRange accumulators,
                                               Value row, const RowShape &shape,
                                               Mode mode, Value at) {
  Type index = b.getIndexType();
  Value choice = b.index(tiled.front());
  if (tiled.size() > 1) {
    Value maskEntries =
        mask.empty() ? b.index(0)
                     : mask.entriesOfRow(b, row, b.sub(shape.high, shape.low));
    Value least = cost(variants[tiled.front()], shape, maskEntries);
    for (unsigned v : ArrayRef<unsigned>(tiled).drop_front()) {
      Value candidate = cost(variants[v], shape, maskEntries);
      Value better =
          arith::CmpFOp::create(b, arith::CmpFPredicate::OLT, candidate, least);
      choice = b.select(better, b.index(v), choice);
      least = b.select(better, candidate, least);
    }
  }
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
  return {dispatch(0), choice};
}

/// Entries of one row, and the variant that computed it.
std::pair<Value, Value> RowWiseProduct::computeRow(ValueRange accumulators,
                                                   Value row, Mode mode,
                                                   Value at) {
  if (walksMask()) {
    auto [count, choice] = computeMaskedRow(accumulators, row, at);
    count = emitSparseEpilogue(b, op.getEpilogue(),
                               {coordinates, values, at, count, row, columnMajor});
    return {count, choice};
  }
  Value zero = b.index(0);
  Type index = b.getIndexType();
  auto measured = [&] {
    RowShape shape = measureRow(row);
    return b.ifElse(
        b.less(zero, shape.products), {index, index},
        [&] { return chooseTile(accumulators, row, shape, mode, at); },
        [&] { return LoopBuilder::Values{zero, b.index(tiled.front())}; });
  };
  LoopBuilder::Values result;
  if (merging) {
    // Short rows are not even measured.
    auto [begin, end] = lhs.segment(b, row);
    result = b.ifElse(
        b.lessEqual(b.sub(end, begin), b.index(kMergeEntries)), {index, index},
        [&] {
          return LoopBuilder::Values{mergeRow(begin, end, mode, at),
                                     b.index(*merging)};
        },
        measured);
  } else {
    result = measured();
  }
  Value count = result[0];
  if (mode == Mode::Drain)
    count =
        emitSparseEpilogue(b, op.getEpilogue(),
                           {coordinates, values, at, count, row, columnMajor});
  return {count, result[1]};
}

LoopBuilder::Values RowWiseProduct::makeAccumulators() {
  LoopBuilder::Values accumulators;
  Type index = coordinatesType(resultType).getElementType();
  for (unsigned v : tiled) {
    VariantAttr variant = variants[v];
    Type type = AccumulatorType::get(b.getContext(), variant.getAccumulator(),
                                     index, semiring.element);
    TypedAttr identity =
        semiring.semiring.isCustom() ? semiring.identity : TypedAttr();
    // What a team's table holds is the target's affair.
    Value bound = isShared(variant.getAccumulator()) ? columns : maxBound;
    auto create = AccumulatorCreateOp::create(
        b, type, widestTile(variant), bound, semiring.semiring, identity, /*known=*/false,
        op.getStrategyAttr().getHash());
    if (semiring.semiring.isCustom()) {
      IRMapping mapping;
      semiring.addRegion->cloneInto(&create.getAdd(), mapping);
    }
    if (!mask.empty())
      mask.emitFormula(b, create.getFormula());
    accumulators.push_back(create);
  }
  return accumulators;
}

void RowWiseProduct::destroyAccumulators(ValueRange accumulators) {
  for (Value accumulator : accumulators)
    AccumulatorDestroyOp::create(b, accumulator);
}
