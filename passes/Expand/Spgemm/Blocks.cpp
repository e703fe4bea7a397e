//===- Blocks.cpp - row-wise SpGEMM: several rows together ----------------===//
//
// Stage: expand. Where B outgrows the cache, every row of A fetches its rows of B again
// from farther away, and dense rows fetch nearly all of it. A block of rows is computed
// range by range of B's rows instead: a range stays cached while all rows of the block
// take their products from it, each into a window of its own. What is fetched shrinks by
// the number of rows in a block that name a row of B.
//
// For results of few columns, whose windows fit beside a range. A B whose rows are full enough
// is taken as a bitmap (BitmapPanel.h), piece by piece. The order of additions is that of
// single rows: bits do not depend on the choice.
//
//===----------------------------------------------------------------------===//
#include "passes/Expand/Spgemm/BitmapPanel.h"
#include "passes/Expand/Spgemm/RowWise.h"

#include "passes/Emission/Search.h"
#include "passes/Expand/Epilogue.h"
#include "passes/Expand/RowLoops.h"

#include "mlir/IR/IRMapping.h"

using namespace mlir;
using namespace scratch;

/// Bytes of B that are kept, of a second cache of 1 MiB and more; half of them is a range.
static constexpr int64_t kKeptBytes = 768 * 1024;
/// Bytes of a block's windows.
static constexpr int64_t kWindowBytes = 256 * 1024;
/// Rows of a block at most, and at least for blocks to be chosen.
static constexpr int64_t kMostRows = 64, kLeastRows = 8;
/// Blocks that a matrix should have at least: workers take one at a time.
static constexpr int64_t kLeastBlocks = 16;
/// Times that a row of B is named in a block at least, on average.
static constexpr int64_t kUses = 2;

bool RowWiseProduct::computesBlocks() {
  return blocking && op.getStrategyAttr().getPhases() == Phases::One;
}

static int64_t bytesOf(Type type) {
  return type.isIndex() ? 8 : (type.getIntOrFloatBitWidth() + 7) / 8;
}

/// Rows whose windows take so many bytes, and that leave so many blocks.
Value RowWiseProduct::rowsOfBlock(int64_t bytes, int64_t blocks, int64_t most) {
  Value one = b.index(1), width = b.max(b.roundUp(columns, kWordColumns), one);
  Value fit = arith::DivUIOp::create(b, b.index(bytes / (bytesOf(semiring.element) + 1)), width);
  Value share = arith::DivUIOp::create(b, rows, b.index(blocks));
  return b.max(b.min(b.min(fit, share), b.index(most)), one);
}

/// Whether blocks of `number` rows name a row of B `uses` times.
Value RowWiseProduct::nameOften(Value number, int64_t uses) {
  Value mean = arith::DivUIOp::create(b, b.loadIndex(lhs.positions, lhs.majors),
                                      b.max(rows, b.index(1)));
  Value often = b.lessEqual(b.mul(rhs.majors, b.index(uses)), b.mul(mean, number));
  return b.bitAnd(b.lessEqual(b.index(kLeastRows), number), often);
}

/// Whether rows are computed in blocks, of how many rows, and from what.
void RowWiseProduct::decideBlocks() {
  if (!blocking)
    return;
  bool forced = variants.size() == 1;
  blockRows = rowsOfBlock(kWindowBytes, kLeastBlocks, kMostRows);
  inBlocks = b.bit(computesBlocks());
  auto ifOk = [&](function_ref<Value()> decide) {
    return b.ifElse(
        StatusOp::create(b), {b.getI1Type()}, [&] { return LoopBuilder::Values{decide()}; },
        [&] { return LoopBuilder::Values{b.bit(false)}; })[0];
  };
  if (!forced) {
    int64_t entryBytes = (scaling.readsRight() ? bytesOf(semiring.element) : 0) +
                         bytesOf(cast<MemRefType>(rhs.coordinates.getType()).getElementType());
    inBlocks = ifOk([&] {
      Value stored = b.loadIndex(rhs.positions, rhs.majors);
      Value large = b.less(b.index(kKeptBytes / entryBytes), stored);
      return b.bitAnd(large, nameOften(blockRows, kUses));
    });
  }
  if (!computesBlocks() || !BitmapPanel::suits(op, semiring, rhs))
    return;
  Value more = rowsOfBlock(BitmapPanel::kWindowBytes, BitmapPanel::kLeastBlocks,
                           BitmapPanel::kMostRows);
  asBitmap = ifOk([&] {
    Value full = BitmapPanel::isFull(b, rhs, semiring.element);
    return forced ? full : b.bitAnd(full, nameOften(more, BitmapPanel::kUses));
  });
  inBlocks = b.bitOr(inBlocks, asBitmap);
  blockRows = b.select(asBitmap, more, blockRows);
}

