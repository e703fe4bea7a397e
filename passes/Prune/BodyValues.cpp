//===- BodyValues.cpp - what a linalg body yields for known arguments -----===//
#include "passes/Prune/BodyValues.h"

#include "passes/Prune/ConstantTensors.h"

#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/IR/Matchers.h"

using namespace mlir;
using namespace scratch;

bool BodyValue::isZero() const { return kind == Number && scratch::isZero(number); }

/// Whether a fold at compile time gives the very bits that the machine gives:
/// true of arithmetic, and of functions at an argument where any library is exact.
static bool foldsExactly(Operation *op, ArrayRef<Attribute> operands) {
  if (isa<arith::ArithDialect>(op->getDialect()))
    return true;
  return isa<math::AbsFOp, math::FmaOp>(op) ||
         (isa<math::TanhOp, math::ErfOp, math::ExpOp, math::SqrtOp, math::SinOp>(op) &&
          isZero(operands[0]));
}

static BodyValue evaluate(Operation *op, ArrayRef<BodyValue> operands) {
  if (isa<arith::MulFOp, arith::MulIOp>(op))
    for (const BodyValue &operand : operands)
      if (operand.isZero())
        return BodyValue::of(cast<TypedAttr>(
            Builder(op->getContext()).getZeroAttr(op->getResult(0).getType())));
  if (isa<arith::AddFOp, arith::AddIOp>(op))
    for (unsigned i : {0, 1})
      if (operands[i].kind == BodyValue::Running && operands[1 - i].isZero())
        return BodyValue::running();
  if (isa<arith::SubFOp, arith::SubIOp>(op) && operands[0].kind == BodyValue::Running &&
      operands[1].isZero())
    return BodyValue::running();
  SmallVector<Attribute> numbers;
  for (const BodyValue &operand : operands) {
    if (operand.kind != BodyValue::Number)
      return {};
    numbers.push_back(operand.number);
  }
  SmallVector<OpFoldResult> results;
  if (op->getNumResults() != 1 || !foldsExactly(op, numbers) ||
      failed(op->fold(numbers, results)) || results.size() != 1)
    return {};
  if (auto number = dyn_cast<Attribute>(results[0]))
    return BodyValue::of(number);
  for (auto [value, operand] : llvm::zip_equal(op->getOperands(), operands))
    if (value == cast<Value>(results[0]))
      return operand;
  return {};
}

BodyValue scratch::evaluateBody(linalg::LinalgOp op, ArrayRef<BodyValue> arguments) {
  Block &body = *op.getBlock();
  llvm::DenseMap<Value, BodyValue> known;
  for (auto [argument, value] : llvm::zip_equal(body.getArguments(), arguments))
    known[argument] = value;
  auto lookUp = [&](Value value) -> BodyValue {
    auto found = known.find(value);
    if (found != known.end())
      return found->second;
    Attribute number;
    if (matchPattern(value, m_Constant(&number)))
      return BodyValue::of(number);
    return {};
  };
  for (Operation &inner : body.without_terminator()) {
    SmallVector<BodyValue> operands;
    for (Value operand : inner.getOperands())
      operands.push_back(lookUp(operand));
    if (inner.getNumResults() == 1 && inner.getNumRegions() == 0 && inner.getNumOperands())
      known[inner.getResult(0)] = evaluate(&inner, operands);
  }
  return lookUp(body.getTerminator()->getOperand(0));
}
