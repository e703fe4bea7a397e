//===- Tiles.cpp - the steps of one attention tile ------------------------===//
#include "passes/Expand/Attention/Tiles.h"

#include "passes/Emission/Exponential.h"
#include "passes/Emission/RegisterTile.h"

#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/Dialect/X86Vector/X86VectorDialect.h"

using namespace mlir;
using namespace scratch;

static constexpr int64_t kDynamic = ShapedType::kDynamic;

//===----------------------------------------------------------------------===//
// Vectors
//===----------------------------------------------------------------------===//

VectorType AttentionTiles::vectorType() const {
  return VectorType::get({tiling.getLanes()}, Float32Type::get(tiling.getContext()));
}

Value AttentionTiles::zeroVector() {
  return arith::ConstantOp::create(b, b.getZeroAttr(vectorType()));
}

Value AttentionTiles::minusInfinity() {
  return arith::ConstantOp::create(
      b, b.getF32FloatAttr(-std::numeric_limits<float>::infinity()));
}

Value AttentionTiles::splat(Value scalar) {
  return vector::BroadcastOp::create(
      b, VectorType::get({tiling.getLanes()}, scalar.getType()), scalar);
}

Type AttentionTiles::elementType() const {
  MLIRContext *context = tiling.getContext();
  return inPairs() ? Type(IntegerType::get(context, 32)) : Type(Float32Type::get(context));
}

/// sum + a * c of vectors of elements; of pairs, sum + a0 * c0 + a1 * c1.
Value AttentionTiles::product(Value a, Value c, Value sum) {
  if (products == Products::Reals)
    return vector::FMAOp::create(b, a, c, sum);
  if (products == Products::PairInstruction) {
    auto type = VectorType::get({2 * tiling.getLanes()}, b.getBF16Type());
    return x86vector::DotBF16Op::create(b, sum.getType(), sum,
                                        vector::BitCastOp::create(b, type, a),
                                        vector::BitCastOp::create(b, type, c));
  }
  auto constant = [&](int32_t value) -> Value { return splat(b.integer(value, b.getI32Type())); };
  auto even = [&](Value pair) -> Value {
    return arith::BitcastOp::create(b, vectorType(),
                                    arith::ShLIOp::create(b, pair, constant(16)));
  };
  auto odd = [&](Value pair) -> Value {
    return arith::BitcastOp::create(b, vectorType(), b.bitAnd(pair, constant(-65536)));
  };
  return vector::FMAOp::create(b, even(a), even(c),
                               vector::FMAOp::create(b, odd(a), odd(c), sum));
}

/// All rows of a tile of sums times the vectors `c`.
LoopBuilder::Values AttentionTiles::step(ValueRange c, ValueRange sums,
                                         function_ref<Value(int64_t)> rowValue) {
  return stepTile(
      b, tiling.getRows(), c, sums, [&](int64_t r) { return splat(rowValue(r)); },
      [&](Value a, Value c, Value sum) { return product(a, c, sum); });
}

/// A vector of f32, rounded to bf16, in pairs.
Value AttentionTiles::narrow(Value weights) {
  int64_t lanes = tiling.getLanes();
  Type i32 = b.getI32Type(), pairs = VectorType::get({lanes / 2}, i32);
  if (products == Products::PairInstruction) {
    auto type = VectorType::get({lanes}, b.getBF16Type());
    return vector::BitCastOp::create(b, pairs, arith::TruncFOp::create(b, type, weights));
  }
  auto constant = [&](int32_t value) -> Value { return splat(b.integer(value, i32)); };
  auto half = [&](Value bits) -> Value {
    return arith::ShRUIOp::create(b, bits, constant(16));
  };
  Value bits = arith::BitcastOp::create(b, VectorType::get({lanes}, i32), weights);
  Value rounded = b.add(bits, b.add(b.bitAnd(half(bits), constant(1)), constant(0x7fff)));
  Value isNan = arith::CmpFOp::create(b, arith::CmpFPredicate::UNO, weights, weights);
  Value quiet = b.bitOr(bits, constant(0x400000));
  Value high = half(arith::SelectOp::create(b, isNan, quiet, rounded));
  auto type = VectorType::get({lanes}, b.getIntegerType(16));
  return vector::BitCastOp::create(b, pairs, arith::TruncIOp::create(b, type, high));
}

