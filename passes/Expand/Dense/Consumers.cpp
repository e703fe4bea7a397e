//===- Consumers.cpp - what is done to a tile before it is stored ---------===//
#include "passes/Expand/Dense/Consumers.h"

#include "passes/Emission/RegisterTile.h"

#include "mlir/IR/IRMapping.h"

using namespace mlir;
using namespace scratch;

bool scratch::isReadByColumn(linalg::LinalgOp op, unsigned input) {
  AffineMap map = op.getMatchingIndexingMap(op.getDpsInputOperand(input));
  return op.getNumLoops() > 1 && map.getNumResults() == 1 &&
         map.getResult(0) == getAffineDimExpr(op.getNumLoops() - 1, op.getContext());
}

/// Arithmetic on elements, and nothing that asks where they are.
static bool isElementwise(Block &body) {
  return llvm::all_of(body.without_terminator(), [](Operation &op) {
    return op.getNumResults() == 1 && op.getNumRegions() == 0 &&
           (op.hasTrait<OpTrait::ConstantLike>() || OpTrait::hasElementwiseMappableTraits(&op));
  });
}

static bool consumes(linalg::LinalgOp op, Value value) {
  auto type = cast<RankedTensorType>(value.getType());
  if (!op.hasPureTensorSemantics() || op.getNumDpsInits() != 1 || op->getNumResults() != 1 ||
      op->getResult(0).getType() != type || op.getNumLoops() != op.getNumParallelLoops() ||
      op.getNumLoops() != type.getRank() || !isElementwise(*op.getBlock()))
    return false;
  // What was in the result's place is not read.
  OpOperand *init = op.getDpsInitOperand(0);
  if (init->get() == value || !op.getMatchingBlockArgument(init).use_empty() ||
      !op.getMatchingIndexingMap(init).isIdentity())
    return false;
  unsigned number = 0;
  for (OpOperand *input : op.getDpsInputOperands()) {
    auto other = dyn_cast<RankedTensorType>(input->get().getType());
    if (!other || other.getEncoding() || other.getElementType() != type.getElementType())
      return false;
    bool whole = op.getMatchingIndexingMap(input).isIdentity();
    if (!whole && (input->get() == value || !isReadByColumn(op, number)))
      return false;
    ++number;
  }
  return true;
}

SmallVector<linalg::LinalgOp> scratch::findConsumers(linalg::LinalgOp product) {
  SmallVector<linalg::LinalgOp> consumers;
  for (Operation *op = product; op->getResult(0).hasOneUse();) {
    auto user = dyn_cast<linalg::LinalgOp>(*op->getResult(0).user_begin());
    if (!user || user->getBlock() != op->getBlock() || !consumes(user, op->getResult(0)))
      break;
    consumers.push_back(user);
    op = user;
  }
  return consumers;
}

Value scratch::applyConsumer(LoopBuilder &b, linalg::LinalgOp op, ValueRange inputs) {
  Type type = inputs[0].getType();
  IRMapping mapping;
  for (auto [input, value] : llvm::zip(op.getDpsInputOperands(), inputs))
    mapping.map(op.getMatchingBlockArgument(input), value);
  auto inLanes = [&](Value value) -> Value {
    Value known = mapping.lookupOrNull(value);
    if (!known) { // of outside
      auto lanes = VectorType::get(cast<VectorType>(type).getShape(), value.getType());
      mapping.map(value, known = spread(b, value, lanes));
    }
    return known;
  };
  for (Operation &inner : op.getBlock()->without_terminator()) {
    if (inner.hasTrait<OpTrait::ConstantLike>()) {
      Value scalar = b.clone(inner)->getResult(0);
      auto lanes = VectorType::get(cast<VectorType>(type).getShape(), scalar.getType());
      mapping.map(inner.getResult(0), spread(b, scalar, lanes));
      continue;
    }
    for (Value operand : inner.getOperands())
      inLanes(operand);
    Operation *copy = b.clone(inner, mapping);
    Value made = copy->getResult(0);
    made.setType(VectorType::get(cast<VectorType>(type).getShape(), made.getType()));
    mapping.map(inner.getResult(0), made);
  }
  return inLanes(op.getBlock()->getTerminator()->getOperand(0));
}
