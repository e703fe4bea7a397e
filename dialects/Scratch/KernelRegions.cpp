//===- KernelRegions.cpp - semirings and epilogues of kernels -------------===//
#include "dialects/Scratch/KernelRegions.h"

using namespace mlir;
using namespace scratch;

static LogicalResult verifyOperatorRegion(Operation *op, StringRef name, Region &region,
                                          TypeRange arguments, Type result) {
  if (region.empty())
    return op->emitOpError("custom semiring needs a region '") << name << "'";
  Block &block = region.front();
  if (block.getArgumentTypes() != arguments)
    return op->emitOpError("region '")
           << name << "' takes " << block.getArgumentTypes() << ", expected " << arguments;
  YieldOp yield = YieldOp::endOf(block);
  if (!yield || yield.getNumOperands() != 1 || yield.getOperand(0).getType() != result)
    return op->emitOpError("region '") << name << "' must yield one " << result;
  return success();
}

LogicalResult scratch::verifySemiring(KernelOpInterface kernel, Type lhs, Type rhs,
                                      Type result) {
  Operation *op = kernel;
  for (Type type : {lhs, rhs, result})
    if (!type.isF32() && !type.isF64() && !type.isSignlessInteger(8) &&
        !type.isSignlessInteger(32) && !type.isSignlessInteger(64))
      return op->emitOpError("expected elements of type f32, f64, i8, i32 or i64, found ")
             << type;
  SemiringAttr semiring = kernel.getSemiring();
  if (semiring.isCustom()) {
    if (failed(verifyOperatorRegion(op, "multiply", kernel.getMultiply(), {lhs, rhs}, result)) ||
        failed(verifyOperatorRegion(op, "add", kernel.getAdd(), {result, result}, result)))
      return failure();
    TypedAttr identity = kernel.getIdentityAttr();
    if (!identity || identity.getType() != result)
      return op->emitOpError("custom semiring needs an attribute 'identity' of type ") << result;
    return success();
  }
  if (!kernel.getMultiply().empty() || !kernel.getAdd().empty() || kernel.getIdentityAttr())
    return op->emitOpError("semiring ")
           << stringify(semiring.getKind())
           << " brings its own operators; regions and identity belong to semiring<custom>";
  SemiringOperator multiply = semiring.getMultiply();
  auto check = [&](bool read, StringRef name, Type type) -> LogicalResult {
    if (!read || type == result)
      return success();
    return op->emitOpError("semiring ")
           << stringify(semiring.getKind()) << " expects " << name << " elements of type "
           << result << ", found " << type;
  };
  if (failed(check(readsLeft(multiply), "lhs", lhs)) ||
      failed(check(readsRight(multiply), "rhs", rhs)))
    return failure();
  bool logical = multiply == SemiringOperator::op_and ||
                 semiring.getAdd() == SemiringOperator::op_or;
  if (logical && !result.isSignlessInteger(8))
    return op->emitOpError("semiring ")
           << stringify(semiring.getKind()) << " works on booleans (i8), found " << result;
  return success();
}

LogicalResult scratch::verifyEpilogue(KernelOpInterface kernel, bool keepIsLegal,
                                      bool reduceIsLegal) {
  Operation *op = kernel;
  if (kernel.getEpilogue().empty())
    return success();
  Block &block = kernel.getEpilogue().front();
  if (block.getNumArguments() != 0)
    return op->emitOpError("epilogue takes no arguments");
  for (Operation &stage : block) {
    if (isa<KeepOp, TopKOp>(stage) && !keepIsLegal)
      return stage.emitOpError("drops entries, but the pattern of ")
             << op->getName() << "'s result is fixed";
    if (isa<ReduceOp>(stage) && !reduceIsLegal)
      return stage.emitOpError("folds a sparse row, but the result of ")
             << op->getName() << " is dense";
    if (!isa<MapOp, KeepOp, ReduceOp, TopKOp, YieldOp>(stage) && !isPure(&stage))
      return stage.emitOpError("expected an epilogue stage (map, keep, reduce, top_k)");
  }
  YieldOp yield = YieldOp::endOf(block);
  if (!yield || yield.getNumOperands() != 0)
    return op->emitOpError("epilogue must end in a scratch.yield of nothing");
  return success();
}
