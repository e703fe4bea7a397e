//===- RandomNumbers.cpp - numbers of a seed, by position -----------------===//
#include "passes/Emission/RandomNumbers.h"

using namespace mlir;
using namespace scratch;

Value scratch::emitRandomBits(LoopBuilder &b, Value seed, Value position) {
  Type i64 = b.getI64Type();
  auto constant = [&](uint64_t value) { return b.integer(static_cast<int64_t>(value), i64); };
  auto fold = [&](Value z, int64_t bits) -> Value {
    return arith::XOrIOp::create(b, z, b.shiftRight(z, bits));
  };
  Value number = b.add(b.cast(position, i64), b.integer(1, i64));
  Value z = b.add(seed, b.mul(number, constant(0x9e3779b97f4a7c15)));
  z = b.mul(fold(z, 30), constant(0xbf58476d1ce4e5b9));
  return fold(b.mul(fold(z, 27), constant(0x94d049bb133111eb)), 31);
}
