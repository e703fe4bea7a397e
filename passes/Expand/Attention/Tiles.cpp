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

LoopBuilder::Values AttentionTiles::step(int64_t height, ValueRange c, ValueRange sums,
                                         function_ref<Value(int64_t)> rowValue) {
  return stepTile(
      b, height, c, sums, [&](int64_t r) { return splat(rowValue(r)); },
      [&](Value a, Value c, Value sum) { return product(a, c, sum); });
}

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

//===----------------------------------------------------------------------===//
// What is asked of a tile
//===----------------------------------------------------------------------===//

/// Weights need no more than scores have, whose rounding alone moves them by several ulp;
/// those of pairs are rounded to bf16.
Value AttentionTiles::exp2(Value x, bool ofWeights) {
  using Error = Exp2Options::Error;
  Error error = !ofWeights ? Error::OneUlp : inPairs() ? Error::Rough : Error::TwoUlps;
  return emitExp2(b, x, {error, instructions.avx512 && tiling.getLanes() == 16});
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
