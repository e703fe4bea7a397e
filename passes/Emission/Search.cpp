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
