//===- AttentionEntries.cpp - what is done to a tile's entries ------------===//
#include "passes/Expand/Attention/AttentionEntries.h"

#include "passes/Emission/ShortFloats.h"
#include "passes/Expand/Attention/AttentionOperands.h"

#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace scratch;

void AttentionEntries::applyScore(Value scores, Value firstKey, Value count) {
  if (!p.hasScore())
    return;
  AttentionOp op = p.op;
  b.loop(b.index(0), task.rows, [&](Value row) {
    Value head = tasks.headOf(task, row), token = tasks.queryOf(task, row);
    b.loop(b.index(0), count, [&](Value j) {
      Value product = b.load(scores, {row, j});
      if (tiles.inPairs())
        product = arith::MulFOp::create(b, product, emitScale(b, op.getScale(), p.e.size, 1.0));
      Value score = cloneBody(b, op.getScore(),
                              {product, task.batch, head, token,
                               tasks.keyOf(task, b.add(firstKey, j))})[0];
      Value log2E = arith::ConstantOp::create(b, b.getF32FloatAttr(kLog2E));
      b.store(arith::MulFOp::create(b, score, log2E), scores, {row, j});
    });
  });
}

void AttentionEntries::applyMask(Value scores, Value firstKey, Value count) {
  int64_t lanes = p.tiling.getLanes();
  Value least = tiles.minusInfinity();
  Value vectors = LaneDomain::covers(p.formula, lanes) ? b.bitAnd(count, b.index(-lanes))
                                                       : b.index(0);
  b.loop(b.index(0), task.rows, [&](Value row) {
    Value token = tasks.placeOf(task, row);
    Value dead = vector::BroadcastOp::create(b, tiles.vectorType(), least);
    if (LaneDomain::covers(p.formula, lanes))
      b.loop(b.index(0), vectors, [&](Value j) {
        LaneDomain entries(domain, b.add(firstKey, j), lanes);
        Value live = mask::evaluate(entries, p.formula.predicate, {token}, entries.keys());
        Value score = vector::LoadOp::create(b, tiles.vectorType(), scores, ValueRange{row, j});
        vector::StoreOp::create(b, arith::SelectOp::create(b, live, score, dead), scores,
                                ValueRange{row, j});
      }, lanes);
    b.loop(vectors, count, [&](Value j) {
      Value live = mask::evaluate(domain, p.formula.predicate, token, b.add(firstKey, j));
      b.store(b.select(live, b.load(scores, {row, j}), least), scores, {row, j});
    });
  });
}

void AttentionEntries::sumLiveValues(const AttentionTiles::Workspace &w, Value firstKey,
                                     Value count) {
  b.loop(b.index(0), task.rows, [&](Value row) {
    Value place = tasks.placeOf(task, row);
    b.loop(b.index(0), count, [&](Value j) {
      Value keyPlace = b.add(firstKey, j);
      b.ifThen(mask::evaluate(domain, p.formula.predicate, place, keyPlace), [&] {
        Value weight = tiles.weightAt(w, row, j), token = tasks.keyOf(task, keyPlace);
        b.loop(b.index(0), p.e.valueSize, [&](Value d) {
          Value entry = emitToF32(
              b, b.load(p.value.buffer, p.value.at(task.batch, task.keyHead, token, d)));
          Value term = arith::MulFOp::create(b, weight, entry);
          b.store(arith::AddFOp::create(b, b.load(w.sums, {row, d}), term), w.sums, {row, d});
        });
      });
    });
  });
}
