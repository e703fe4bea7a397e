//===- TileSoftmax.cpp - from scores to weights -------------------------===//
#include "passes/Expand/Attention/TileSoftmax.h"

#include "passes/Emission/Transpose.h"

#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace scratch;

void TileSoftmax::findPeaks(const Workspace &w, Value rows, Value count) {
  int64_t lanes = tiling.getLanes();
  Value zero = b.index(0), stop = b.roundUp(count, lanes), least = t.minusInfinity();
  b.loop(zero, rows, [&](Value row) {
    b.loop(count, stop, [&](Value j) { b.store(least, w.scores, {row, j}); });
    Value most = b.loop(zero, stop, {t.splat(least)}, [&](Value j, ValueRange before) {
      Value score = vector::LoadOp::create(b, t.vectorType(), w.scores, ValueRange{row, j});
      return LoopBuilder::Values{t.greater(before[0], score)};
    }, lanes)[0];
    vector::StoreOp::create(b, most, w.peaks, ValueRange{row, zero});
  });
}

/// Maxima that the tile raises, a vector of rows at a time, and the sums below them.
void TileSoftmax::raiseMaxima(const Workspace &w, Value rows, Value paddedSize, bool first,
                              Value factor) {
  int64_t lanes = tiling.getLanes();
  Value zero = b.index(0), least = t.splat(t.minusInfinity());
  auto load = [&](Value buffer, ValueRange at) -> Value {
    return vector::LoadOp::create(b, t.vectorType(), buffer, at);
  };
  auto store = [&](Value value, Value buffer, ValueRange at) {
    vector::StoreOp::create(b, value, buffer, at);
  };
  // Without any live score a maximum is minus infinity; so are all scores.
  auto baseOf = [&](Value most) -> Value {
    Value empty = arith::CmpFOp::create(b, arith::CmpFPredicate::OEQ, most, least);
    return arith::SelectOp::create(b, empty, t.zeroVector(), most);
  };
  b.loop(zero, rows, [&](Value from) {
    LoopBuilder::Values peaks;
    for (int64_t lane = 0; lane < lanes; ++lane)
      peaks.push_back(load(w.peaks, {b.add(from, b.index(lane)), zero}));
    Value largest = reduceRows(b, peaks, [&](Value a, Value c) { return t.greater(a, c); });
    if (factor)
      largest = arith::MulFOp::create(b, largest, t.splat(factor));
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
      store(t.exp2(arith::SubFOp::create(b, before, base), /*ofWeights=*/false), w.shrinks, from);
      b.loop(from, b.min(rows, b.add(from, b.index(lanes))), [&](Value row) {
        Value shrink = t.splat(b.load(w.shrinks, row));
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

int64_t TileSoftmax::vectorsAbreast() const {
  // A power is a chain of some fifty cycles, without AVX-512's instructions for it: the vectors
  // that fit the processor's window are not enough to hide it unless two go side by side.
  return tiling.getLanes() == 16 || t.inPairs() ? 1 : 2;
}

/// total + the vectors that `weights` consists of, one after the other.
Value TileSoftmax::addVectors(Value total, Value weights, int64_t vectors) {
  if (vectors == 1)
    return arith::AddFOp::create(b, total, weights);
  int64_t lanes = tiling.getLanes();
  for (int64_t v = 0; v < vectors; ++v) {
    Value some = vector::ExtractStridedSliceOp::create(b, weights, v * lanes, lanes, 1);
    total = arith::AddFOp::create(b, total, some);
  }
  return total;
}

void TileSoftmax::weighRow(const Workspace &w, Value row, Value stop, bool first,
                           Value factor) {
  int64_t lanes = tiling.getLanes();
  auto splat = [&](Value scalar, int64_t vectors) -> Value {
    auto type = VectorType::get({vectors * lanes}, b.getF32Type());
    return vector::BroadcastOp::create(b, type, scalar);
  };
  Value zero = b.index(0), base = b.load(w.bases, row);
  Value total = first ? t.zeroVector()
                      : vector::LoadOp::create(b, t.vectorType(), w.total, ValueRange{row, zero});
  auto weigh = [&](Value from, Value to, int64_t vectors) {
    Value less = splat(base, vectors);
    Value negated = factor ? arith::NegFOp::create(b, less).getResult() : Value();
    total = b.loop(from, to, {total}, [&](Value j, ValueRange sum) {
      Value score = vector::LoadOp::create(b, less.getType(), w.scores, ValueRange{row, j});
      Value power =
          factor ? vector::FMAOp::create(b, score, splat(factor, vectors), negated).getResult()
                 : arith::SubFOp::create(b, score, less).getResult();
      Value weight = t.exp2(power, /*ofWeights=*/true);
      Value at = t.inPairs() ? arith::DivUIOp::create(b, j, b.index(2)).getResult() : j;
      vector::StoreOp::create(b, t.inPairs() ? t.narrow(weight) : weight, w.weights,
                              ValueRange{row, at});
      return LoopBuilder::Values{addVectors(sum[0], weight, vectors)};
    }, vectors * lanes)[0];
  };
  Value wide = zero;
  if (int64_t abreast = vectorsAbreast(); abreast > 1) {
    Value width = b.index(abreast * lanes);
    wide = b.mul(arith::DivUIOp::create(b, stop, width), width);
    weigh(zero, wide, abreast);
  }
  weigh(wide, stop, 1);
  vector::StoreOp::create(b, total, w.total, ValueRange{row, zero});
}

void TileSoftmax::softmax(const Workspace &w, Value rows, Value count, Value paddedSize,
                          bool first, Value factor) {
  raiseMaxima(w, rows, paddedSize, first, factor);
  Value stop = b.roundUp(count, tiling.getLanes());
  b.loop(b.index(0), rows, [&](Value row) { weighRow(w, row, stop, first, factor); });
}