/// Chunks: blocks of rows, or rows of about equal weight.
Value RowWiseProduct::partitionRows(Value safeRows) {
  auto type = bufferOf(b.getI64Type());
  auto balanced = [&]() -> Value { return PartitionOp::create(b, type, weights, safeRows); };
  if (!computesBlocks())
    return balanced();
  return b.ifElse(
      inBlocks, {type},
      [&] {
        Value one = b.index(1);
        Value blocks = arith::CeilDivUIOp::create(b, safeRows, blockRows);
        Value starts = AllocateOp::create(b, type, ValueRange{b.add(blocks, one)}, false);
        b.loop(b.index(0), countIfOk(b, b.add(blocks, one)), [&](Value block) {
          b.storeIndex(b.min(b.mul(block, blockRows), safeRows), starts, block);
        });
        return LoopBuilder::Values{starts};
      },
      [&] { return LoopBuilder::Values{balanced()}; })[0];
}

/// Merges all products of rows [first, last), by ranges of B's rows that fit the cache.
void RowWiseProduct::accumulateRanges(Value first, Value last,
                                      function_ref<Value(Value)> viewOf) {
  Value one = b.index(1);
  int64_t entryBytes = bytesOf(semiring.element) +
                       bytesOf(cast<MemRefType>(rhs.coordinates.getType()).getElementType());
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
          accumulateEntries(viewOf(row), from, to, Mode::Drain);
        });
        return LoopBuilder::Values{high};
      });
}

/// Rows [first, last) together, written from `at` on; returns the end.
Value RowWiseProduct::computeBlock(Value accumulator, Value first, Value last, Value at) {
  Type index = b.getIndexType();
  Value zero = b.index(0), one = b.index(1);
  Type tileType = TileType::get(b.getContext(), AccumulatorKind::Blocked,
                                coordinatesType(resultType).getElementType(), semiring.element);
  auto tile = TileOp::create(b, TypeRange{index}, accumulator, zero, columns, columns);
  auto viewOf = [&](Value opened, Value row) -> Value {
    return RowOp::create(b, opened, b.sub(row, first), zero, columns);
  };
  OpBuilder::InsertionGuard guard(b);
  Block *block = b.createBlock(&tile.getAccumulate(), {}, {tileType}, {b.getLoc()});
  Value opened = block->getArgument(0);
  if (asBitmap)
    b.ifElse(
        asBitmap,
        [&] {
          BitmapPanel(b, scaling, lhs, rhs, panelBuffers)
              .accumulate(first, last, [&](Value row) { return viewOf(opened, row); });
        },
        [&] { accumulateRanges(first, last, [&](Value row) { return viewOf(opened, row); }); });
  else
    accumulateRanges(first, last, [&](Value row) { return viewOf(opened, row); });
  YieldOp::create(b);

  block = b.createBlock(&tile.getDrain(), {}, {tileType}, {b.getLoc()});
  opened = block->getArgument(0);
  Value written = b.loop(first, last, {at}, [&](Value row, ValueRange place) {
    Value count = DrainOp::create(b, viewOf(opened, row), coordinates, values, place[0],
                                  /*unordered=*/!isOrderedResult())
                      .getCount();
    count = emitSparseEpilogue(b, op.getEpilogue(),
                               {coordinates, values, place[0], count, row, columnMajor});
    b.storeIndex(count, positions, b.add(row, one));
    return LoopBuilder::Values{b.add(place[0], count)};
  })[0];
  YieldOp::create(b, ValueRange{written});
  b.setInsertionPointAfter(tile);
  recordCount(b, "rows", firstRecord + *blocking, b.sub(last, first));
  recordCount(b, "chunks", 0, one);
  return tile.getResult(0);
}

/// A chunk, whichever the matrices take; returns the end of what was written.
Value RowWiseProduct::computeBlockOrChunk(ValueRange accumulators, const RowPart &part,
                                          Value partCounts, Value chunk, Value first, Value last,
                                          Value at) {
  auto block = [&] {
    Value end = b.select(StatusOp::create(b), last, first);
    return LoopBuilder::Values{computeBlock(accumulators.back(), first, end, at)};
  };
  if (!computesBlocks())
    return computeChunk(accumulators, part, partCounts, chunk, first, last, at);
  if (variants.size() == 1)
    return block()[0];
  return b.ifElse(inBlocks, {b.getIndexType()}, block, [&] {
    return LoopBuilder::Values{computeChunk(accumulators.drop_back(), part, partCounts, chunk,
                                            first, last, at)};
  })[0];
}
