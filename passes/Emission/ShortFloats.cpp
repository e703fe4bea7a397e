//===- ShortFloats.cpp - bf16 and f16, in and out of f32 ------------------===//
#include "passes/Emission/ShortFloats.h"

using namespace mlir;
using namespace scratch;

Value scratch::emitToF32(LoopBuilder &b, Value value) {
  if (value.getType().isF32())
    return value;
  return arith::ExtFOp::create(b, b.getF32Type(), value);
}

Value scratch::emitFromF32(LoopBuilder &b, Value value, Type type) {
  if (type.isF32())
    return value;
  if (type.isF16())
    return arith::TruncFOp::create(b, type, value);
  Type i32 = b.getI32Type(), i16 = b.getIntegerType(16);
  Value bits = arith::BitcastOp::create(b, i32, value);
  Value odd = b.bitAnd(b.shiftRight(bits, 16), b.integer(1, i32));
  Value rounded = b.add(bits, b.add(odd, b.integer(0x7fff, i32)));
  Value quiet = b.bitOr(bits, b.integer(0x400000, i32));
  Value isNan = arith::CmpFOp::create(b, arith::CmpFPredicate::UNO, value, value);
  Value high = b.shiftRight(b.select(isNan, quiet, rounded), 16);
  return arith::BitcastOp::create(b, type, arith::TruncIOp::create(b, i16, high));
}
