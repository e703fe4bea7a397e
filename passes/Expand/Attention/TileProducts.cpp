//===- TileProducts.cpp - scores, and sums of values --------------------===//
#include "passes/Expand/Attention/TileProducts.h"

#include "passes/Emission/Turns.h"

#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace scratch;

int64_t TileProducts::stepsPerTurn() const {
  // A step of 6 x 2 sums takes six cycles of a loop that ends after 64 of them: its last
  // turn is foreseen when they are a quarter as many. With 6 x 4 sums nothing is gained.
  return tiling.getLanes() == 16 ? 1 : 4;
}

Value TileProducts::turnsOf(Value steps) {
  int64_t turn = stepsPerTurn();
  return turn == 1 ? steps : arith::DivUIOp::create(b, steps, b.index(turn)).getResult();
}

/// Blocks of rows; a single row, as in decoding, is none of six with five that nobody reads.
void TileProducts::overRowBlocks(Value rows, function_ref<void(Value, int64_t)> body) {
  Value zero = b.index(0);
  b.ifElse(
      b.equal(rows, b.index(1)), [&] { body(zero, 1); },
      [&] {
        b.loop(zero, rows, [&](Value row) { body(row, tiling.getRows()); }, tiling.getRows());
      });
}

LoopBuilder::Values TileProducts::rowsFrom(Value row, int64_t height) {
  LoopBuilder::Values rows;
  for (int64_t r = 0; r < height; ++r)
    rows.push_back(b.add(row, b.index(r)));
  return rows;
}

LoopBuilder::Values TileProducts::overSteps(Value count, LoopBuilder::Values sums, Step step) {
  return emitTurns(b, b.index(0), count, stepsPerTurn(), sums,
                   [&](Value at, ValueRange before, int64_t number) {
                     return step(at, before, /*opens=*/number == 0);
                   });
}

/// Scores of a block of rows from `row` on with `vectors` of a panel, from column
/// `offset` of it on; they go to `column` of the tile. `meanwhile` is done once per turn.
void TileProducts::keyPanel(const Workspace &w, Value row, int64_t height, Value keys,
                            Value panel, Value offset, Value column, int64_t vectors,
                            Value headSize, function_ref<void(Value)> meanwhile) {
  int64_t lanes = tiling.getLanes();
  auto element = VectorType::get({lanes}, t.elementType());
  LoopBuilder::Values start(height * vectors, t.zeroVector()), rowsOf = rowsFrom(row, height);
  auto sums = overSteps(headSize, start, [&](Value d, ValueRange before, bool opens) {
    LoopBuilder::Values k;
    for (int64_t v = 0; v < vectors; ++v)
      k.push_back(vector::LoadOp::create(
          b, element, keys, ValueRange{panel, d, v ? b.add(offset, b.index(v * lanes)) : offset}));
    if (opens)
      meanwhile(d);
    return t.step(height, k, before, [&](int64_t r) { return b.load(w.queries, {rowsOf[r], d}); });
  });
  Value zero = b.index(0), isFirst = b.equal(column, zero);
  for (int64_t r = 0; r < height; ++r) {
    for (int64_t v = 0; v < vectors; ++v)
      vector::StoreOp::create(b, sums[r * vectors + v], w.scores,
                              ValueRange{rowsOf[r], b.add(column, b.index(v * lanes))});
    if (!w.peaks)
      continue;
    Value before =
        vector::LoadOp::create(b, t.vectorType(), w.peaks, ValueRange{rowsOf[r], zero});
    Value most = b.select(isFirst, t.splat(t.minusInfinity()), before);
    for (int64_t v = 0; v < vectors; ++v)
      most = t.greater(sums[r * vectors + v], most);
    vector::StoreOp::create(b, most, w.peaks, ValueRange{rowsOf[r], zero});
  }
}

