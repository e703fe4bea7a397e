//===- BlockRows.cpp - how many rows a block of a product has -------------===//
#include "passes/Expand/Spgemm/BlockRows.h"

#include "passes/Expand/RowLoops.h"

using namespace mlir;
using namespace scratch;

/// Fewer rows have too little to share.
static constexpr int64_t kLeastRows = 8;

Value scratch::rowsOfBlock(LoopBuilder &b, const SparseOperand &lhs, const SparseOperand &rhs,
                           Type element, const BlockLimits &limits) {
  // A window has a value and a state for every column.
  int64_t columnBytes = element.isIndex() ? 9 : (element.getIntOrFloatBitWidth() + 7) / 8 + 1;
  Value one = b.index(1), width = b.max(b.roundUp(rhs.minors, kWordColumns), one);
  Value fit = arith::DivUIOp::create(b, b.index(limits.windowBytes / columnBytes), width);
  Value share = arith::DivUIOp::create(b, lhs.majors, b.index(limits.leastBlocks));
  return b.max(b.min(b.min(fit, share), b.index(limits.mostRows)), one);
}

Value scratch::areUsedOften(LoopBuilder &b, const SparseOperand &lhs, const SparseOperand &rhs,
                            Value number, const BlockLimits &limits) {
  Value mean = arith::DivUIOp::create(b, b.loadIndex(lhs.positions, lhs.majors),
                                      b.max(lhs.majors, b.index(1)));
  Value often = b.lessEqual(b.mul(rhs.majors, b.index(limits.uses)), b.mul(mean, number));
  return b.bitAnd(b.lessEqual(b.index(kLeastRows), number), often);
}

Value scratch::partitionEvenly(LoopBuilder &b, Value rows, Value number) {
  Value one = b.index(1), blocks = arith::CeilDivUIOp::create(b, rows, number);
  Value starts = AllocateOp::create(b, bufferOf(b.getI64Type()), ValueRange{b.add(blocks, one)},
                                    /*zeroed=*/false);
  b.loop(b.index(0), countIfOk(b, b.add(blocks, one)), [&](Value block) {
    b.storeIndex(b.min(b.mul(block, number), rows), starts, block);
  });
  return starts;
}
