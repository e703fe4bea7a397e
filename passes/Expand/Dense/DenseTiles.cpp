//===- DenseTiles.cpp - a piece of a block in register tiles --------------===//
//
// Stage: expand. Tiles of a few rows and one panel of columns; wide panels first,
// what is left of the columns in narrow ones. Consumers take a tile's sums where
// they are final, before they are stored.
//
//===----------------------------------------------------------------------===//
#include "passes/Expand/Dense/DenseProduct.h"

#include "passes/Emission/RegisterTile.h"
#include "passes/Emission/Turns.h"

#include "mlir/Dialect/Vector/IR/VectorOps.h"

#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace scratch;
using Values = LoopBuilder::Values;

Values DenseProduct::loadTile(Value buffer, ArrayRef<Value> at, Value column, Value whole,
                              int64_t vectors) {
  SmallVector<Type> types(at.size() * vectors, vectorType());
  auto all = [&](function_ref<Value(Value, int64_t)> load) {
    Values sums;
    for (Value place : at)
      for (int64_t v = 0; v < vectors; ++v)
        sums.push_back(load(b.add(place, b.index(v * lanes)), v));
    return sums;
  };
  return b.ifElse(
      whole, types,
      [&] {
        return all([&](Value place, int64_t) -> Value {
          return vector::LoadOp::create(b, vectorType(), buffer, ValueRange{place});
        });
      },
      [&] {
        Values masks;
        for (int64_t v = 0; v < vectors; ++v)
          masks.push_back(maskAt(b.add(column, b.index(v * lanes))));
        Value none = arith::ConstantOp::create(b, b.getZeroAttr(vectorType()));
        return all([&](Value place, int64_t v) -> Value {
          return vector::MaskedLoadOp::create(b, vectorType(), buffer, ValueRange{place},
                                              masks[v], none);
        });
      });
}

Values DenseProduct::finish(Values sums, ArrayRef<Value> at, Value column, Value whole,
                            int64_t vectors) {
  for (auto [consumer, buffers] : llvm::zip(consumers, consumed)) {
    SmallVector<Values> inputs; // per operand: as the tile, or one row
    for (auto [number, buffer] : llvm::enumerate(buffers)) {
      if (!buffer)
        inputs.push_back(sums);
      else if (isReadByColumn(consumer, number))
        inputs.push_back(loadTile(buffer, {column}, column, whole, vectors));
      else
        inputs.push_back(loadTile(buffer, at, column, whole, vectors));
    }
    for (size_t i = 0; i < sums.size(); ++i) {
      Values operands;
      for (Values &input : inputs)
        operands.push_back(input[i % input.size()]);
      sums[i] = applyConsumer(b, consumer, operands);
    }
  }
  return sums;
}

void DenseProduct::storeTile(ValueRange sums, ArrayRef<Value> at, ArrayRef<Value> inside,
                             Value column, Value whole, int64_t vectors) {
  auto place = [&](size_t r, int64_t v) { return b.add(at[r], b.index(v * lanes)); };
  b.ifElse(
      b.bitAnd(whole, inside.back()),
      [&] {
        for (size_t r = 0; r < at.size(); ++r)
          for (int64_t v = 0; v < vectors; ++v)
            vector::StoreOp::create(b, sums[r * vectors + v], result, ValueRange{place(r, v)});
      },
      [&] {
        for (size_t r = 0; r < at.size(); ++r)
          b.ifThen(inside[r], [&] {
            for (int64_t v = 0; v < vectors; ++v)
              vector::MaskedStoreOp::create(b, result, ValueRange{place(r, v)},
                                            maskAt(b.add(column, b.index(v * lanes))),
                                            sums[r * vectors + v]);
          });
      });
}

Value DenseProduct::loadA(Value buffer, Value at, Value column) {
  if (!p.columnInA)
    return spread(b, b.load(buffer, at), vectorType());
  Value place = b.add(at, column);
  if (int64_t width = type.getShape().back(); !ShapedType::isDynamic(width) && width % lanes == 0)
    return vector::LoadOp::create(b, vectorType(), a.flat, ValueRange{place});
  Value none = arith::ConstantOp::create(b, b.getZeroAttr(vectorType()));
  return vector::MaskedLoadOp::create(b, vectorType(), a.flat, ValueRange{place}, maskAt(column),
                                      none);
}

