//===- RowLoops.cpp - what the expansions share ---------------------------===//
#include "passes/Expand/RowLoops.h"

#include "passes/Expand/Operands.h"
#include "runtime/abi/scratch.h"

using namespace mlir;
using namespace scratch;

Value scratch::countIfOk(LoopBuilder &b, Value count) {
  return b.select(StatusOp::create(b), count, b.index(0));
}

void scratch::checkExtents(LoopBuilder &b, Value found, Value expected, StringRef what) {
  FailOp::create(b, b.equal(found, expected), SCRATCH_SHAPE_MISMATCH, what, found, expected);
}

static void parallel(LoopBuilder &b, Value chunks, Value rows,
                     function_ref<LoopBuilder::Values()> setup,
                     function_ref<void(Value, Value, Value, ValueRange)> body,
                     function_ref<void(ValueRange)> teardown, bool team = false) {
  auto op = ParallelOp::create(b, chunks, rows, team);
  OpBuilder::InsertionGuard guard(b);
  b.createBlock(&op.getSetup());
  LoopBuilder::Values state = setup();
  YieldOp::create(b, state);
  SmallVector<Type> types(3, b.getIndexType());
  for (Value value : state)
    types.push_back(value.getType());
  SmallVector<Location> locs(types.size(), b.getLoc());
  Block *block = b.createBlock(&op.getBody(), {}, types, locs);
  body(block->getArgument(0), block->getArgument(1), block->getArgument(2),
       block->getArguments().drop_front(3));
  YieldOp::create(b);
  block = b.createBlock(&op.getTeardown(), {}, ArrayRef<Type>(types).drop_front(3),
                        ArrayRef<Location>(locs).drop_front(3));
  teardown(block->getArguments());
  YieldOp::create(b);
}

void scratch::parallelRows(LoopBuilder &b, Value rows, function_ref<void(Value, Value)> body) {
  parallel(
      b, {}, rows, [] { return LoopBuilder::Values(); },
      [&](Value, Value first, Value last, ValueRange) { body(first, last); }, [](ValueRange) {});
}

void scratch::parallelChunks(LoopBuilder &b, Value starts,
                             function_ref<LoopBuilder::Values()> setup,
                             function_ref<void(Value, Value, Value, ValueRange)> body,
                             function_ref<void(ValueRange)> teardown) {
  parallel(b, starts, {}, setup, body, teardown);
}

void scratch::parallelTeams(LoopBuilder &b, Value starts,
                            function_ref<LoopBuilder::Values()> setup,
                            function_ref<void(Value, Value, Value, ValueRange)> body,
                            function_ref<void(ValueRange)> teardown) {
  parallel(b, starts, {}, setup, body, teardown, /*team=*/true);
}

Value scratch::partitionByEntries(LoopBuilder &b, Value positions, Value rows, Value perEntry,
                                  int64_t perRow) {
  return PartitionOp::create(b, bufferOf(b.getI64Type()), positions, rows, perEntry,
                             perRow);
}

void scratch::recordCount(LoopBuilder &b, StringRef field, int64_t lane, Value amount) {
  RecordOp::create(b, field, lane, amount);
}
