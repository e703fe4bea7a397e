//===- Turns.cpp - loops of several steps a turn --------------------------===//
#include "passes/Emission/Turns.h"

using namespace mlir;
using namespace scratch;
using Values = LoopBuilder::Values;

Values scratch::emitTurns(LoopBuilder &b, Value from, Value to, int64_t turn, ValueRange carried,
                          function_ref<Values(Value at, ValueRange carried, int64_t step)> body) {
  if (turn == 1)
    return b.loop(from, to, carried,
                  [&](Value at, ValueRange before) { return body(at, before, 0); });
  Value size = b.index(turn);
  Value turns = arith::DivUIOp::create(b, b.sub(to, from), size);
  Value whole = b.add(from, b.mul(turns, size));
  Values sums = b.loop(
      from, whole, carried,
      [&](Value first, ValueRange before) {
        Values after = before;
        for (int64_t step = 0; step < turn; ++step)
          after = body(step ? b.add(first, b.index(step)) : first, after, step);
        return after;
      },
      turn);
  return b.loop(whole, to, sums,
                [&](Value at, ValueRange before) { return body(at, before, kInNoTurn); });
}
