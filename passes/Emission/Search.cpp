//===- Search.cpp - where a coordinate is in a segment --------------------===//
#include "passes/Emission/Search.h"

using namespace mlir;
using namespace scratch;

Value scratch::emitLowerBound(LoopBuilder &b, Value coordinates, Value from, Value to,
                              Value wanted) {
  Value one = b.index(1);
  auto end = b.whileLoop(
      {from, b.sub(to, from)}, [&](ValueRange at) { return b.less(one, at[1]); },
      [&](ValueRange at) {
        Value half = b.shiftRight(at[1], 1);
        Value next = b.add(at[0], half);
        Value before = b.less(b.loadIndex(coordinates, b.sub(next, one)), wanted);
        return LoopBuilder::Values{b.select(before, next, at[0]), b.sub(at[1], half)};
      });
  // One is left, unless the range was empty.
  return b.ifElse(
      b.less(end[0], to), {b.getIndexType()},
      [&] {
        Value before = b.less(b.loadIndex(coordinates, end[0]), wanted);
        return LoopBuilder::Values{b.add(end[0], b.cast(before, b.getIndexType()))};
      },
      [&] { return LoopBuilder::Values{to}; })[0];
}

Value scratch::emitPartitionPoint(LoopBuilder &b, Value from, Value to,
                                  function_ref<Value(Value)> isBehind) {
  return b.whileLoop(
      {from, to}, [&](ValueRange range) { return b.less(range[0], range[1]); },
      [&](ValueRange range) {
        Value middle = b.shiftRight(b.add(range[0], range[1]), 1);
        Value behind = isBehind(middle);
        return LoopBuilder::Values{b.select(behind, range[0], b.add(middle, b.index(1))),
                                   b.select(behind, middle, range[1])};
      })[0];
}

Value scratch::emitUpperBound(LoopBuilder &b, Value buffer, Value from, Value to, Value value) {
  return emitPartitionPoint(b, from, to,
                            [&](Value at) { return b.less(value, b.loadIndex(buffer, at)); });
}
