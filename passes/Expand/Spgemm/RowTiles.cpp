//===- RowTiles.cpp - a row of the result in one accumulator --------------===//
#include "passes/Expand/Spgemm/RowTiles.h"

#include "passes/Emission/Search.h"

using namespace mlir;
using namespace scratch;

/// The row of the matrix that the product is added to, as it is.
void RowTiles::accumulateInit(Value opened, Value row, bool numeric) const {
  const SparseOperand &init = *product.init;
  auto [from, to] = init.segment(b, row);
  AccumulateOp::create(b, opened, init.coordinates, numeric ? init.values : Value(), from, to,
                       /*scale=*/Value(), /*symbolic=*/!numeric, /*swapped=*/false,
                       SemiringAttr::get(b.getContext(), SemiringKind::plus_second),
                       /*repeats=*/false);
}

/// The row of B that entry `p` of A names, or what of it is wanted.
std::pair<Value, Value> RowTiles::segmentOf(Value p, const Columns &wanted) const {
  const SparseOperand &rhs = product.rhs;
  auto [from, to] = rhs.segment(b, b.loadIndex(product.lhs.coordinates, p));
  if (!wanted)
    return {from, to};
  Value first = emitLowerBound(b, rhs.coordinates, from, to, wanted->first);
  return {first, emitLowerBound(b, rhs.coordinates, first, to, wanted->second)};
}

void RowTiles::accumulate(Value opened, Value begin, Value end, bool numeric,
                          const Columns &wanted) const {
  const SemiringEmitter &scaling = product.scaling;
  const SparseOperand &lhs = product.lhs, &rhs = product.rhs;
  bool inGroups = cast<TileType>(opened.getType()).getKind() == AccumulatorKind::Grouped;
  b.loop(begin, end, [&](Value p) {
    auto [from, to] = segmentOf(p, wanted);
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
                             /*symbolic=*/!numeric, scaling.swapped, scaling.semiring,
                             product.partials);
    if (numeric)
      scaling.cloneMultiply(accumulate.getMultiply());
  });
}

Value RowTiles::compute(AccumulatorKind kind, Value accumulator, Value row, const RowShape &shape,
                        const RowOutput &output, bool inPart) const {
  const MaskTree &mask = product.mask;
  Type tileType = product.tileType(kind);
  Value bound = b.min(shape.products, shape.range(b));
  if (!mask.empty()) {
    // Never more than `Bounds::most`, which tables are made for.
    Value marked = mask.entriesOfRow(b, row, shape.range(b));
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
  auto [begin, end] = product.lhs.segment(b, row);
  bool numeric = output.isNumeric();
  if (product.init)
    accumulateInit(opened, row, numeric);
  accumulate(opened, begin, end, numeric,
             inPart ? Columns(std::pair(shape.low, shape.high)) : Columns());
  YieldOp::create(b);
  block = b.createBlock(&tile.getDrain(), {}, {tileType}, {b.getLoc()});
  Value count = numeric ? DrainOp::create(b, block->getArgument(0), output.coordinates,
                                          output.values, output.at,
                                          /*unordered=*/!product.isOrderedResult())
                              .getCount()
                        : CountOp::create(b, block->getArgument(0)).getCount();
  YieldOp::create(b, ValueRange{count});
  return tile.getResult(0);
}
