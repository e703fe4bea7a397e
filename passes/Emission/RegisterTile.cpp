//===- RegisterTile.cpp - one step of a tile of sums in registers ---------===//
#include "passes/Emission/RegisterTile.h"

#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace scratch;

Value scratch::multiplyAdd(LoopBuilder &b, Value a, Value c, Value sum) {
  auto fast = arith::FastMathFlagsAttr::get(b.getContext(), arith::FastMathFlags::contract);
  return arith::AddFOp::create(b, sum, arith::MulFOp::create(b, a, c, fast), fast);
}

Value scratch::spread(LoopBuilder &b, Value scalar, Type type) {
  return isa<VectorType>(type) ? Value(vector::BroadcastOp::create(b, type, scalar)) : scalar;
}

Value scratch::sumLanes(LoopBuilder &b, Value vector) {
  // Without leave to reorder, lanes would be added one after the other.
  return vector::ReductionOp::create(b, vector::CombiningKind::ADD, vector,
                                     arith::FastMathFlags::reassoc);
}

LoopBuilder::Values scratch::stepTile(LoopBuilder &b, int64_t height, ValueRange c,
                                      ValueRange sums, function_ref<Value(int64_t)> rowValue,
                                      ProductEmitter product) {
  LoopBuilder::Values after;
  for (int64_t r = 0; r < height; ++r) {
    Value a = rowValue(r);
    for (size_t v = 0; v < c.size(); ++v)
      after.push_back(product(a, c[v], sums[r * c.size() + v]));
  }
  return after;
}
