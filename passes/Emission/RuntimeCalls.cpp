//===- RuntimeCalls.cpp - calls of the runtime's services -----------------===//
#include "passes/Emission/RuntimeCalls.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"

using namespace mlir;
using namespace scratch;

bool scratch::isRuntimeFunction(StringRef name) {
  static constexpr StringLiteral names[] = {
#define SCRATCH_RUNTIME(name, result, arguments) #name,
#include "runtime/abi/RuntimeFunctions.def"
  };
  return llvm::is_contained(names, name);
}

Value scratch::callRuntime(LoopBuilder &b, ModuleOp module, StringRef name, Type result,
                           ValueRange arguments) {
  assert(isRuntimeFunction(name) && "not a row of RuntimeFunctions.def");
  auto callee = module.lookupSymbol<func::FuncOp>(name);
  if (!callee) {
    OpBuilder::InsertionGuard guard(b);
    b.setInsertionPointToStart(module.getBody());
    SmallVector<Type> results;
    if (result)
      results.push_back(result);
    callee = func::FuncOp::create(b, name,
                                  b.getFunctionType(TypeRange(arguments), TypeRange(results)));
    callee.setPrivate();
  }
  auto call = func::CallOp::create(b, callee, arguments);
  return result ? call.getResult(0) : Value();
}

Value scratch::addressOf(LoopBuilder &b, Value buffer) {
  Value index = memref::ExtractAlignedPointerAsIndexOp::create(b, buffer);
  return LLVM::IntToPtrOp::create(b, LLVM::LLVMPointerType::get(b.getContext()),
                                  b.cast(index, b.getI64Type()));
}

Value scratch::bufferAt(LoopBuilder &b, Value address, MemRefType type, ValueRange sizes) {
  // The descriptor as finalize-memref-to-llvm lays it out; the cast meets its
  // counterpart there and folds away.
  Type i64 = b.getI64Type();
  int64_t rank = type.getRank();
  SmallVector<Type> members{address.getType(), address.getType(), i64};
  if (rank > 0)
    members.append(2, LLVM::LLVMArrayType::get(i64, rank));
  Value descriptor =
      LLVM::PoisonOp::create(b, LLVM::LLVMStructType::getLiteral(b.getContext(), members));
  auto insert = [&](Value value, ArrayRef<int64_t> at) {
    descriptor = LLVM::InsertValueOp::create(b, descriptor, value, at);
  };
  insert(address, {0});
  insert(address, {1});
  insert(b.integer(0, i64), {2});
  SmallVector<Value> extents;
  for (int64_t size : type.getShape()) {
    if (ShapedType::isDynamic(size)) {
      extents.push_back(b.cast(sizes.front(), i64));
      sizes = sizes.drop_front();
    } else {
      extents.push_back(b.integer(size, i64));
    }
  }
  Value stride = b.integer(1, i64);
  for (int64_t dimension = rank - 1; dimension >= 0; --dimension) {
    insert(extents[dimension], {3, dimension});
    insert(stride, {4, dimension});
    if (dimension)
      stride = b.mul(stride, extents[dimension]);
  }
  return UnrealizedConversionCastOp::create(b, TypeRange{type}, ValueRange{descriptor})
      .getResult(0);
}
