//===- Team.cpp - team SpGEMM: one window ---------------------------------===//
//
// Stage: expand. All workers of a team compute a window of rows into one tile
// and write it behind the windows before it. The schedule deals rows by number,
// or pieces of equal numbers of products to whoever is free; a piece may begin
// and end in the middle of a row of B [1].
//
// [1] SMASH: K. Shivdikar, arXiv 2105.14156, versions one and two.
//===----------------------------------------------------------------------===//
#include "passes/Expand/Spgemm/Team.h"

#include "passes/Emission/Search.h"
#include "passes/Emission/SortSegment.h"
#include "passes/Expand/Epilogue.h"
#include "passes/Expand/RowLoops.h"
#include "passes/Expand/Spgemm/Accumulators.h"
#include "passes/Expand/Spgemm/Positions.h"

using namespace mlir;
using namespace scratch;

/// Products of a token: enough that taking and locating it costs an instruction or a
/// few per product, few enough that the last one does not last. Small windows are cut
/// into smaller tokens, so that there is one for every worker and none waits for a second
/// round: measured with scratchpads of 64 KB and 256 KB, 16 and 2^6 beat 12, 32, 2^7 and 2^8.
static constexpr int64_t kMostTokenProducts = 128, kLeastTokenProducts = 16;
/// A window becomes about 2^6 tokens between these.
static constexpr int64_t kTokensLog = 6;

/// The view of a row of the matrix in a tile that begins at row `first`.
Value TeamProduct::rowOfTile(Value tile, Value row, Value first) {
  Value base = b.loadIndex(held, first);
  Value from = b.sub(b.loadIndex(held, row), base);
  Value to = b.sub(b.loadIndex(held, b.add(row, b.index(1))), base);
  return RowOp::create(b, tile, b.sub(row, first), b.min(from, capacity),
                       b.min(to, capacity));
}

void TeamProduct::emitAccumulate(Value row, Value entry, Value from, Value to) {
  const SemiringEmitter &semiring = product.scaling;
  Value scale = semiring.readsLeft() ? b.load(product.lhs.values, entry) : Value();
  auto op = AccumulateOp::create(b, row, product.rhs.coordinates,
                                 semiring.readsRight() ? product.rhs.values : Value(), from, to,
                                 scale, /*symbolic=*/false, semiring.swapped, semiring.semiring,
                                 product.partials);
  semiring.cloneMultiply(op.getMultiply());
}

/// Products [from, to) of an entry of A, those of columns [low, high) only.
void TeamProduct::accumulate(Value row, Value entry, Value from, Value to, Value low,
                             Value high) {
  Value partial = b.less(b.sub(high, low), product.columns);
  Value coordinates = product.rhs.coordinates;
  Type index = b.getIndexType();
  if (product.rhs.ordered) {
    auto range = b.ifElse(
        partial, {index, index},
        [&] {
          return LoopBuilder::Values{emitLowerBound(b, coordinates, from, to, low),
                                     emitLowerBound(b, coordinates, from, to, high)};
        },
        [&] { return LoopBuilder::Values{from, to}; });
    return emitAccumulate(row, entry, range[0], range[1]);
  }
  b.ifElse(
      partial,
      [&] {
        b.loop(from, to, [&](Value at) {
          Value column = b.loadIndex(coordinates, at);
          Value inside = b.bitAnd(b.lessEqual(low, column), b.less(column, high));
          b.ifThen(inside, [&] { emitAccumulate(row, entry, at, b.add(at, b.index(1))); });
        });
      },
      [&] {
        emitAccumulate(row, entry, from, to);
      });
}

static void deal(LoopBuilder &b, Value tile, Value first, Value last, Value grain, bool tokens,
                 function_ref<void(Value begin, Value end)> body) {
  auto op = DealOp::create(b, tile, first, last, grain, tokens);
  OpBuilder::InsertionGuard guard(b);
  Type index = b.getIndexType();
  Block *block = b.createBlock(&op.getBody(), {}, {index, index}, {b.getLoc(), b.getLoc()});
  body(block->getArgument(0), block->getArgument(1));
  YieldOp::create(b);
}

void TeamProduct::markRows(Value tile, Value first, Value last) {
  deal(b, tile, first, last, b.index(1), /*tokens=*/true, [&](Value begin, Value end) {
    b.loop(begin, end, [&](Value row) {
      product.mask.emitMarks(b, rowOfTile(tile, row, first), row);
    });
  });
  MeetOp::create(b, tile);
}

void TeamProduct::dealRows(Value tile, Value first, Value last, Value low, Value high) {
  deal(b, tile, first, last, b.index(1), /*tokens=*/false, [&](Value begin, Value end) {
    b.loop(begin, end, [&](Value row) {
      Value view = rowOfTile(tile, row, first);
      auto [entry, behind] = product.lhs.segment(b, row);
      b.loop(entry, behind, [&](Value p) {
        auto [from, to] = product.rhs.segment(b, b.loadIndex(product.lhs.coordinates, p));
        accumulate(view, p, from, to, low, high);
      });
    });
  });
}