/// `a > c ? a : c`: one instruction; NaN in `c` stays.
Value AttentionTiles::greater(Value a, Value c) {
  Value above = arith::CmpFOp::create(b, arith::CmpFPredicate::OGT, a, c);
  return arith::SelectOp::create(b, above, a, c);
}

Value AttentionTiles::reduce(Value vector, function_ref<Value(Value, Value)> combine) {
  for (int64_t width = tiling.getLanes(); width > 1; width /= 2) {
    SmallVector<int64_t> low, high;
    for (int64_t lane = 0; lane < width / 2; ++lane) {
      low.push_back(lane);
      high.push_back(lane + width / 2);
    }
    Value a = vector::ShuffleOp::create(b, vector, vector, low);
    Value c = vector::ShuffleOp::create(b, vector, vector, high);
    vector = combine(a, c);
  }
  return vector::ExtractOp::create(b, vector, 0);
}

Value AttentionTiles::addLanes(Value vector) {
  return reduce(vector, [&](Value a, Value c) -> Value { return arith::AddFOp::create(b, a, c); });
}

//===----------------------------------------------------------------------===//
// Workspace
//===----------------------------------------------------------------------===//

LoopBuilder::Values AttentionTiles::allocate(Value headSize, Value paddedSize) {
  Type f32 = b.getF32Type();
  int64_t queries = tiling.getQueries(), rows = tiling.getRows();
  auto make = [&](ArrayRef<int64_t> shape, ValueRange sizes, Type element) -> Value {
    return AllocateOp::create(b, MemRefType::get(shape, element), sizes, /*zeroed=*/false);
  };
  LoopBuilder::Values buffers{make({queries / rows, kDynamic, rows}, headSize, elementType()),
                              make({queries, tiling.getKeys()}, {}, f32),
                              make({queries, kDynamic}, paddedSize, f32),
                              make({queries}, {}, f32),
                              make({queries, tiling.getLanes()}, {}, f32)};
  if (inPairs())
    buffers.push_back(make({queries, tiling.getKeys() / 2}, {}, elementType()));
  return buffers;
}

AttentionTiles::Workspace AttentionTiles::workspaceOf(ValueRange values) {
  return {values[0], values[1], values[2], values[3], values[4],
          values.size() > 5 ? values[5] : values[1]};
}

void AttentionTiles::reset(const Workspace &w, Value rows, Value paddedSize) {
  Value zero = b.index(0), none = zeroVector(), least = minusInfinity();
  // Whole row blocks: the product with values adds to all of their rows.
  Value all = arith::MulIOp::create(
      b, arith::CeilDivUIOp::create(b, rows, b.index(tiling.getRows())),
      b.index(tiling.getRows()));
  b.loop(zero, all, [&](Value row) {
    b.store(least, w.most, row);
    vector::StoreOp::create(b, none, w.total, ValueRange{row, zero});
    b.loop(zero, paddedSize,
           [&](Value d) { vector::StoreOp::create(b, none, w.sums, ValueRange{row, d}); },
           tiling.getLanes());
  });
}

void AttentionTiles::overRowBlocks(Value rows, function_ref<void(Value, Value)> body) {
  Value blocks = arith::CeilDivUIOp::create(b, rows, b.index(tiling.getRows()));
  b.loop(b.index(0), blocks,
         [&](Value block) { body(block, b.mul(block, b.index(tiling.getRows()))); });
}

//===----------------------------------------------------------------------===//
// Products
//===----------------------------------------------------------------------===//