void TileProducts::multiplyKeys(const Workspace &w, Value rows, Value keys, Value first,
                                Value count, Value headSize, ArrayRef<ComingRange> ahead) {
  int64_t vectors = tiling.getVectors(), lanes = tiling.getLanes();
  // A last panel of which every vector is wanted counts as whole.
  Value panels = arith::DivUIOp::create(b, b.roundUp(count, lanes), b.index(t.panel()));
  Value whole = b.mul(panels, b.index(t.panel()));
  Value rowBlocks = arith::CeilDivUIOp::create(b, rows, b.index(tiling.getRows()));
  Value turns = turnsOf(headSize);
  Lookahead lookahead(b, ahead, b.mul(b.mul(panels, rowBlocks), turns));
  // Keys stay in the first cache while the queries pass.
  auto columns = [&](Value from, Value to, int64_t width, bool asks) {
    b.loop(from, to,
           [&](Value column) {
             Value number = arith::DivUIOp::create(b, column, b.index(t.panel()));
             Value offset = arith::RemUIOp::create(b, column, b.index(t.panel()));
             overRowBlocks(rows, [&](Value row, int64_t height) {
               Value block = arith::DivUIOp::create(b, row, b.index(tiling.getRows()));
               Value before = b.mul(b.add(b.mul(number, rowBlocks), block), turns);
               keyPanel(w, row, height, keys, b.add(first, number), offset, column, width,
                        headSize, [&](Value d) {
                          // A single row waits for memory anyway.
                          if (asks && height > 1)
                            lookahead.ask(b, b.add(before, turnsOf(d)));
                        });
             });
           },
           width * lanes);
  };
  auto wide = [&](bool asks) { columns(b.index(0), whole, vectors, asks); };
  if (Value wanted = lookahead.isWanted(b))
    b.ifElse(wanted, [&] { wide(true); }, [&] { wide(false); });
  else
    wide(false);
  columns(whole, count, 1, /*asks=*/false);
}

void TileProducts::valuePanel(const Workspace &w, Value row, int64_t height, Value values,
                              Value from, Value count, Value column, int64_t vectors,
                              bool first) {
  int64_t lanes = tiling.getLanes();
  LoopBuilder::Values at, start, rowsOf = rowsFrom(row, height);
  for (int64_t v = 0; v < vectors; ++v)
    at.push_back(v ? b.add(column, b.index(v * lanes)) : column);
  for (Value r : rowsOf)
    for (Value c : at)
      start.push_back(first ? t.zeroVector()
                            : vector::LoadOp::create(b, t.vectorType(), w.sums, ValueRange{r, c}));
  auto element = VectorType::get({lanes}, t.elementType());
  auto sums = overSteps(count, start, [&](Value k, ValueRange before, bool) {
    Value source = b.add(from, k);
    LoopBuilder::Values v;
    for (Value c : at)
      v.push_back(vector::LoadOp::create(b, element, values, ValueRange{source, c}));
    return t.step(height, v, before, [&](int64_t r) { return b.load(w.weights, {rowsOf[r], k}); });
  });
  for (int64_t r = 0; r < height; ++r)
    for (int64_t v = 0; v < vectors; ++v)
      vector::StoreOp::create(b, sums[r * vectors + v], w.sums, ValueRange{rowsOf[r], at[v]});
}

void TileProducts::multiplyValues(const Workspace &w, Value rows, Value values, Value from,
                                  Value count, Value paddedSize, bool first) {
  int64_t vectors = tiling.getVectors(), lanes = tiling.getLanes();
  Value wide = b.mul(arith::DivUIOp::create(b, paddedSize, b.index(t.panel())), b.index(t.panel()));
  auto columns = [&](Value begin, Value end, int64_t width) {
    b.loop(begin, end,
           [&](Value column) {
             overRowBlocks(rows, [&](Value row, int64_t height) {
               valuePanel(w, row, height, values, from, count, column, width, first);
             });
           },
           width * lanes);
  };
  columns(b.index(0), wide, vectors);
  columns(wide, paddedSize, 1);
}