void TeamProduct::dealProducts(Value tile, Value first, Value last, Value low, Value high) {
  Value one = b.index(1);
  const SparseOperand &lhs = product.lhs;
  Value entryOfFirst = b.loadIndex(lhs.positions, first);
  Value entryOfLast = b.loadIndex(lhs.positions, last);
  Value from = b.loadIndex(products, entryOfFirst), to = b.loadIndex(products, entryOfLast);
  Value grain = b.min(b.max(b.shiftRight(b.sub(to, from), kTokensLog),
                            b.index(kLeastTokenProducts)),
                      b.index(kMostTokenProducts));
  deal(b, tile, from, to, grain, /*tokens=*/true, [&](Value begin, Value end) {
    // The row that holds product `begin`, then the entry.
    Value row = b.sub(emitPartitionPoint(b, first, last,
                                  [&](Value at) {
                                    Value entry = b.loadIndex(lhs.positions, at);
                                    return b.less(begin, b.loadIndex(products, entry));
                                  }),
                      one);
    auto [entries, behind] = lhs.segment(b, row);
    Value entry = b.sub(emitUpperBound(b, products, entries, behind, begin), one);
    // As long as the token lasts: entry, row, first entry of the next row.
    b.whileLoop(
        {begin, entry, row, behind}, [&](ValueRange at) { return b.less(at[0], end); },
        [&](ValueRange at) {
          Value done = at[0], p = at[1];
          auto here = b.whileLoop(
              {at[2], at[3]}, [&](ValueRange place) { return b.lessEqual(place[1], p); },
              [&](ValueRange place) {
                Value next = b.add(place[0], one);
                return LoopBuilder::Values{next,
                                           b.loadIndex(lhs.positions, b.add(next, one))};
              });
          Value segment = b.loadIndex(product.rhs.positions, b.loadIndex(lhs.coordinates, p));
          Value before = b.loadIndex(products, p), after = b.loadIndex(products, b.add(p, one));
          Value stop = b.min(after, end);
          accumulate(rowOfTile(tile, here[0], first), p, b.add(segment, b.sub(done, before)),
                     b.add(segment, b.sub(stop, before)), low, high);
          return LoopBuilder::Values{stop, b.add(p, one), here[0], here[1]};
        });
  });
}

void TeamProduct::computeWindow(Value number, Value first, Value next, Value accumulator) {
  Value low = b.loadIndex(lows, number), high = b.loadIndex(highs, number);
  // A row in several windows begins all but the last of them where the next one begins.
  Value last = b.max(next, b.add(first, b.index(1)));
  // Beyond the capacity for a row of its own only.
  Value bound = b.min(b.sub(b.loadIndex(held, last), b.loadIndex(held, first)),
                      b.max(capacity, b.sub(high, low)));
  auto type = cast<AccumulatorType>(accumulator.getType());
  Type tileType =
      TileType::get(b.getContext(), type.getKind(), type.getIndex(), type.getElement());
  auto tile = TileOp::create(b, TypeRange(), accumulator, low, high, bound);
  OpBuilder::InsertionGuard guard(b);
  Block *block = b.createBlock(&tile.getAccumulate(), {}, {tileType}, {b.getLoc()});
  Value opened = block->getArgument(0);
  if (!product.mask.empty())
    markRows(opened, first, last);
  if (product.op.getStrategyAttr().getSchedule() == Schedule::Tokens)
    dealProducts(opened, first, last, low, high);
  else
    dealRows(opened, first, last, low, high);
  YieldOp::create(b);
  block = b.createBlock(&tile.getDrain(), {}, {tileType}, {b.getLoc()});
  AppendOp::create(b, block->getArgument(0), first, last, next, held, coordinates, values,
                   positions, ledger, number);
  YieldOp::create(b);
}

void TeamProduct::computeWindows() {
  ledger = AllocateOp::create(b, bufferOf(b.getI64Type()), ValueRange{b.index(2)},
                              /*zeroed=*/true);
  Value size = b.add(countIfOk(b, b.sub(memref::DimOp::create(b, starts, 0), b.index(1))),
                     b.index(1));
  Value windows = memref::SubViewOp::create(
      b, starts, ArrayRef<OpFoldResult>{b.getIndexAttr(0)}, ArrayRef<OpFoldResult>{size},
      ArrayRef<OpFoldResult>{b.getIndexAttr(1)});
  windows = memref::CastOp::create(b, bufferOf(b.getI64Type()), windows);
  parallelTeams(
      b, windows,
      [&] {
        // What a team's table holds is the target's affair.
        return LoopBuilder::Values{createAccumulator(b, product, variants.kindOf(0),
                                                     product.columns, product.columns)};
      },
      [&](Value number, Value first, Value next, ValueRange accumulators) {
        computeWindow(number, first, next, accumulators[0]);
      },
      [&](ValueRange accumulators) { destroyAccumulators(b, accumulators); });
}