void AttentionTiles::multiplyKeys(const Workspace &w, Value rows, Value keys, Value panel,
                                  Value count, Value headSize) {
  int64_t height = tiling.getRows(), vectors = tiling.getVectors(), lanes = tiling.getLanes();
  auto element = VectorType::get({lanes}, elementType());
  // A panel of keys stays in the first cache while the queries pass.
  b.loop(b.index(0), count, [&](Value number) {
    Value source = b.add(panel, number);
    Value column = b.mul(number, b.index(this->panel()));
    overRowBlocks(rows, [&](Value block, Value row) {
      LoopBuilder::Values start(height * vectors, zeroVector());
      auto sums = b.loop(b.index(0), headSize, start, [&](Value d, ValueRange before) {
        LoopBuilder::Values k;
        for (int64_t v = 0; v < vectors; ++v)
          k.push_back(vector::LoadOp::create(b, element, keys,
                                             ValueRange{source, d, b.index(v * lanes)}));
        return step(k, before, [&](int64_t r) { return b.load(w.queries, {block, d, b.index(r)}); });
      });
      for (int64_t r = 0; r < height; ++r)
        for (int64_t v = 0; v < vectors; ++v)
          vector::StoreOp::create(
              b, sums[r * vectors + v], w.scores,
              ValueRange{b.add(row, b.index(r)), b.add(column, b.index(v * lanes))});
    });
  });
}

void AttentionTiles::valuePanel(const Workspace &w, Value row, Value values, Value from,
                                Value count, Value column, int64_t vectors, bool first) {
  int64_t height = tiling.getRows(), lanes = tiling.getLanes();
  LoopBuilder::Values at, rowsOf, start;
  for (int64_t v = 0; v < vectors; ++v)
    at.push_back(v ? b.add(column, b.index(v * lanes)) : column);
  for (int64_t r = 0; r < height; ++r)
    rowsOf.push_back(b.add(row, b.index(r)));
  for (Value r : rowsOf)
    for (Value c : at)
      start.push_back(first ? zeroVector()
                            : vector::LoadOp::create(b, vectorType(), w.sums, ValueRange{r, c}));
  auto element = VectorType::get({lanes}, elementType());
  auto sums = b.loop(b.index(0), count, start, [&](Value k, ValueRange before) {
    Value source = b.add(from, k);
    LoopBuilder::Values v;
    for (Value c : at)
      v.push_back(vector::LoadOp::create(b, element, values, ValueRange{source, c}));
    return step(v, before, [&](int64_t r) { return b.load(w.weights, {rowsOf[r], k}); });
  });
  for (int64_t r = 0; r < height; ++r)
    for (int64_t v = 0; v < vectors; ++v)
      vector::StoreOp::create(b, sums[r * vectors + v], w.sums, ValueRange{rowsOf[r], at[v]});
}

void AttentionTiles::multiplyValues(const Workspace &w, Value rows, Value values, Value from,
                                    Value count, Value paddedSize, bool first) {
  int64_t vectors = tiling.getVectors(), lanes = tiling.getLanes();
  Value wide = b.mul(arith::DivUIOp::create(b, paddedSize, b.index(panel())), b.index(panel()));
  auto columns = [&](Value begin, Value end, int64_t width) {
    b.loop(begin, end,
           [&](Value column) {
             overRowBlocks(rows, [&](Value, Value row) {
               valuePanel(w, row, values, from, count, column, width, first);
             });
           },
           width * lanes);
  };
  columns(b.index(0), wide, vectors);
  columns(wide, paddedSize, 1);
}

//===----------------------------------------------------------------------===//
// Softmax
//===----------------------------------------------------------------------===//

