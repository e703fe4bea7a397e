//===- PlainBody.cpp - bodies of arithmetic only --------------------------===//
#include "passes/Import/Bodies.h"

using namespace mlir;
using namespace scratch;

static Value yielded(Block &body) {
  Operation *end = body.getTerminator();
  return end->getNumOperands() == 1 ? end->getOperand(0) : Value();
}

/// The operands of a definition by one of the given operations, inside the body.
template <typename... Ops>
static std::optional<std::pair<Value, Value>> operandsOf(Block &body, Value value) {
  Operation *op = value ? value.getDefiningOp() : nullptr;
  if (!isa_and_nonnull<Ops...>(op) || op->getBlock() != &body)
    return std::nullopt;
  return std::pair(op->getOperand(0), op->getOperand(1));
}

/// The operand beside `known`.
static Value other(std::pair<Value, Value> operands, Value known) {
  if (operands.first == known)
    return operands.second;
  return operands.second == known ? operands.first : Value();
}

static bool are(std::optional<std::pair<Value, Value>> operands, Value a, Value b) {
  return operands && (*operands == std::pair(a, b) || *operands == std::pair(b, a));
}

std::optional<SemiringKind> scratch::matchPlainBody(Block &body, Value lhs, Value rhs,
                                                    Value init) {
  Value result = yielded(body);
  if (auto sum = operandsOf<arith::AddFOp, arith::AddIOp>(body, result)) {
    Value product = other(*sum, init);
    if (are(operandsOf<arith::MulFOp, arith::MulIOp>(body, product), lhs, rhs))
      return SemiringKind::plus_times;
  }
  if (auto either = operandsOf<arith::OrIOp>(body, result)) {
    Value both = other(*either, init);
    if (result.getType().isSignlessInteger(8) &&
        are(operandsOf<arith::AndIOp>(body, both), lhs, rhs))
      return SemiringKind::or_and;
  }
  return std::nullopt;
}

bool scratch::matchSampledBody(Block &body, Value factor, Value lhs, Value rhs, Value init) {
  auto sum = operandsOf<arith::AddFOp, arith::AddIOp>(body, yielded(body));
  if (!sum)
    return false;
  // init + x * (y * z), the three in any places.
  Value product = other(*sum, init);
  auto outer = operandsOf<arith::MulFOp, arith::MulIOp>(body, product);
  if (!outer)
    return false;
  Value factors[] = {factor, lhs, rhs};
  for (unsigned alone = 0; alone < 3; ++alone) {
    Value rest = other(*outer, factors[alone]);
    if (rest && are(operandsOf<arith::MulFOp, arith::MulIOp>(body, rest),
                    factors[(alone + 1) % 3], factors[(alone + 2) % 3]))
      return true;
  }
  return false;
}

bool scratch::matchScaledBody(Block &body, Value lhs, Value rhs) {
  return are(operandsOf<arith::MulFOp, arith::MulIOp>(body, yielded(body)), lhs, rhs);
}
