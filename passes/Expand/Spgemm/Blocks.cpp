//===- Blocks.cpp - several rows of a product together --------------------===//
#include "passes/Expand/Spgemm/Blocks.h"

#include "passes/Emission/Search.h"
#include "passes/Expand/RowLoops.h"

using namespace mlir;
using namespace scratch;

/// Bytes of B that are kept, of a second cache of 1 MiB and more; half of them is a range.
static constexpr int64_t kKeptBytes = 768 * 1024;
static constexpr BlockLimits kLimits{/*windowBytes=*/256 * 1024, /*leastBlocks=*/16,
                                     /*mostRows=*/64, /*uses=*/2};

static int64_t bytesOf(Type type) {
  return type.isIndex() ? 8 : (type.getIntOrFloatBitWidth() + 7) / 8;
}
static int64_t coordinateBytes(const SparseOperand &rhs) {
  return bytesOf(cast<MemRefType>(rhs.coordinates.getType()).getElementType());
}

/// Whether rows are computed in blocks, of how many rows, and from what.
void Blocks::decide() {
  if (!variants.blocking)
    return;
  const SparseOperand &lhs = product.lhs, &rhs = product.rhs;
  Type element = product.semiring.element;
  bool forced = variants.alone();
  blockRows = rowsOfBlock(b, lhs, rhs, element, kLimits);
  inBlocks = b.bit(possible());
  auto ifOk = [&](function_ref<Value()> decide) {
    return b.ifElse(
        StatusOp::create(b), {b.getI1Type()}, [&] { return LoopBuilder::Values{decide()}; },
        [&] { return LoopBuilder::Values{b.bit(false)}; })[0];
  };
  if (!forced) {
    int64_t entryBytes =
        (product.scaling.readsRight() ? bytesOf(element) : 0) + coordinateBytes(rhs);
    inBlocks = ifOk([&] {
      Value stored = b.loadIndex(rhs.positions, rhs.majors);
      Value large = b.less(b.index(kKeptBytes / entryBytes), stored);
      return b.bitAnd(large, areUsedOften(b, lhs, rhs, blockRows, kLimits));
    });
  }
  if (!possible() || !BitmapPanel::suits(product.op, product.semiring, rhs))
    return;
  Value more = rowsOfBlock(b, lhs, rhs, element, BitmapPanel::kLimits);
  asBitmap = ifOk([&] {
    return forced ? BitmapPanel::isFull(b, product.op, rhs, element)
                  : BitmapPanel::isWorthIt(b, product.op, lhs, rhs, element, more);
  });
  inBlocks = b.bitOr(inBlocks, asBitmap);
  blockRows = b.select(asBitmap, more, blockRows);
}

LoopBuilder::Values Blocks::openBuffers() const {
  if (!asBitmap)
    return {};
  return BitmapPanel::open(b, product.op, product.rhs, product.semiring.element, blockRows,
                           asBitmap);
}

Value Blocks::widestTile() const {
  return b.select(
      variants.alone() ? b.bit(true) : inBlocks,
      b.mul(blockRows, b.roundUp(product.columns, blockedColumns(product.semiring.element))),
      b.index(kWordColumns));
}

Value Blocks::partition(Value weights, Value safeRows) const {
  auto type = bufferOf(b.getI64Type());
  auto balanced = [&]() -> Value { return PartitionOp::create(b, type, weights, safeRows); };
  if (!possible())
    return balanced();
  return b.ifElse(
      inBlocks, {type},
      [&] { return LoopBuilder::Values{partitionEvenly(b, safeRows, blockRows)}; },
      [&] { return LoopBuilder::Values{balanced()}; })[0];
}

/// Merges all products of rows [first, last), by ranges of B's rows that fit the cache.
void Blocks::accumulateRanges(const RowTiles &tiles, Value first, Value last,
                              ViewOfRow viewOf) const {
  const SparseOperand &lhs = product.lhs, &rhs = product.rhs;
  Value one = b.index(1);
  int64_t entryBytes = bytesOf(product.semiring.element) + coordinateBytes(rhs);
  Value room = b.index(kKeptBytes / 2 / entryBytes);
  b.whileLoop(
      {b.index(0)}, [&](ValueRange low) { return b.less(low[0], rhs.majors); },
      [&](ValueRange low) {
        // Rows of B that fit: at least one.
        Value full = b.add(b.loadIndex(rhs.positions, low[0]), room);
        Value next = b.add(low[0], one);
        Value high = emitUpperBound(b, rhs.positions, next, b.add(rhs.majors, one), full);
        high = b.max(b.sub(high, one), next);
        b.loop(first, last, [&](Value row) {
          auto [begin, end] = lhs.segment(b, row);
          Value from = emitLowerBound(b, lhs.coordinates, begin, end, low[0]);
          Value to = emitLowerBound(b, lhs.coordinates, from, end, high);
          tiles.accumulate(viewOf(row), from, to, /*numeric=*/true);
        });
        return LoopBuilder::Values{high};
      });
}

Value Blocks::compute(const RowTiles &tiles, Value accumulator, ValueRange buffers, Value first,
                      Value last, const RowOutput &output, Value positions) const {
  Type index = b.getIndexType();
  Value zero = b.index(0), one = b.index(1), columns = product.columns;
  Type tileType = product.tileType(AccumulatorKind::Blocked);
  auto tile = TileOp::create(b, TypeRange{index}, accumulator, zero, columns, columns);
  auto viewOf = [&](Value opened, Value row) -> Value {
    return RowOp::create(b, opened, b.sub(row, first), zero, columns);
  };
  OpBuilder::InsertionGuard guard(b);
  Block *block = b.createBlock(&tile.getAccumulate(), {}, {tileType}, {b.getLoc()});
  Value opened = block->getArgument(0);
  auto rowOf = [&](Value row) { return viewOf(opened, row); };
  if (asBitmap) {
    BitmapPanel bitmap(b, product.op, product.scaling, product.lhs, product.rhs, buffers);
    b.ifElse(
        bitmap.takes(asBitmap, first, last), [&] { bitmap.accumulate(first, last, rowOf); },
        [&] { accumulateRanges(tiles, first, last, rowOf); });
  } else {
    accumulateRanges(tiles, first, last, rowOf);
  }
  YieldOp::create(b);

  block = b.createBlock(&tile.getDrain(), {}, {tileType}, {b.getLoc()});
  opened = block->getArgument(0);
  Value written = b.loop(first, last, {output.at}, [&](Value row, ValueRange place) {
    Value count = DrainOp::create(b, viewOf(opened, row), output.coordinates, output.values,
                                  place[0], /*unordered=*/!product.isOrderedResult())
                      .getCount();
    count = product.finishRow(b, row, output.from(place[0]), count);
    b.storeIndex(count, positions, b.add(row, one));
    return LoopBuilder::Values{b.add(place[0], count)};
  })[0];
  YieldOp::create(b, ValueRange{written});
  b.setInsertionPointAfter(tile);
  recordCount(b, "rows", variants.laneOf(*variants.blocking), b.sub(last, first));
  recordCount(b, "chunks", 0, one);
  return tile.getResult(0);
}
