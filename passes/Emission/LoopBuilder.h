//===- LoopBuilder.h - short words for loops over buffers -------*- C++ -*-===//
//
// An ImplicitLocOpBuilder that speaks of index constants, loads widened to
// index, and loops that carry values. No policy.
//
//===----------------------------------------------------------------------===//
#ifndef SCRATCH_PASSES_EMISSION_LOOPBUILDER_H
#define SCRATCH_PASSES_EMISSION_LOOPBUILDER_H

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"

namespace scratch {

class LoopBuilder : public mlir::ImplicitLocOpBuilder {
public:
  using ImplicitLocOpBuilder::ImplicitLocOpBuilder;
  using Values = llvm::SmallVector<mlir::Value>;
  using Value = mlir::Value;

  Value index(int64_t value);
  Value bit(bool value);
  Value integer(int64_t value, mlir::Type type);

  Value add(Value a, Value b) { return mlir::arith::AddIOp::create(*this, a, b); }
  Value sub(Value a, Value b) { return mlir::arith::SubIOp::create(*this, a, b); }
  Value mul(Value a, Value b) { return mlir::arith::MulIOp::create(*this, a, b); }
  Value bitAnd(Value a, Value b) { return mlir::arith::AndIOp::create(*this, a, b); }
  Value bitOr(Value a, Value b) { return mlir::arith::OrIOp::create(*this, a, b); }
  Value shiftRight(Value a, int64_t bits);
  Value shiftLeft(Value a, int64_t bits);
  Value min(Value a, Value b) { return mlir::arith::MinUIOp::create(*this, a, b); }
  Value max(Value a, Value b) { return mlir::arith::MaxUIOp::create(*this, a, b); }
  Value less(Value a, Value b) { return compare(mlir::arith::CmpIPredicate::ult, a, b); }
  Value lessEqual(Value a, Value b) { return compare(mlir::arith::CmpIPredicate::ule, a, b); }
  Value equal(Value a, Value b) { return compare(mlir::arith::CmpIPredicate::eq, a, b); }
  Value notEqual(Value a, Value b) { return compare(mlir::arith::CmpIPredicate::ne, a, b); }
  Value select(Value condition, Value a, Value b);
  Value roundUp(Value value, int64_t multiple);

  /// Between index and any unsigned integer width; nothing if types agree.
  Value toIndex(Value value) { return cast(value, getIndexType()); }
  Value cast(Value value, mlir::Type type);

  Value load(Value buffer, mlir::ValueRange at) {
    return mlir::memref::LoadOp::create(*this, buffer, at);
  }
  Value loadIndex(Value buffer, Value at) { return toIndex(load(buffer, at)); }
  void store(Value value, Value buffer, mlir::ValueRange at) {
    mlir::memref::StoreOp::create(*this, value, buffer, at);
  }
  /// Stores an index, narrowed to the buffer's element type.
  void storeIndex(Value value, Value buffer, Value at);

  /// for at in [from, to) by `step`; returns the values carried out.
  Values loop(Value from, Value to, mlir::ValueRange carried,
              llvm::function_ref<Values(Value at, mlir::ValueRange carried)> body,
              int64_t step = 1);
  void loop(Value from, Value to, llvm::function_ref<void(Value at)> body, int64_t step = 1);

  /// Both arms return values of `types`.
  Values ifElse(Value condition, mlir::TypeRange types, llvm::function_ref<Values()> then,
                llvm::function_ref<Values()> otherwise);
  void ifElse(Value condition, llvm::function_ref<void()> then,
              llvm::function_ref<void()> otherwise);
  void ifThen(Value condition, llvm::function_ref<void()> then);

  /// while (condition(carried)) carried = body(carried)
  Values whileLoop(mlir::ValueRange carried,
                   llvm::function_ref<Value(mlir::ValueRange)> condition,
                   llvm::function_ref<Values(mlir::ValueRange)> body);

private:
  Value compare(mlir::arith::CmpIPredicate predicate, Value a, Value b) {
    return mlir::arith::CmpIOp::create(*this, predicate, a, b);
  }
};

} // namespace scratch

#endif // SCRATCH_PASSES_EMISSION_LOOPBUILDER_H