/// All steps of a piece, several in one turn of the loop where that pays. What is ahead is then
/// asked for once in a turn, which is often enough unless few tiles share the steps.
Values DenseProduct::overSteps(
    const Piece &piece, Values sums, const Ahead *ahead, int64_t vectors,
    function_ref<Values(Value step, ValueRange before, bool asks)> multiply) {
  auto step = [&](Value at, ValueRange before, int64_t number) {
    bool inTurn = stepsPerTurn > 1 && number != kInNoTurn;
    if (ahead && inTurn && number == 0) {
      lookAhead(*ahead, at, vectors);
      b.ifThen(b.less(ahead->shift, b.index(llvm::Log2_64(stepsPerTurn))), [&] {
        for (int64_t s = 1; s < stepsPerTurn; ++s)
          lookAhead(*ahead, b.add(at, b.index(s)), vectors);
      });
    }
    return multiply(at, before, /*asks=*/ahead && !inTurn);
  };
  return emitTurns(b, piece.first, piece.last, stepsPerTurn, sums, step);
}

void DenseProduct::tile(const Block &rows, const Piece &piece, Value row, const Panel &panel,
                        int64_t height, int64_t vectors) {
  Value column = panel.column;
  Value last = b.sub(rows.count, b.index(1));
  Value whole = b.lessEqual(b.add(column, b.index(vectors * lanes)), columns);
  Values begins, at, inside;
  for (int64_t r = 0; r < height; ++r) {
    // Rows that the border cuts off are the last row again, and are dropped.
    Value wanted = b.add(row, b.index(r)), real = b.min(wanted, last);
    inside.push_back(b.less(wanted, rows.count));
    begins.push_back(beginOfRow(rows, piece, real));
    at.push_back(b.add(b.mul(b.add(rows.firstRow, real), columns), column));
  }
  Value source = crowded ? b.select(crowded, rows.copies, a.flat) : a.flat;
  SmallVector<Type> types(height * vectors, vectorType());
  Values sums = b.ifElse(
      piece.isFirst, types,
      [&] {
        if (init)
          return loadTile(init, at, column, whole, vectors);
        return Values(height * vectors,
                      arith::ConstantOp::create(b, b.getZeroAttr(vectorType())));
      },
      [&] { return loadTile(result, at, column, whole, vectors); });
  auto multiply = [&](bool looksAhead) {
    return b.loop(piece.firstSegment, piece.lastSegment, sums, [&](Value segment,
                                                                   ValueRange sums) {
      Value offset = b.loadIndex(offsets, segment);
      Values from;
      for (Value begin : begins)
        from.push_back(b.add(begin, offset));
      Value depth = b.mul(segment, perSegment);
      auto multiplyStep = [&](Value i, ValueRange before, bool asks) {
        Value place = b.add(panel.begin, b.mul(b.add(depth, i), panel.step));
        Value moved = b.mul(i, step);
        if (asks)
          lookAhead(panel.ahead, i, vectors);
        Values cs;
        for (int64_t v = 0; v < vectors; ++v)
          cs.push_back(vector::LoadOp::create(b, vectorType(), panel.buffer,
                                              ValueRange{b.add(place, b.index(v * lanes))}));
        return stepTile(
            b, height, cs, before,
            [&](int64_t r) { return loadA(source, b.add(from[r], moved), column); },
            [&](Value a, Value c, Value sum) { return multiplyAdd(b, a, c, sum); });
      };
      return overSteps(piece, sums, looksAhead ? &panel.ahead : nullptr, vectors, multiplyStep);
    });
  };
  sums = panel.ahead.some ? b.ifElse(
                                panel.ahead.some, types, [&] { return multiply(true); },
                                [&] { return multiply(false); })
                          : multiply(false);
  if (!consumers.empty())
    sums = b.ifElse(
        piece.isLast, types, [&] { return finish(sums, at, column, whole, vectors); },
        [&] { return sums; });
  storeTile(sums, at, inside, column, whole, vectors);
}

