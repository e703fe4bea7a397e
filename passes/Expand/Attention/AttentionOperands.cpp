//===- AttentionOperands.cpp - what attention's tasks read ----------------===//
#include "passes/Expand/Attention/AttentionOperands.h"

#include "passes/Emission/ShortFloats.h"

using namespace mlir;
using namespace scratch;

/// A worker's tiles of keys, or of values: a fair share of a second cache.
static constexpr int64_t kStoreBytes = 512 * 1024;
/// How many times tiles may be packed on average instead of once in front of the tasks: about
/// as many times as that is faster from the second cache than from memory and back to it.
/// Pairs take longer.
static constexpr int64_t kFewTimes = 3, kFewTimesOfPairs = 1;

TileStores AttentionOperands::planStores(Value lists) {
  TileStores stores;
  int64_t tokens = stores.tokens = p.tiling.getKeys();
  Value one = b.index(1), size = b.max(b.max(p.e.size, p.e.valueSize), one);
  stores.tiles = arith::CeilDivUIOp::create(b, p.keyPlaces(), b.index(tokens));
  Value most = arith::DivUIOp::create(b, b.index(kStoreBytes / (4 * tokens)), size);
  // Nothing comes back to what one task alone reads, nor where it is overwritten before.
  Value useless = b.lessEqual(tasks.perPart(), lists);
  if (!tasks.areSorted())
    useless = b.bitOr(useless, b.less(most, stores.tiles));
  stores.slots = b.select(useless, one, b.max(b.min(most, stores.tiles), one));
  int64_t times = tiles.inPairs() ? kFewTimesOfPairs : kFewTimes;
  Value limit = b.mul(b.mul(lists, stores.tiles), b.index(times));
  stores.areUsed = b.lessEqual(tasks.countPackings(stores), limit);
  return stores;
}

void AttentionOperands::open() {
  const AttentionExtents &e = p.e;
  int64_t lanes = p.tiling.getLanes();
  HeadLists keyLists{p.key, e.batches, e.keyHeads, p.keyPlaces(), e.size, p.formula.keyOrder};
  HeadLists valueLists{p.value,       e.batches,   e.keyHeads,
                       p.keyPlaces(), e.valueSize, p.formula.keyOrder};
  if (p.formula.keyOrder.perHead)
    for (HeadLists *lists : {&keyLists, &valueLists})
      lists->heads = e.queryHeads, lists->shared = e.shared;
  TileStores stores = planStores(b.mul(keyLists.batches, keyLists.heads));
  if (tiles.inPairs()) {
    keys = OperandTiles::packed(
        b, keyLists, packingOfPairedPanels(b, keyLists, tiles.panel(), lanes), stores);
    values = OperandTiles::packed(b, valueLists, packingOfPairedRows(b, valueLists, lanes), stores);
    return;
  }
  keys = OperandTiles::packed(b, keyLists, packingOfPanels(b, keyLists, tiles.panel(), lanes),
                              stores);
  values = areRowsInPlace(valueLists, lanes)
               ? OperandTiles::rows(b, valueLists, lanes, stores, e.queries)
               : OperandTiles::packed(b, valueLists, packingOfRows(b, valueLists, lanes), stores);
}

LoopBuilder::Values AttentionOperands::allocate() const {
  auto ofKeys = keys.allocate(b), ofValues = values.allocate(b);
  return {ofKeys.units, ofKeys.names, ofValues.units, ofValues.names};
}

SmallVector<ComingRange> AttentionOperands::after(const AttentionTask &task, const Own &own,
                                                  Value list, const AttentionKeys &now) const {
  SmallVector<ComingRange> ranges;
  // Values come with their keys. Where all were packed beforehand the next tile is asked for,
  // too, unless a mask's tasks are short and may pass it over.
  Value isMissing =
      keys.isNextMissing(b, own.keys, list, now.first, /*unstored=*/!tasks.areSorted());
  for (const OperandTiles *operand : {&keys, &values})
    if (auto range = operand->after(b, list, now.first, now.count, isMissing))
      ranges.push_back(*range);
  if (p.query.headsFirst && !p.formula.queryOrder.tokens) {
    Value next = b.add(tasks.firstTokenOf(task), tasks.tokensOf(task));
    Value count = b.select(now.isFirst, b.mul(tasks.tokensOf(task), p.e.size), b.index(0));
    ranges.push_back(ComingRange::of(b, p.query.buffer, b.mul(next, p.e.size), count));
  }
  return ranges;
}

void AttentionOperands::packQueries(const AttentionTask &task, Value buffer) {
  AttentionOp op = p.op;
  Value scale = emitScale(b, op.getScale(), p.e.size, p.hasScore() ? 1.0 : kLog2E);
  b.loop(b.index(0), b.roundUp(task.rows, p.tiling.getRows()), [&](Value row) {
    Value own = b.min(row, b.sub(task.rows, b.index(1)));
    Value head = tasks.headOf(task, own), token = tasks.queryOf(task, own);
    b.loop(b.index(0), tiles.entries(p.e.size), [&](Value d) {
      if (tiles.inPairs()) {
        b.store(loadPair(b, p.query, task.batch, head, token, d, p.e.size), buffer, {row, d});
        return;
      }
      Value q = b.load(p.query.buffer, p.query.at(task.batch, head, token, d));
      b.store(arith::MulFOp::create(b, emitToF32(b, q), scale), buffer, {row, d});
    });
  });
}

void AttentionOperands::release() const {
  keys.release(b);
  values.release(b);
}
