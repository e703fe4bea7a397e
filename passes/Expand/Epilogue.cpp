//===- Epilogue.cpp - the stages after a product, as loops ----------------===//
#include "passes/Expand/Epilogue.h"

#include "passes/Emission/Semiring.h"
#include "passes/Expand/TopK.h"

#include "mlir/IR/IRMapping.h"

using namespace mlir;
using namespace scratch;

/// A copy of a stage's body; values of earlier stages are taken from `outer`.
static Value emitBody(LoopBuilder &b, Region &body, ValueRange arguments, const IRMapping &outer) {
  IRMapping mapping(outer);
  mapping.map(body.front().getArguments(), arguments);
  for (Operation &op : body.front().without_terminator())
    b.clone(op, mapping);
  return mapping.lookupOrDefault(body.front().getTerminator()->getOperand(0));
}

namespace {
/// Row and column of entry q of the row.
struct Place {
  Value value, row, column;
};
} // namespace

static Place placeOf(LoopBuilder &b, const SparseRow &row, Value q) {
  Value minor = b.loadIndex(row.coordinates, q);
  Value value = b.load(row.values, q);
  if (row.columnMajor)
    return {value, minor, row.major};
  return {value, row.major, minor};
}

static void emitMap(LoopBuilder &b, MapOp map, const SparseRow &row, Value end,
                    const IRMapping &outer) {
  b.loop(row.at, end, [&](Value q) {
    Place place = placeOf(b, row, q);
    Value mapped =
        emitBody(b, map.getBody(), {place.value, place.row, place.column}, outer);
    b.store(mapped, row.values, q);
  });
}

/// Entries that stay move up, in order; returns the new end.
static Value emitKeep(LoopBuilder &b, KeepOp keep, const SparseRow &row, Value end,
                      const IRMapping &outer) {
  return b
      .loop(row.at, end, {row.at},
            [&](Value q, ValueRange carried) {
              Place place = placeOf(b, row, q);
              Value stays = emitBody(
                  b, keep.getBody(), {place.value, place.row, place.column}, outer);
              // The slot is free either way: it lies at or before q.
              b.store(b.load(row.coordinates, q), row.coordinates, carried[0]);
              b.store(place.value, row.values, carried[0]);
              Value step = b.cast(stays, b.getIndexType());
              return LoopBuilder::Values{b.add(carried[0], step)};
            })
      .front();
}

Value scratch::emitSparseEpilogue(LoopBuilder &b, Region &epilogue, const SparseRow &row) {
  if (!hasStages(epilogue))
    return row.count;
  IRMapping mapping;
  Value end = b.add(row.at, row.count);
  for (Operation &stage : epilogue.front().without_terminator()) {
    if (auto map = dyn_cast<MapOp>(stage)) {
      emitMap(b, map, row, end, mapping);
    } else if (auto keep = dyn_cast<KeepOp>(stage)) {
      end = emitKeep(b, keep, row, end, mapping);
    } else if (auto top = dyn_cast<TopKOp>(stage)) {
      end = emitTopK(b, top, mapping.lookupOrDefault(top.getK()), row, end);
    } else if (auto reduce = dyn_cast<ReduceOp>(stage)) {
      Value start = arith::ConstantOp::create(b, reduce.getIdentity());
      Value folded = b.loop(row.at, end, {start}, [&](Value q, ValueRange carried) {
        return LoopBuilder::Values{
            emitBody(b, reduce.getBody(), {carried[0], b.load(row.values, q)}, mapping)};
      }).front();
      mapping.map(reduce.getResult(), folded);
    } else {
      b.clone(stage, mapping);
    }
  }
  return b.sub(end, row.at);
}

Value scratch::emitDenseEpilogue(LoopBuilder &b, Region &epilogue, Value value, Value row,
                                 Value column) {
  if (!hasStages(epilogue))
    return value;
  IRMapping mapping;
  for (Operation &stage : epilogue.front().without_terminator()) {
    if (auto map = dyn_cast<MapOp>(stage))
      value = emitBody(b, map.getBody(), {value, row, column}, mapping);
    else
      b.clone(stage, mapping);
  }
  return value;
}

bool scratch::hasStages(Region &epilogue) {
  return !epilogue.empty() && !epilogue.front().without_terminator().empty();
}

bool scratch::dropsEntries(Region &epilogue) {
  return llvm::any_of(epilogue.getOps(), [](Operation &op) { return isa<KeepOp, TopKOp>(op); });
}

bool scratch::looksAtRows(Region &epilogue) {
  return llvm::any_of(epilogue.getOps(), [](Operation &op) { return isa<ReduceOp, TopKOp>(op); });
}
