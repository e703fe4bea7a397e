//===- StageOps.cpp - verifiers of the epilogue stages --------------------===//
#include "dialects/Scratch/Scratch.h"

using namespace mlir;
using namespace scratch;

/// Element type of the kernel that a stage belongs to.
static Type elementOfKernel(Operation *stage) {
  return cast<RankedTensorType>(stage->getParentOp()->getResult(0).getType()).getElementType();
}

static LogicalResult verifyBody(Operation *op, Block &body, TypeRange arguments, Type yielded) {
  if (body.getArgumentTypes() != arguments)
    return op->emitOpError("body takes (")
           << body.getArgumentTypes() << "), expected (" << arguments << ")";
  YieldOp yield = YieldOp::endOf(body);
  if (!yield || yield.getNumOperands() != 1 || yield.getOperand(0).getType() != yielded)
    return op->emitOpError("body must yield one ") << yielded;
  return success();
}

LogicalResult MapOp::verify() {
  Type element = elementOfKernel(*this), index = IndexType::get(getContext());
  return verifyBody(*this, getBody().front(), {element, index, index}, element);
}

LogicalResult KeepOp::verify() {
  Type element = elementOfKernel(*this), index = IndexType::get(getContext());
  return verifyBody(*this, getBody().front(), {element, index, index},
                    IntegerType::get(getContext(), 1));
}

LogicalResult ReduceOp::verify() {
  Type element = elementOfKernel(*this);
  if (getResult().getType() != element || getIdentity().getType() != element)
    return emitOpError("expected identity and result of type ")
           << element << ", found " << getIdentity().getType() << " and "
           << getResult().getType();
  return verifyBody(*this, getBody().front(), {element, element}, element);
}