void AttentionTiles::weighRow(const Workspace &w, Value row, Value stop, Value paddedSize,
                              bool first, Value factor) {
  int64_t lanes = tiling.getLanes();
  Value zero = b.index(0), least = minusInfinity();
  auto load = [&](Value buffer, Value column) -> Value {
    return vector::LoadOp::create(b, vectorType(), buffer, ValueRange{row, column});
  };
  auto store = [&](Value value, Value buffer, Value column) {
    vector::StoreOp::create(b, value, buffer, ValueRange{row, column});
  };
  Value largest = b.loop(zero, stop, {splat(least)}, [&](Value j, ValueRange before) {
    return LoopBuilder::Values{greater(before[0], load(w.scores, j))};
  }, lanes)[0];
  largest = reduce(largest, [&](Value a, Value c) { return greater(a, c); });
  if (factor)
    largest = arith::MulFOp::create(b, largest, factor);
  Value most = largest;
  if (first) {
    b.store(most, w.most, row);
  } else {
    Value before = b.load(w.most, row);
    Value grew = arith::CmpFOp::create(b, arith::CmpFPredicate::OGT, largest, before);
    most = b.select(grew, largest, before);
    b.ifThen(grew, [&] {
      Value shrink = emitExp2(b, splat(arith::SubFOp::create(b, before, most)));
      b.store(most, w.most, row);
      auto scale = [&](Value buffer, Value column) {
        store(arith::MulFOp::create(b, load(buffer, column), shrink), buffer, column);
      };
      scale(w.total, zero);
      b.loop(zero, paddedSize, [&](Value d) { scale(w.sums, d); }, lanes);
    });
  }
  // Without any live score the maximum is minus infinity; so are all scores.
  Value empty = arith::CmpFOp::create(b, arith::CmpFPredicate::OEQ, most, least);
  Value base = splat(b.select(
      empty, arith::ConstantOp::create(b, b.getF32FloatAttr(0.0f)), most));
  Value negated = factor ? arith::NegFOp::create(b, base).getResult() : Value();
  Value total = b.loop(zero, stop, {first ? zeroVector() : load(w.total, zero)}, [&](Value j, ValueRange sum) {
    Value score = load(w.scores, j);
    Value less = factor ? vector::FMAOp::create(b, score, splat(factor), negated).getResult()
                        : arith::SubFOp::create(b, score, base).getResult();
    Value weight = emitExp2(b, less);
    if (inPairs())
      store(narrow(weight), w.weights, arith::DivUIOp::create(b, j, b.index(2)));
    else
      store(weight, w.weights, j);
    return LoopBuilder::Values{arith::AddFOp::create(b, sum[0], weight)};
  }, lanes)[0];
  store(total, w.total, zero);
}

Value AttentionTiles::isFinite(Value sums, Value rows, Value paddedSize) {
  Value zero = b.index(0), none = zeroVector();
  // Zero times a number is zero, times infinity or NaN it is NaN.
  Value sum = b.loop(zero, rows, {none}, [&](Value row, ValueRange outer) {
    return b.loop(zero, paddedSize, outer, [&](Value d, ValueRange inner) {
      Value some = vector::LoadOp::create(b, vectorType(), sums, ValueRange{row, d});
      return LoopBuilder::Values{vector::FMAOp::create(b, some, none, inner[0])};
    }, tiling.getLanes());
  })[0];
  return arith::CmpFOp::create(b, arith::CmpFPredicate::OEQ, addLanes(sum),
                               arith::ConstantOp::create(b, b.getF32FloatAttr(0.0f)));
}

Value AttentionTiles::weightAt(const Workspace &w, Value row, Value key) {
  if (!inPairs())
    return b.load(w.weights, {row, key});
  Value pair = b.load(w.weights, {row, b.shiftRight(key, 1)});
  Value odd = b.notEqual(b.bitAnd(key, b.index(1)), b.index(0));
  Value high = b.bitAnd(pair, b.integer(-65536, b.getI32Type()));
  Value bits = b.select(odd, high, b.shiftLeft(pair, 16));
  return arith::BitcastOp::create(b, b.getF32Type(), bits);
}

void AttentionTiles::softmax(const Workspace &w, Value rows, Value count, Value paddedSize,
                             bool first, Value factor) {
  Value stop = b.roundUp(count, tiling.getLanes());
  Value least = minusInfinity();
  b.loop(b.index(0), rows, [&](Value row) {
    b.loop(count, stop, [&](Value j) { b.store(least, w.scores, {row, j}); });
    weighRow(w, row, stop, paddedSize, first, factor);
  });
}
