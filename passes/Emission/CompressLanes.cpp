//===- CompressLanes.cpp - lanes of a mask side by side -------------------===//
#include "passes/Emission/CompressLanes.h"

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/UB/IR/UBOps.h"

using namespace mlir;
using namespace scratch;

Value scratch::compressLanes(LoopBuilder &b, Value lanes, Value mask) {
  Type type = lanes.getType();
  return LLVM::CallIntrinsicOp::create(b, type,
                                       b.getStringAttr("llvm.experimental.vector.compress"),
                                       ValueRange{lanes, mask, ub::PoisonOp::create(b, type)})
      .getResult(0);
}