/// Every row a chunk of its own: a row's work has nothing to do with its neighbours', and
/// taking one costs little beside it. Returns the buffer and what of it are chunks.
std::pair<Value, Value> TeamProduct::everyRow() {
  Value rows = countIfOk(b, product.rows), one = b.index(1);
  Value firsts = AllocateOp::create(b, bufferOf(b.getI64Type()), ValueRange{b.add(rows, one)},
                                    false);
  rows = countIfOk(b, rows);
  parallelRows(b, rows, [&](Value first, Value last) {
    b.loop(first, last, [&](Value row) { b.storeIndex(row, firsts, row); });
  });
  b.ifThen(StatusOp::create(b), [&] { b.storeIndex(rows, firsts, rows); });
  Value chunks = memref::SubViewOp::create(
      b, firsts, ArrayRef<OpFoldResult>{b.getIndexAttr(0)},
      ArrayRef<OpFoldResult>{Value(b.add(rows, one))}, ArrayRef<OpFoldResult>{b.getIndexAttr(1)});
  return {firsts, memref::CastOp::create(b, bufferOf(b.getI64Type()), chunks)};
}

/// Sorts rows where the result's type wants it, and runs the epilogue.
void TeamProduct::finishRows() {
  bool sort = product.isOrderedResult();
  if (!sort && !hasStages(product.op.getEpilogue()))
    return;
  EntryBuffers spare;
  if (sort) {
    Value total = b.ifElse(
        StatusOp::create(b), {b.getIndexType()},
        [&] { return LoopBuilder::Values{b.loadIndex(ledger, b.index(1))}; },
        [&] { return LoopBuilder::Values{b.index(0)}; })[0];
    spare = {AllocateOp::create(b, coordinates.getType(), ValueRange{total}, false),
             AllocateOp::create(b, values.getType(), ValueRange{total}, false)};
  }
  auto [firsts, chunks] = everyRow();
  parallelChunks(
      b, chunks,
      [&] {
        LoopBuilder::Values counters;
        if (sort)
          counters.push_back(AllocateOp::create(b, bufferOf(b.getI32Type()),
                                                ValueRange{b.index(kSortCounters)}, false));
        return counters;
      },
      [&](Value, Value row, Value, ValueRange counters) {
        b.ifThen(StatusOp::create(b), [&] {
          Value at = b.loadIndex(positions, row);
          Value end = b.loadIndex(positions, b.add(row, b.index(1)));
          Value count = b.sub(end, at);
          if (sort)
            sortSegment(b, {coordinates, values}, spare, counters[0], at, count);
          product.finishRow(b, row, {coordinates, values, at}, count);
        });
      },
      [&](ValueRange counters) {
        for (Value buffer : counters)
          ReleaseOp::create(b, buffer);
      });
  ReleaseOp::create(b, firsts);
  if (!sort)
    return;
  ReleaseOp::create(b, spare.coordinates);
  ReleaseOp::create(b, spare.values);
}

/// Entries that all rows together have at most.
Value TeamProduct::room() {
  Value rows = countIfOk(b, product.rows);
  return b.ifElse(
      StatusOp::create(b), {b.getIndexType()},
      [&] { return LoopBuilder::Values{b.loadIndex(held, rows)}; },
      [&] { return LoopBuilder::Values{b.index(0)}; })[0];
}

LoopBuilder::Values TeamProduct::compute() {
  positions = openPositions(b, product.resultType, product.rows);
  cutWindows();
  Value most = room();
  coordinates = AllocateOp::create(b, coordinatesType(product.resultType), ValueRange{most}, false);
  values = AllocateOp::create(b, valuesType(product.resultType), ValueRange{most}, false);
  computeWindows();
  finishRows();
  Value total = b.ifElse(
      StatusOp::create(b), {b.getIndexType()},
      [&] { return LoopBuilder::Values{b.loadIndex(ledger, b.index(1))}; },
      [&] { return LoopBuilder::Values{b.index(0)}; })[0];
  checkTotal(b, product.resultType, total);
  Value size = countIfOk(b, total);
  Value trimmed = TrimOp::create(b, coordinates, size);
  Value trimmedValues = TrimOp::create(b, values, size);
  for (Value buffer : {products, held, starts, lows, highs, ledger})
    ReleaseOp::create(b, buffer);
  recordCount(b, "result_nnz", 0, total);
  product.release(b);
  return {positions, trimmed, trimmedValues};
}
