//===- TileMap.cpp - which tiles of a mask are worked on ------------------===//
#include "passes/Expand/Attention/TileMap.h"

#include "passes/Expand/RowLoops.h"

using namespace mlir;
using namespace scratch;

static constexpr int64_t kDynamic = ShapedType::kDynamic;

TileMap TileMap::inspect(LoopBuilder &b, const MaskFormula &formula, const Grid &grid) {
  TileMap map;
  map.perBatch = formula.dependsOnBatch;
  map.perHead = formula.dependsOnHead;
  Value one = b.index(1), zero = b.index(0), width = b.index(grid.width);
  map.heads = map.perHead ? grid.heads : one;
  Value lists = b.mul(map.perBatch ? grid.batches : one, map.heads);
  Value tiles = arith::CeilDivUIOp::create(b, grid.columns, width);
  map.kinds = AllocateOp::create(
      b, MemRefType::get({kDynamic, kDynamic, kDynamic}, b.getI8Type()),
      ValueRange{lists, grid.blocks, tiles}, /*zeroed=*/false);
  map.ends = AllocateOp::create(b, MemRefType::get({kDynamic, kDynamic, 2}, b.getI64Type()),
                                ValueRange{lists, grid.blocks}, /*zeroed=*/false);
  Value total = countIfOk(b, b.mul(lists, grid.blocks));
  parallelRows(b, total, [&](Value first, Value last) {
    b.loop(first, last, [&](Value number) {
      Value block = arith::RemUIOp::create(b, number, grid.blocks);
      Value list = arith::DivUIOp::create(b, number, grid.blocks);
      ScalarDomain domain(b, formula, arith::DivUIOp::create(b, list, map.heads),
                          arith::RemUIOp::create(b, list, map.heads));
      using Range = mask::Range<ScalarDomain>;
      Range rows = grid.rowsOf(block), hull{zero, b.sub(grid.columns, one)};
      // Without columns nothing is asked.
      if (!grid.transposed)
        hull = mask::keyHull(domain, formula.predicate, rows, hull);
      Value some = domain.lessEqual(hull.low, hull.high);
      Value from = b.select(some, arith::DivUIOp::create(b, hull.low, width), zero);
      Value to = b.select(some, b.add(arith::DivUIOp::create(b, hull.high, width), one), zero);
      b.store(b.cast(from, b.getI64Type()), map.ends, {list, block, zero});
      b.store(b.cast(to, b.getI64Type()), map.ends, {list, block, one});
      b.loop(from, to, [&](Value tile) {
        Value first = b.mul(tile, width);
        Value count = b.min(b.sub(grid.columns, first), width);
        Range columns{first, b.sub(b.add(first, count), one)};
        auto verdict = mask::TileClassifier<ScalarDomain>(
                           domain, grid.transposed ? columns : rows,
                           grid.transposed ? rows : columns)
                           .classify(formula.predicate);
        Type i8 = b.getI8Type();
        Value kind = b.select(verdict.possible,
                              b.select(verdict.certain, b.integer(kFull, i8),
                                       b.integer(kPartial, i8)),
                              b.integer(kSkipped, i8));
        b.store(kind, map.kinds, {list, block, tile});
      });
    });
  });
  return map;
}

Value TileMap::list(LoopBuilder &b, Value batch, Value head) const {
  Value of = perBatch ? b.mul(batch, heads) : b.index(0);
  return perHead ? b.add(of, head) : of;
}

std::pair<Value, Value> TileMap::bounds(LoopBuilder &b, Value batch, Value head,
                                        Value block) const {
  Value at = list(b, batch, head);
  return {b.toIndex(b.load(ends, {at, block, b.index(0)})),
          b.toIndex(b.load(ends, {at, block, b.index(1)}))};
}

Value TileMap::kindAt(LoopBuilder &b, Value batch, Value head, Value block, Value tile) const {
  return b.load(kinds, {list(b, batch, head), block, tile});
}

void TileMap::release(LoopBuilder &b) const {
  ReleaseOp::create(b, kinds);
  ReleaseOp::create(b, ends);
}
