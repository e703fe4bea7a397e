//===- Team.cpp - team SpGEMM: one window ---------------------------------===//
//
// Stage: expand. All workers of a team compute a window of rows into one tile
// and write it behind the windows before it. How they share the work: TeamDeal.cpp.
//
//===----------------------------------------------------------------------===//
#include "passes/Expand/Spgemm/Team.h"

#include "passes/Emission/SortSegment.h"
#include "passes/Expand/Epilogue.h"
#include "passes/Expand/RowLoops.h"
#include "passes/Expand/Spgemm/Accumulators.h"
#include "passes/Expand/Spgemm/Positions.h"

using namespace mlir;
using namespace scratch;

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
  Window window{first, last, b.loadIndex(held, first), low, high, /*narrow=*/false};
  if (!product.mask.empty())
    markRows(opened, window);
  bool tokens = product.op.getStrategyAttr().getSchedule() == Schedule::Tokens;
  auto deal = [&](bool narrow) {
    window.narrow = narrow;
    tokens ? dealProducts(opened, window) : dealRows(opened, window);
  };
  b.ifElse(b.less(b.sub(high, low), product.columns), [&] { deal(true); }, [&] { deal(false); });
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
