//===- Scores.cpp - one score per unit of a mask --------------------------===//
//
// Stage: expand. Rows of units are dealt to workers; every unit is one loop over
// its entries, so that its score never depends on the number of threads.
//
//===----------------------------------------------------------------------===//
#include "passes/Expand/Prune/Scores.h"

#include "passes/Expand/Operands.h"
#include "passes/Expand/RowLoops.h"

#include "mlir/Dialect/Math/IR/Math.h"

using namespace mlir;
using namespace scratch;

static Value real(LoopBuilder &b, double value, Type type) {
  return arith::ConstantOp::create(b, b.getFloatAttr(type, value));
}

static Value narrow(LoopBuilder &b, Value value, Type type) {
  return value.getType() == type ? value : Value(arith::TruncFOp::create(b, type, value));
}

Value scratch::toDouble(LoopBuilder &b, Value value) {
  return value.getType().isF64() ? value
                                 : Value(arith::ExtFOp::create(b, b.getF64Type(), value));
}

Value scratch::emitScores(LoopBuilder &b, Value weights, Value inputs, ScoreNorm norm,
                          MaskType mask, const UnitGrid &grid) {
  Type element = cast<RankedTensorType>(weights.getType()).getElementType();
  Type type = element.isF64() ? Type(b.getF64Type()) : Type(b.getF32Type());
  Value rows = extent(b, weights, 0), columns = extent(b, weights, 1);
  Value matrix = openDense(b, weights);
  Value factors = inputs ? openDense(b, inputs) : Value();
  auto widen = [&](Value value) -> Value {
    return value.getType() == type ? value : Value(arith::ExtFOp::create(b, type, value));
  };
  auto ofEntry = [&](Value i, Value j) -> Value {
    Value score = math::AbsFOp::create(b, widen(b.load(matrix, {i, j})));
    if (factors)
      score = arith::MulFOp::create(b, score, widen(b.load(factors, j)));
    return score;
  };
  auto orInfinity = [&](Value score) -> Value {
    Value isNan = arith::CmpFOp::create(b, arith::CmpFPredicate::UNO, score, score);
    return b.select(isNan, real(b, INFINITY, type), score);
  };
  bool single = mask.getGranularity() == MaskGranularity::Element ||
                mask.getGranularity() == MaskGranularity::NM;
  Value scores = AllocateOp::create(b, bufferOf(type), ValueRange{grid.count(b)}, false);
  parallelRows(b, countIfOk(b, grid.rows), [&](Value first, Value last) {
    b.loop(first, last, [&](Value u) {
      b.loop(b.index(0), grid.columns, [&](Value v) {
        Value at = b.add(b.mul(u, grid.columns), v);
        if (single)
          return b.store(orInfinity(ofEntry(u, v)), scores, at);
        Value top = b.mul(u, grid.height), left = b.mul(v, grid.width);
        Value bottom = b.min(b.add(top, grid.height), rows);
        Value right = b.min(b.add(left, grid.width), columns);
        auto sum = b.loop(top, bottom, {real(b, 0, b.getF64Type())}, [&](Value i, ValueRange outer) {
          return b.loop(left, right, {outer[0]}, [&](Value j, ValueRange inner) {
            Value term = toDouble(b, ofEntry(i, j));
            if (norm == ScoreNorm::L2)
              term = arith::MulFOp::create(b, term, term);
            return LoopBuilder::Values{arith::AddFOp::create(b, inner[0], term)};
          });
        }).front();
        if (norm == ScoreNorm::L2)
          sum = math::SqrtOp::create(b, sum);
        b.store(orInfinity(narrow(b, sum, type)), scores, at);
      });
    });
  });
  return scores;
}

Value scratch::emitMean(LoopBuilder &b, Value scores, Value count) {
  Value sum = b.loop(b.index(0), count, {real(b, 0, b.getF64Type())},
                     [&](Value u, ValueRange before) {
                       return LoopBuilder::Values{arith::AddFOp::create(
                           b, before[0], toDouble(b, b.load(scores, u)))};
                     }).front();
  Value number = arith::UIToFPOp::create(b, b.getF64Type(),
                                         b.cast(b.max(count, b.index(1)), b.getI64Type()));
  return arith::DivFOp::create(b, sum, number);
}

Value scratch::emitRelative(LoopBuilder &b, Value score, Value mean) {
  Value zero = real(b, 0, b.getF64Type());
  Value isZero = arith::CmpFOp::create(b, arith::CmpFPredicate::OEQ, mean, zero);
  return b.select(isZero, zero, arith::DivFOp::create(b, toDouble(b, score), mean));
}
