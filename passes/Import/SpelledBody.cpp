//===- SpelledBody.cpp - bodies of sparse_tensor.binary and reduce --------===//
#include "passes/Import/Bodies.h"

#include "passes/Emission/Semiring.h"

#include "mlir/IR/IRMapping.h"
#include "mlir/IR/Matchers.h"

using namespace mlir;
using namespace scratch;

/// Whether a region can move out of the linalg body: pure arithmetic on its
/// arguments, on constants, and on values from outside.
static bool isSelfContained(Region &region, Block &body) {
  if (!region.hasOneBlock())
    return false;
  for (Operation &op : region.front().without_terminator()) {
    StringRef dialect = op.getName().getDialectNamespace();
    if ((dialect != "arith" && dialect != "math") || op.getNumRegions() != 0 || !isPure(&op))
      return false;
  }
  for (Operation &op : region.front())
    for (Value operand : op.getOperands()) {
      if (operand.getParentBlock() != &body)
        continue;
      if (!matchPattern(operand, m_Constant()))
        return false;
    }
  return region.front().getTerminator()->getNumOperands() == 1;
}

std::optional<SpelledSemiring> scratch::matchSpelledBody(Block &body, Value lhs, Value rhs,
                                                         Value init) {
  Operation *end = body.getTerminator();
  auto reduce = end->getNumOperands() == 1
                    ? end->getOperand(0).getDefiningOp<sparse_tensor::ReduceOp>()
                    : sparse_tensor::ReduceOp();
  if (!reduce)
    return std::nullopt;
  SpelledSemiring semiring;
  semiring.add = reduce;
  semiring.addSwapped = reduce.getY() == init;
  if (!semiring.addSwapped && reduce.getX() != init)
    return std::nullopt;
  Value product = semiring.addSwapped ? reduce.getX() : reduce.getY();
  semiring.multiply = product.getDefiningOp<sparse_tensor::BinaryOp>();
  if (!semiring.multiply)
    return std::nullopt;
  // Nothing where either side is absent.
  sparse_tensor::BinaryOp binary = semiring.multiply;
  if (!binary.getLeftRegion().empty() || !binary.getRightRegion().empty() ||
      binary.getLeftIdentity() || binary.getRightIdentity())
    return std::nullopt;
  semiring.multiplySwapped = binary.getX() == rhs && binary.getY() == lhs;
  if (!semiring.multiplySwapped && (binary.getX() != lhs || binary.getY() != rhs))
    return std::nullopt;
  if (!isSelfContained(binary.getOverlapRegion(), body) ||
      !isSelfContained(reduce.getRegion(), body))
    return std::nullopt;
  Attribute identity;
  if (!matchPattern(reduce.getIdentity(), m_Constant(&identity)))
    return std::nullopt;
  semiring.identity = dyn_cast<TypedAttr>(identity);
  if (!semiring.identity)
    return std::nullopt;
  return semiring;
}

/// The operator that a region of one operation computes.
static std::optional<SemiringOperator> operatorOf(Region &region, bool swapped) {
  Block &block = region.front();
  Value left = block.getArgument(swapped ? 1 : 0), right = block.getArgument(swapped ? 0 : 1);
  Value result = block.getTerminator()->getOperand(0);
  if (result == left)
    return SemiringOperator::op_first;
  if (result == right)
    return SemiringOperator::op_second;
  if (matchPattern(result, m_One()) || matchPattern(result, m_OneFloat()))
    return SemiringOperator::op_pair;
  Operation *op = result.getDefiningOp();
  if (!op || op->getBlock() != &block || op->getNumOperands() != 2)
    return std::nullopt;
  // All of the operators below commute.
  Value first = op->getOperand(0), second = op->getOperand(1);
  if (!(first == left && second == right) && !(first == right && second == left))
    return std::nullopt;
  bool boolean = result.getType().isSignlessInteger(8);
  if (isa<arith::AddFOp, arith::AddIOp>(op))
    return SemiringOperator::op_plus;
  if (isa<arith::MulFOp, arith::MulIOp>(op))
    return SemiringOperator::op_times;
  if (isa<arith::MinNumFOp, arith::MinSIOp>(op))
    return SemiringOperator::op_min;
  if (isa<arith::MaxNumFOp, arith::MaxSIOp>(op))
    return SemiringOperator::op_max;
  if (isa<arith::OrIOp>(op) && boolean)
    return SemiringOperator::op_or;
  if (isa<arith::AndIOp>(op) && boolean)
    return SemiringOperator::op_and;
  return std::nullopt;
}

SemiringKind SpelledSemiring::kind() const {
  auto binary = multiply;
  auto reduce = add;
  auto times = operatorOf(binary.getOverlapRegion(), multiplySwapped);
  auto plus = operatorOf(reduce.getRegion(), addSwapped);
  if (!times || !plus || identity != identityOf(*plus, identity.getType()))
    return SemiringKind::custom;
#define SEMIRING(name, add, multiply)                                          \
  if (*plus == SemiringOperator::op_##add && *times == SemiringOperator::op_##multiply) \
    return SemiringKind::name;
#include "dialects/Scratch/Semirings.def"
  return SemiringKind::custom;
}

static void copyRegion(Region &from, Region &to, bool swapped, OpBuilder &builder) {
  OpBuilder::InsertionGuard guard(builder);
  Block &source = from.front();
  Location loc = source.getTerminator()->getLoc();
  Type first = source.getArgument(swapped ? 1 : 0).getType();
  Type second = source.getArgument(swapped ? 0 : 1).getType();
  Block *target = builder.createBlock(&to, to.end(), {first, second}, {loc, loc});
  IRMapping mapping;
  mapping.map(source.getArgument(swapped ? 1 : 0), target->getArgument(0));
  mapping.map(source.getArgument(swapped ? 0 : 1), target->getArgument(1));
  Block *linalgBody = from.getParentOp()->getBlock();
  for (Operation &op : source) {
    // Constants of the linalg body come along.
    for (Value operand : op.getOperands())
      if (operand.getParentBlock() == linalgBody && !mapping.contains(operand))
        builder.clone(*operand.getDefiningOp(), mapping);
    if (!op.hasTrait<OpTrait::IsTerminator>())
      builder.clone(op, mapping);
  }
  Value result = mapping.lookupOrDefault(source.getTerminator()->getOperand(0));
  scratch::YieldOp::create(builder, loc, ValueRange{result});
}

void SpelledSemiring::copyInto(KernelOpInterface kernel, OpBuilder &builder) const {
  auto binary = multiply;
  auto reduce = add;
  copyRegion(binary.getOverlapRegion(), kernel.getMultiply(), multiplySwapped, builder);
  copyRegion(reduce.getRegion(), kernel.getAdd(), addSwapped, builder);
}
