//===- Tiles.cpp - the steps of one attention tile ------------------------===//
#include "passes/Expand/Attention/Tiles.h"

#include "passes/Emission/Exponential.h"
#include "passes/Emission/RegisterTile.h"
#include "passes/Emission/Transpose.h"

#include "passes/Expand/Vectors.h"

#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/Dialect/X86Vector/X86VectorDialect.h"

using namespace mlir;
using namespace scratch;

static constexpr int64_t kDynamic = ShapedType::kDynamic;

VectorInstructions VectorInstructions::of(Operation *op) {
  // AMD's processors do as many of the instruction as of f32 multiply-adds, Intel's half as
  // many (Granite and Emerald Rapids: 118 against 231 and 87 against 176 GFLOP/s on
  // registers). SSE4a is AMD's alone.
  bool pairs = targetNames(op, "+avx512bf16") && targetNames(op, "+sse4a");
  return {vectorBits(op) == 512, pairs};
}

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
LoopBuilder::Values AttentionTiles::step(int64_t height, ValueRange c, ValueRange sums,
                                         function_ref<Value(int64_t)> rowValue) {
  return stepTile(
      b, height, c, sums, [&](int64_t r) { return splat(rowValue(r)); },
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
  int64_t queries = tiling.getQueries(), lanes = tiling.getLanes();
  // Numbers of rows are taken a vector at a time.
  int64_t whole = llvm::alignTo(queries, lanes);
  auto make = [&](ArrayRef<int64_t> shape, ValueRange sizes, Type element) -> Value {
    return AllocateOp::create(b, MemRefType::get(shape, element), sizes, /*zeroed=*/false);
  };
  LoopBuilder::Values buffers{make({queries, kDynamic}, headSize, elementType()),
                              make({queries, tiling.getKeys()}, {}, f32),
                              make({queries, kDynamic}, paddedSize, f32),
                              make({whole}, {}, f32),
                              make({queries, lanes}, {}, f32),
                              make({whole, lanes}, {}, f32),
                              make({whole}, {}, f32),
                              make({whole}, {}, f32)};
  if (inPairs())
    buffers.push_back(make({queries, tiling.getKeys() / 2}, {}, elementType()));
  return buffers;
}

AttentionTiles::Workspace AttentionTiles::workspaceOf(ValueRange values) const {
  Workspace w;
  w.queries = values[0];
  w.scores = values[1];
  w.sums = values[2];
  w.most = values[3];
  w.total = values[4];
  w.peaks = values[5];
  w.bases = values[6];
  w.shrinks = values[7];
  w.weights = inPairs() ? values[8] : w.scores;
  return w;
}

void AttentionTiles::reset(const Workspace &w, Value rows, Value paddedSize) {
  Value zero = b.index(0), none = zeroVector(), least = minusInfinity();
  // Whole row blocks: the product with values adds to all of their rows.
  Value all = b.roundUp(rows, tiling.getRows());
  b.loop(zero, rows, [&](Value row) {
    vector::StoreOp::create(b, splat(least), w.most, ValueRange{row});
    vector::StoreOp::create(b, none, w.bases, ValueRange{row});
  }, tiling.getLanes());
  b.loop(zero, all, [&](Value row) {
    vector::StoreOp::create(b, none, w.total, ValueRange{row, zero});
    b.loop(zero, paddedSize,
           [&](Value d) { vector::StoreOp::create(b, none, w.sums, ValueRange{row, d}); },
           tiling.getLanes());
  });
}

/// Blocks of rows; a single row, as in decoding, is none of six with five that nobody reads.
void AttentionTiles::overRowBlocks(Value rows, function_ref<void(Value, int64_t)> body) {
  Value zero = b.index(0);
  b.ifElse(
      b.equal(rows, b.index(1)), [&] { body(zero, 1); },
      [&] {
        b.loop(zero, rows, [&](Value row) { body(row, tiling.getRows()); }, tiling.getRows());
      });
}

LoopBuilder::Values AttentionTiles::rowsFrom(Value row, int64_t height) {
  LoopBuilder::Values rows;
  for (int64_t r = 0; r < height; ++r)
    rows.push_back(b.add(row, b.index(r)));
  return rows;
}

//===----------------------------------------------------------------------===//
// Products
//===----------------------------------------------------------------------===//

/// Scores of a block of rows from `row` on with `vectors` of a panel, from column
/// `offset` of it on; they go to `column` of the tile. `meanwhile` is done at every step.
void AttentionTiles::keyPanel(const Workspace &w, Value row, int64_t height, Value keys,
                              Value panel, Value offset, Value column, int64_t vectors,
                              Value headSize, function_ref<void(Value)> meanwhile) {
  int64_t lanes = tiling.getLanes();
  auto element = VectorType::get({lanes}, elementType());
  LoopBuilder::Values start(height * vectors, zeroVector()), rowsOf = rowsFrom(row, height);
  auto sums = b.loop(b.index(0), headSize, start, [&](Value d, ValueRange before) {
    LoopBuilder::Values k;
    for (int64_t v = 0; v < vectors; ++v)
      k.push_back(vector::LoadOp::create(
          b, element, keys, ValueRange{panel, d, v ? b.add(offset, b.index(v * lanes)) : offset}));
    meanwhile(d);
    return step(height, k, before, [&](int64_t r) { return b.load(w.queries, {rowsOf[r], d}); });
  });
  Value zero = b.index(0), isFirst = b.equal(column, zero);
  for (int64_t r = 0; r < height; ++r) {
    for (int64_t v = 0; v < vectors; ++v)
      vector::StoreOp::create(b, sums[r * vectors + v], w.scores,
                              ValueRange{rowsOf[r], b.add(column, b.index(v * lanes))});
    if (!w.peaks)
      continue;
    Value before =
        vector::LoadOp::create(b, vectorType(), w.peaks, ValueRange{rowsOf[r], zero});
    Value most = b.select(isFirst, splat(minusInfinity()), before);
    for (int64_t v = 0; v < vectors; ++v)
      most = greater(sums[r * vectors + v], most);
    vector::StoreOp::create(b, most, w.peaks, ValueRange{rowsOf[r], zero});
  }
}

void AttentionTiles::multiplyKeys(const Workspace &w, Value rows, Value keys, Value first,
                                  Value count, Value headSize, ArrayRef<ComingRange> ahead) {
  int64_t vectors = tiling.getVectors(), lanes = tiling.getLanes();
  // A last panel of which every vector is wanted counts as whole.
  Value panels = arith::DivUIOp::create(b, b.roundUp(count, lanes), b.index(panel()));
  Value whole = b.mul(panels, b.index(panel()));
  Value rowBlocks = arith::CeilDivUIOp::create(b, rows, b.index(tiling.getRows()));
  Lookahead lookahead(b, ahead, b.mul(b.mul(panels, rowBlocks), headSize));
  // Keys stay in the first cache while the queries pass.
  auto columns = [&](Value from, Value to, int64_t width, bool asks) {
    b.loop(from, to,
           [&](Value column) {
             Value number = arith::DivUIOp::create(b, column, b.index(panel()));
             Value offset = arith::RemUIOp::create(b, column, b.index(panel()));
             overRowBlocks(rows, [&](Value row, int64_t height) {
               Value block = arith::DivUIOp::create(b, row, b.index(tiling.getRows()));
               Value before = b.mul(b.add(b.mul(number, rowBlocks), block), headSize);
               keyPanel(w, row, height, keys, b.add(first, number), offset, column, width,
                        headSize, [&](Value d) {
                          // A single row waits for memory anyway.
                          if (asks && height > 1)
                            lookahead.ask(b, b.add(before, d));
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

void AttentionTiles::valuePanel(const Workspace &w, Value row, int64_t height, Value values,
                                Value from, Value count, Value column, int64_t vectors,
                                bool first) {
  int64_t lanes = tiling.getLanes();
  LoopBuilder::Values at, start, rowsOf = rowsFrom(row, height);
  for (int64_t v = 0; v < vectors; ++v)
    at.push_back(v ? b.add(column, b.index(v * lanes)) : column);
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
    return step(height, v, before, [&](int64_t r) { return b.load(w.weights, {rowsOf[r], k}); });
  });
  for (int64_t r = 0; r < height; ++r)
    for (int64_t v = 0; v < vectors; ++v)
      vector::StoreOp::create(b, sums[r * vectors + v], w.sums, ValueRange{rowsOf[r], at[v]});
}

void AttentionTiles::multiplyValues(const Workspace &w, Value rows, Value values, Value from,
                                    Value count, Value paddedSize, bool first) {
  int64_t vectors = tiling.getVectors(), lanes = tiling.getLanes();
  Value wide = b.mul(arith::DivUIOp::create(b, paddedSize, b.index(this->panel())), b.index(this->panel()));
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

//===----------------------------------------------------------------------===//
// Softmax
//===----------------------------------------------------------------------===//

/// Weights need no more than scores have, whose rounding alone moves them by several ulp;
/// those of pairs are rounded to bf16.
Value AttentionTiles::exp2(Value x, bool ofWeights) {
  using Error = Exp2Options::Error;
  Error error = !ofWeights ? Error::OneUlp : inPairs() ? Error::Rough : Error::TwoUlps;
  return emitExp2(b, x, {error, instructions.avx512 && tiling.getLanes() == 16});
}

void AttentionTiles::findPeaks(const Workspace &w, Value rows, Value count) {
  int64_t lanes = tiling.getLanes();
  Value zero = b.index(0), stop = b.roundUp(count, lanes), least = minusInfinity();
  b.loop(zero, rows, [&](Value row) {
    b.loop(count, stop, [&](Value j) { b.store(least, w.scores, {row, j}); });
    Value most = b.loop(zero, stop, {splat(least)}, [&](Value j, ValueRange before) {
      Value score = vector::LoadOp::create(b, vectorType(), w.scores, ValueRange{row, j});
      return LoopBuilder::Values{greater(before[0], score)};
    }, lanes)[0];
    vector::StoreOp::create(b, most, w.peaks, ValueRange{row, zero});
  });
}

/// Maxima that the tile raises, a vector of rows at a time, and the sums below them.
void AttentionTiles::raiseMaxima(const Workspace &w, Value rows, Value paddedSize, bool first,
                                 Value factor) {
  int64_t lanes = tiling.getLanes();
  Value zero = b.index(0), least = splat(minusInfinity());
  auto load = [&](Value buffer, ValueRange at) -> Value {
    return vector::LoadOp::create(b, vectorType(), buffer, at);
  };
  auto store = [&](Value value, Value buffer, ValueRange at) {
    vector::StoreOp::create(b, value, buffer, at);
  };
  // Without any live score a maximum is minus infinity; so are all scores.
  auto baseOf = [&](Value most) -> Value {
    Value empty = arith::CmpFOp::create(b, arith::CmpFPredicate::OEQ, most, least);
    return arith::SelectOp::create(b, empty, zeroVector(), most);
  };
  b.loop(zero, rows, [&](Value from) {
    LoopBuilder::Values peaks;
    for (int64_t lane = 0; lane < lanes; ++lane)
      peaks.push_back(load(w.peaks, {b.add(from, b.index(lane)), zero}));
    Value largest = reduceRows(b, peaks, [&](Value a, Value c) { return greater(a, c); });
    if (factor)
      largest = arith::MulFOp::create(b, largest, splat(factor));
    if (first) {
      store(largest, w.most, from);
      store(baseOf(largest), w.bases, from);
      return;
    }
    Value before = load(w.most, from);
    Value grew = arith::CmpFOp::create(b, arith::CmpFPredicate::OGT, largest, before);
    Value any = vector::ReductionOp::create(b, vector::CombiningKind::OR, grew);
    b.ifThen(any, [&] {
      Value most = arith::SelectOp::create(b, grew, largest, before), base = baseOf(most);
      store(most, w.most, from);
      store(base, w.bases, from);
      store(exp2(arith::SubFOp::create(b, before, base), /*ofWeights=*/false), w.shrinks, from);
      b.loop(from, b.min(rows, b.add(from, b.index(lanes))), [&](Value row) {
        Value shrink = splat(b.load(w.shrinks, row));
        auto scale = [&](Value buffer, Value column) {
          store(arith::MulFOp::create(b, load(buffer, {row, column}), shrink), buffer,
                {row, column});
        };
        scale(w.total, zero);
        b.loop(zero, paddedSize, [&](Value d) { scale(w.sums, d); }, lanes);
      });
    });
  }, lanes);
}

void AttentionTiles::weighRow(const Workspace &w, Value row, Value stop, bool first,
                              Value factor) {
  int64_t lanes = tiling.getLanes();
  Value zero = b.index(0);
  auto load = [&](Value buffer, Value column) -> Value {
    return vector::LoadOp::create(b, vectorType(), buffer, ValueRange{row, column});
  };
  Value base = splat(b.load(w.bases, row));
  Value negated = factor ? arith::NegFOp::create(b, base).getResult() : Value();
  Value before = first ? zeroVector() : load(w.total, zero);
  Value total = b.loop(zero, stop, {before}, [&](Value j, ValueRange sum) {
    Value score = load(w.scores, j);
    Value less = factor ? vector::FMAOp::create(b, score, splat(factor), negated).getResult()
                        : arith::SubFOp::create(b, score, base).getResult();
    Value weight = exp2(less, /*ofWeights=*/true);
    Value at = inPairs() ? arith::DivUIOp::create(b, j, b.index(2)).getResult() : j;
    vector::StoreOp::create(b, inPairs() ? narrow(weight) : weight, w.weights,
                            ValueRange{row, at});
    return LoopBuilder::Values{arith::AddFOp::create(b, sum[0], weight)};
  }, lanes)[0];
  vector::StoreOp::create(b, total, w.total, ValueRange{row, zero});
}

void AttentionTiles::softmax(const Workspace &w, Value rows, Value count, Value paddedSize,
                             bool first, Value factor) {
  raiseMaxima(w, rows, paddedSize, first, factor);
  Value stop = b.roundUp(count, tiling.getLanes());
  b.loop(b.index(0), rows, [&](Value row) { weighRow(w, row, stop, first, factor); });
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
