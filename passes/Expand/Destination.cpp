//===- Destination.cpp - results written over an operand ------------------===//
#include "passes/Expand/Destination.h"

#include "dialects/Scratch/Scratch.h"
#include "passes/Expand/Operands.h"

#include "mlir/Dialect/Bufferization/IR/Bufferization.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace scratch;

bool scratch::isWritable(func::FuncOp function, unsigned argument) {
  auto tensor = dyn_cast<RankedTensorType>(function.getArgument(argument).getType());
  auto permitted = function.getArgAttrOfType<BoolAttr>(
      argument, bufferization::BufferizationDialect::kWritableAttrName);
  return tensor && !tensor.getEncoding() && permitted && permitted.getValue();
}

/// Whether the entry point alone calls the function: another caller's tensor may be read
/// behind the call, or be memory that must not be written.
static bool isCalledByEntryAlone(func::FuncOp function) {
  auto uses = SymbolTable::getSymbolUses(function, function->getParentOp());
  return uses && llvm::all_of(*uses, [](SymbolTable::SymbolUse use) {
           auto caller = use.getUser()->getParentOfType<func::FuncOp>();
           return caller && caller->hasAttr(ScratchDialect::kEntry);
         });
}

Value scratch::bufferOfDestination(LoopBuilder &b, Operation *op, Value out) {
  auto argument = dyn_cast_or_null<BlockArgument>(out);
  auto function =
      argument ? dyn_cast<func::FuncOp>(argument.getOwner()->getParentOp()) : func::FuncOp();
  if (!function || op->getBlock() != argument.getOwner() || !argument.getOwner()->isEntryBlock() ||
      !isWritable(function, argument.getArgNumber()) || !isCalledByEntryAlone(function))
    return {};
  // Its extents may be asked for.
  auto reads = [](OpOperand &use) { return !isa<tensor::DimOp>(use.getOwner()); };
  if (llvm::count_if(argument.getUses(), reads) != 1)
    return {};
  return openDense(b, out);
}
