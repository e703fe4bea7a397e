//===- LoopBuilder.cpp - short words for loops over buffers ---------------===//
#include "passes/Emission/LoopBuilder.h"

using namespace mlir;
using namespace scratch;

Value LoopBuilder::index(int64_t value) { return arith::ConstantIndexOp::create(*this, value); }

Value LoopBuilder::bit(bool value) { return integer(value, getI1Type()); }

Value LoopBuilder::integer(int64_t value, Type type) {
  if (isa<IndexType>(type))
    return index(value);
  return arith::ConstantOp::create(*this, IntegerAttr::get(type, value));
}

Value LoopBuilder::shiftRight(Value a, int64_t bits) {
  return arith::ShRUIOp::create(*this, a, integer(bits, a.getType()));
}

Value LoopBuilder::shiftLeft(Value a, int64_t bits) {
  return arith::ShLIOp::create(*this, a, integer(bits, a.getType()));
}

Value LoopBuilder::select(Value condition, Value a, Value b) {
  return arith::SelectOp::create(*this, condition, a, b);
}

Value LoopBuilder::roundUp(Value value, int64_t multiple) {
  Value above = add(value, integer(multiple - 1, value.getType()));
  if (llvm::isPowerOf2_64(multiple))
    return bitAnd(above, integer(-multiple, value.getType()));
  Value whole = integer(multiple, value.getType());
  return mul(arith::DivUIOp::create(*this, above, whole), whole);
}

Value LoopBuilder::cast(Value value, Type type) {
  Type from = value.getType();
  if (from == type)
    return value;
  if (isa<IndexType>(from) || isa<IndexType>(type))
    return arith::IndexCastUIOp::create(*this, type, value);
  if (from.getIntOrFloatBitWidth() < type.getIntOrFloatBitWidth())
    return arith::ExtUIOp::create(*this, type, value);
  return arith::TruncIOp::create(*this, type, value);
}

void LoopBuilder::storeIndex(Value value, Value buffer, Value at) {
  store(cast(value, mlir::cast<MemRefType>(buffer.getType()).getElementType()), buffer, at);
}

LoopBuilder::Values LoopBuilder::loop(Value from, Value to, ValueRange carried,
                                      function_ref<Values(Value, ValueRange)> body,
                                      int64_t step) {
  auto op = scf::ForOp::create(
      *this, from, to, index(step), carried,
      [&](OpBuilder &inner, Location loc, Value at, ValueRange arguments) {
        OpBuilder::InsertionGuard guard(*this);
        setInsertionPoint(inner.getInsertionBlock(), inner.getInsertionPoint());
        scf::YieldOp::create(*this, body(at, arguments));
      });
  return Values(op.getResults());
}

void LoopBuilder::loop(Value from, Value to, function_ref<void(Value)> body, int64_t step) {
  loop(from, to, ValueRange(),
       [&](Value at, ValueRange) {
         body(at);
         return Values();
       },
       step);
}

LoopBuilder::Values LoopBuilder::ifElse(Value condition, TypeRange types,
                                        function_ref<Values()> then,
                                        function_ref<Values()> otherwise) {
  auto arm = [&](function_ref<Values()> body) {
    return [this, body](OpBuilder &inner, Location loc) {
      OpBuilder::InsertionGuard guard(*this);
      setInsertionPoint(inner.getInsertionBlock(), inner.getInsertionPoint());
      scf::YieldOp::create(*this, body());
    };
  };
  auto op = scf::IfOp::create(*this, condition, arm(then), arm(otherwise));
  assert(TypeRange(op.getResultTypes()) == types && "arms disagree");
  (void)types;
  return Values(op.getResults());
}

void LoopBuilder::ifElse(Value condition, function_ref<void()> then,
                         function_ref<void()> otherwise) {
  auto arm = [](function_ref<void()> body) {
    return [body] {
      body();
      return Values();
    };
  };
  ifElse(condition, TypeRange(), arm(then), arm(otherwise));
}

void LoopBuilder::ifThen(Value condition, function_ref<void()> then) {
  scf::IfOp::create(*this, condition, [&](OpBuilder &inner, Location loc) {
    OpBuilder::InsertionGuard guard(*this);
    setInsertionPoint(inner.getInsertionBlock(), inner.getInsertionPoint());
    then();
    scf::YieldOp::create(*this);
  });
}

LoopBuilder::Values LoopBuilder::whileLoop(ValueRange carried,
                                           function_ref<Value(ValueRange)> condition,
                                           function_ref<Values(ValueRange)> body) {
  auto op = scf::WhileOp::create(
      *this, carried.getTypes(), carried,
      [&](OpBuilder &inner, Location loc, ValueRange arguments) {
        OpBuilder::InsertionGuard guard(*this);
        setInsertionPoint(inner.getInsertionBlock(), inner.getInsertionPoint());
        scf::ConditionOp::create(*this, condition(arguments), arguments);
      },
      [&](OpBuilder &inner, Location loc, ValueRange arguments) {
        OpBuilder::InsertionGuard guard(*this);
        setInsertionPoint(inner.getInsertionBlock(), inner.getInsertionPoint());
        scf::YieldOp::create(*this, body(arguments));
      });
  return Values(op.getResults());
}
