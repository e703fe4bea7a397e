//===- Positions.cpp - positions of a product's result --------------------===//
#include "passes/Expand/Spgemm/Positions.h"

#include "dialects/Scratch/Scratch.h"
#include "passes/Expand/Operands.h"
#include "runtime/abi/scratch.h"

using namespace mlir;
using namespace scratch;

Value scratch::openPositions(LoopBuilder &b, RankedTensorType result, Value rows) {
  Value zero = b.index(0);
  Value positions = AllocateOp::create(b, positionsType(result),
                                       ValueRange{b.add(rows, b.index(1))}, false);
  b.ifThen(StatusOp::create(b), [&] { b.storeIndex(zero, positions, zero); });
  return positions;
}

Value scratch::scanCounts(LoopBuilder &b, RankedTensorType result, Value positions, Value rows) {
  Value zero = b.index(0), one = b.index(1);
  Value total = b.loop(zero, rows, {zero}, [&](Value row, ValueRange sum) {
                   Value next = b.add(row, one);
                   Value after = b.add(sum[0], b.loadIndex(positions, next));
                   b.storeIndex(after, positions, next);
                   return LoopBuilder::Values{after};
                 }).front();
  checkTotal(b, result, total);
  return total;
}

/// In 64 bits.
void scratch::checkTotal(LoopBuilder &b, RankedTensorType result, Value total) {
  int64_t widest = largest(positionsType(result).getElementType());
  if (widest == std::numeric_limits<int64_t>::max())
    return;
  Value limit = b.index(widest);
  FailOp::create(b, b.lessEqual(total, limit), SCRATCH_INDEX_OVERFLOW,
                 "spgemm: entries of the result", total, limit);
}
