//===- ScoreDerivative.cpp - a score region and its slope -----------------===//
#include "passes/Expand/Attention/ScoreDerivative.h"

#include "passes/Expand/Operands.h"

#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/IRMapping.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace scratch;

namespace {
/// Derivatives of values by a seed; what has none does not depend on it.
class Slopes {
public:
  explicit Slopes(LoopBuilder &b) : b(b) {}
  void seed(Value value) { slopes[value] = real(1.0); }

  Value of(Value value) const { return slopes.lookup(value); }

  /// `op` is already written; `value` is its result. Null: does not depend.
  FailureOr<Value> rule(Operation *op, ValueRange in, Value value, Operation *original) {
    if (llvm::none_of(in, [&](Value operand) { return of(operand); }))
      return Value();
    return llvm::TypeSwitch<Operation *, FailureOr<Value>>(op)
        .Case([&](arith::AddFOp) { return sum(of(in[0]), of(in[1])); })
        .Case([&](arith::SubFOp) { return sum(of(in[0]), negated(of(in[1]))); })
        .Case([&](arith::NegFOp) { return negated(of(in[0])); })
        .Case([&](arith::MulFOp) {
          return sum(product(of(in[0]), in[1]), product(of(in[1]), in[0]));
        })
        .Case([&](arith::DivFOp) { // (u' - (u / v) v') / v
          Value top = sum(of(in[0]), negated(product(of(in[1]), value)));
          return Value(arith::DivFOp::create(b, top, in[1]));
        })
        .Case([&](math::TanhOp) {
          Value rest = arith::SubFOp::create(b, real(1.0), times(value, value));
          return product(of(in[0]), rest);
        })
        .Case([&](math::ExpOp) { return product(of(in[0]), value); })
        .Case([&](math::LogOp) { return Value(arith::DivFOp::create(b, of(in[0]), in[0])); })
        .Case([&](math::SqrtOp) { // u' / (2 sqrt(u))
          return Value(arith::DivFOp::create(b, of(in[0]), times(value, real(2.0))));
        })
        .Case([&](math::AbsFOp) {
          Value negative = arith::CmpFOp::create(b, arith::CmpFPredicate::OLT, in[0], real(0.0));
          return Value(b.select(negative, negated(of(in[0])), of(in[0])));
        })
        .Case<arith::MaximumFOp, arith::MaxNumFOp, arith::MinimumFOp, arith::MinNumFOp>(
            [&](Operation *) { // the operand that is the result
              Value first = arith::CmpFOp::create(b, arith::CmpFPredicate::OEQ, value, in[0]);
              return Value(b.select(first, orZero(of(in[0])), orZero(of(in[1]))));
            })
        .Case([&](arith::SelectOp) {
          return Value(b.select(in[0], orZero(of(in[1])), orZero(of(in[2]))));
        })
        // Steps: flat wherever they have a slope.
        .Case<arith::CmpFOp>([](Operation *) { return Value(); })
        .Default([&](Operation *) -> FailureOr<Value> {
          return original->emitError("has no derivative that attention_backward could take");
        });
  }
  void set(Value value, Value slope) {
    if (slope)
      slopes[value] = slope;
  }
  Value real(double value) {
    return arith::ConstantOp::create(b, b.getF32FloatAttr(value));
  }
  Value orZero(Value slope) { return slope ? slope : real(0.0); }

private:
  Value times(Value a, Value c) { return arith::MulFOp::create(b, a, c); }
  Value product(Value slope, Value factor) { return slope ? times(slope, factor) : Value(); }
  Value negated(Value slope) { return slope ? Value(arith::NegFOp::create(b, slope)) : Value(); }
  Value sum(Value a, Value c) {
    return a && c ? Value(arith::AddFOp::create(b, a, c)) : a ? a : c;
  }

  LoopBuilder &b;
  llvm::DenseMap<Value, Value> slopes;
};
} // namespace

FailureOr<ScoreAndSlope> scratch::emitScoreAndSlope(LoopBuilder &b, Region &region,
                                                    ValueRange arguments, Operation *by) {
  Block &body = region.front();
  IRMapping map;
  map.map(body.getArguments(), arguments);
  Slopes slopes(b);
  if (!by)
    slopes.seed(arguments[0]);
  LoopBuilder::Values entry;
  for (Operation &op : body.without_terminator()) {
    LoopBuilder::Values operands;
    for (Value operand : op.getOperands())
      operands.push_back(map.lookupOrDefault(operand));
    if (auto read = dyn_cast<tensor::ExtractOp>(op)) {
      ArrayRef<Value> at = ArrayRef(operands).drop_front();
      Value loaded = b.load(openDense(b, read.getTensor()), at);
      map.map(read.getResult(), loaded);
      if (by == &op) {
        slopes.seed(loaded);
        entry = LoopBuilder::Values(at);
      }
      continue;
    }
    Operation *copy = b.clone(op, map);
    FailureOr<Value> slope = slopes.rule(copy, operands, copy->getResult(0), &op);
    if (failed(slope))
      return failure();
    slopes.set(copy->getResult(0), *slope);
  }
  Value score = map.lookupOrDefault(body.getTerminator()->getOperand(0));
  return ScoreAndSlope{score, slopes.orZero(slopes.of(score)), entry};
}
