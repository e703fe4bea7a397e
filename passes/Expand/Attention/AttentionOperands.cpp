//===- AttentionOperands.cpp - what attention's tasks read ----------------===//
#include "passes/Expand/Attention/AttentionOperands.h"

#include "passes/Emission/ShortFloats.h"

using namespace mlir;
using namespace scratch;

AttentionOperands::AttentionOperands(LoopBuilder &b, const AttentionProblem &problem,
                                     AttentionTasks &tasks, AttentionTiles &tiles)
    : b(b), p(problem), tasks(tasks), tiles(tiles) {
  const AttentionExtents &e = p.e;
  int64_t lanes = p.tiling.getLanes();
  HeadLists keyLists{p.key, e.batches, e.keyHeads, p.keyPlaces(), e.size, p.formula.keyOrder};
  HeadLists valueLists{p.value,       e.batches,   e.keyHeads,
                       p.keyPlaces(), e.valueSize, p.formula.keyOrder};
  if (p.formula.keyOrder.perHead)
    for (HeadLists *lists : {&keyLists, &valueLists})
      lists->heads = e.queryHeads, lists->shared = e.shared;
  Value alone = b.lessEqual(tasks.readersOfList(), b.index(1));
  if (tiles.inPairs()) {
    keys = OperandTiles::packed(b, packingOfPairedPanels(b, keyLists, tiles.panel(), lanes), alone);
    values = OperandTiles::packed(b, packingOfPairedRows(b, valueLists, lanes), alone);
    return;
  }
  keys = OperandTiles::packed(b, packingOfPanels(b, keyLists, tiles.panel(), lanes), alone);
  values =
      areRowsInPlace(valueLists, lanes)
          ? OperandTiles::inPlace(openRows(b, valueLists, lanes, e.queries), p.keyPlaces())
          : OperandTiles::packed(b, packingOfRows(b, valueLists, lanes), alone);
}

LoopBuilder::Values AttentionOperands::allocate() const {
  LoopBuilder::Values buffers;
  for (const OperandTiles &operand : {keys, values})
    if (Value own = operand.allocate(b, p.tiling.getKeys()))
      buffers.push_back(own);
  return buffers;
}

AttentionOperands::Own AttentionOperands::read(ValueRange buffers) {
  return {buffers[0], buffers.size() > 1 ? buffers[1] : Value()};
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
