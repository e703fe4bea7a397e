//===- DenseTiles.cpp - a piece of a block in register tiles --------------===//
//
// Stage: expand. Tiles of a few rows and one panel of columns; wide panels first,
// what is left of the columns in narrow ones. Consumers take a tile's sums where
// they are final, before they are stored.
//
//===----------------------------------------------------------------------===//
#include "passes/Expand/Dense/DenseProduct.h"

#include "passes/Emission/RegisterTile.h"

#include "mlir/Dialect/Vector/IR/VectorOps.h"

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

Value DenseProduct::loadA(Value at, Value column) {
  if (!p.columnInA)
    return spread(b, b.load(a.flat, at), vectorType());
  Value place = b.add(at, column);
  if (int64_t width = type.getShape().back(); !ShapedType::isDynamic(width) && width % lanes == 0)
    return vector::LoadOp::create(b, vectorType(), a.flat, ValueRange{place});
  Value none = arith::ConstantOp::create(b, b.getZeroAttr(vectorType()));
  return vector::MaskedLoadOp::create(b, vectorType(), a.flat, ValueRange{place}, maskAt(column),
                                      none);
}

void DenseProduct::tile(const Block &rows, const Piece &piece, Value row, Value column,
                        Value panel, Value panelStep, int64_t height, int64_t vectors) {
  Value last = b.sub(rows.count, b.index(1));
  Value whole = b.lessEqual(b.add(column, b.index(vectors * lanes)), columns);
  Values begins, at, inside;
  for (int64_t r = 0; r < height; ++r) {
    // Rows that the border cuts off are the last row again, and are dropped.
    Value wanted = b.add(row, b.index(r)), real = b.min(wanted, last);
    inside.push_back(b.less(wanted, rows.count));
    begins.push_back(b.loadIndex(rows.begins, real));
    at.push_back(b.add(b.mul(b.add(rows.firstRow, real), columns), column));
  }
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
  sums = b.loop(piece.firstSegment, piece.lastSegment, sums, [&](Value segment, ValueRange sums) {
    Value offset = b.loadIndex(offsets, segment);
    Values from;
    for (Value begin : begins)
      from.push_back(b.add(begin, offset));
    Value depth = b.mul(segment, perSegment);
    return b.loop(piece.first, piece.last, sums, [&](Value i, ValueRange before) {
      Value place = b.add(panel, b.mul(b.add(depth, i), panelStep)), moved = b.mul(i, step);
      Values cs;
      for (int64_t v = 0; v < vectors; ++v)
        cs.push_back(vector::LoadOp::create(b, vectorType(), c.flat,
                                            ValueRange{b.add(place, b.index(v * lanes))}));
      return stepTile(
          b, height, cs, before,
          [&](int64_t r) { return loadA(b.add(from[r], moved), column); },
          [&](Value a, Value c, Value sum) { return multiplyAdd(b, a, c, sum); });
    });
  });
  if (!consumers.empty())
    sums = b.ifElse(
        piece.isLast, types, [&] { return finish(sums, at, column, whole, vectors); },
        [&] { return sums; });
  storeTile(sums, at, inside, column, whole, vectors);
}

/// All rows of a block times all wide panels, or all others.
void DenseProduct::panels(const Block &rows, const Piece &piece, bool isWide) {
  int64_t vectors = isWide ? wide : 1, height = isWide ? wideHeight : narrowHeight;
  Value begin = isWide ? b.index(0) : c.wideVectors, end = isWide ? c.wideVectors : c.vectors;
  b.loop(
      begin, end,
      [&](Value vector) {
        auto [panel, panelStep] = c.panel(b, vector, isWide);
        Value column = b.mul(vector, b.index(lanes));
        auto rowsBy = [&](Value first, Value last, int64_t height) {
          b.loop(
              first, last,
              [&](Value row) {
                tile(rows, piece, row, column, panel, panelStep, height, vectors);
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