/// While rows meet a panel of one turn, its memory of the next turn is asked for: further
/// steps of the same columns, or the first steps of the next group. Tiles share the steps,
/// 1, 2, 4, .. tiles at 1, 2, 4, .. steps of theirs to one of memory.
DenseProduct::Ahead DenseProduct::aheadOf(const Block &rows, const Piece &piece, Value column,
                                          Value row, int64_t height) {
  Value shift = b.index(0);
  for (int64_t log = 1; log <= 4; ++log)
    shift = b.select(b.less(b.index((height << log) - 1), rows.count), b.index(log), shift);
  Value number = arith::DivUIOp::create(b, row, b.index(height));
  Value more = b.bitOr(b.notEqual(rows.lastVector, c.vectors),
                       arith::XOrIOp::create(b, piece.isLast, b.bit(true)));
  Value some = b.bitAnd(b.bitAnd(c.inTurn, more),
                        b.less(number, arith::ShLIOp::create(b, b.index(1), shift)));
  Value sameColumns = b.add(column, b.mul(b.add(piece.first, b.index(kDepthPiece)), columns));
  Value nextColumns = b.add(column, b.mul(vectorsPerGroup, b.index(lanes)));
  return {some, b.select(piece.isLast, nextColumns, sameColumns),
          b.sub(b.mul(number, b.index(kDepthPiece)), piece.first), shift};
}

void DenseProduct::lookAhead(const Ahead &ahead, Value step, int64_t vectors) {
  Value moved = arith::ShRUIOp::create(b, b.add(step, ahead.before), ahead.shift);
  Value first = b.add(ahead.begin, b.mul(moved, columns));
  // The last entry of each vector: if it is in another line than the first, that one has
  // come with the vector before.
  for (int64_t v = 0; v < vectors; ++v) {
    Value last = b.add(first, b.index((v + 1) * lanes - 1));
    memref::PrefetchOp::create(b, c.source, ValueRange{b.min(last, lastOfC)}, /*isWrite=*/false,
                               /*localityHint=*/2, /*isDataCache=*/true);
  }
}

/// All rows of a block times all its wide panels, or all others.
void DenseProduct::panels(const Block &rows, const Piece &piece, const PanelTurn &turn,
                          bool isWide) {
  int64_t vectors = isWide ? wide : 1, height = isWide ? wideHeight : narrowHeight;
  Value begin = isWide ? rows.firstVector : b.max(rows.firstVector, c.wideVectors);
  Value end = isWide ? b.min(rows.lastVector, c.wideVectors) : rows.lastVector;
  b.loop(
      begin, end,
      [&](Value vector) {
        auto [begin, step] = c.panel(b, vector, isWide);
        Panel panel{c.flat, begin, step, b.mul(vector, b.index(lanes)), {}};
        if (takesTurns(p)) {
          auto [begin, step] = turn.panel(b, c, vector, isWide);
          panel.buffer = b.select(c.inTurn, turn.buffer, panel.buffer);
          panel.begin = b.select(c.inTurn, begin, panel.begin);
          panel.step = b.select(c.inTurn, step, panel.step);
        }
        auto rowsBy = [&](Value first, Value last, int64_t height) {
          b.loop(
              first, last,
              [&](Value row) {
                Panel own = panel;
                if (isWide && takesTurns(p) && p.cLoops.back() == p.column)
                  own.ahead = aheadOf(rows, piece, own.column, row, height);
                tile(rows, piece, row, own, height, vectors);
              },
              height);
        };
        // A high tile would be cut off by much: rows that are left over take low ones.
        int64_t low = (height + 2) / 3;
        if (low * vectors < kChains / 2)
          return rowsBy(b.index(0), rows.count, height);
        Value whole = b.sub(rows.count, arith::RemUIOp::create(b, rows.count, b.index(height)));
        rowsBy(b.index(0), whole, height);
        rowsBy(whole, rows.count, low);
      },
      vectors);
}
