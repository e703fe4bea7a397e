//===- DenseKnown.cpp - dense window of rows whose columns are known ------===//
//
// Stage: map (x86). Nobody asks which columns were touched: they start from the identity,
// and are copied out along the coordinates. Where these have runs, eight columns at a time.
//
//===----------------------------------------------------------------------===//
#include "passes/Conversion/X86/Accumulators/Dense.h"
#include "passes/Conversion/X86/Accumulators/PackLanes.h"

#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace scratch;

/// Columns of a run that are taken together.
static constexpr int64_t kRun = kPackedLanes;
/// Entries of a known row from which runs are looked for, and columns per entry that leave
/// room for some.
static constexpr int64_t kRunsFrom = 32, kRunsWithin = 8;

void DenseAccumulator::overRuns(LoopBuilder &b, Value coordinates, Value first, Value last,
                                function_ref<void(Value, Value)> run,
                                function_ref<void(Value, Value)> one) {
  Type stored = cast<MemRefType>(coordinates.getType()).getElementType();
  auto single = [&](Value p) { one(p, b.sub(b.loadIndex(coordinates, p), low)); };
  Value count = b.sub(last, first), zero = b.index(0);
  Value compact = b.ifElse(
      b.lessEqual(b.index(kRunsFrom), count), {b.getI1Type()},
      [&] {
        Value range = b.sub(b.loadIndex(coordinates, b.sub(last, b.index(1))),
                            b.loadIndex(coordinates, first));
        return LoopBuilder::Values{b.less(range, b.mul(count, b.index(kRunsWithin)))};
      },
      [&] { return LoopBuilder::Values{b.bit(false)}; })[0];
  Value inRuns = b.select(compact, b.bitAnd(count, b.index(-kRun)), zero);
  Value whole = b.add(first, inRuns);
  auto type = VectorType::get({kRun}, stored);
  b.loop(
      first, whole,
      [&](Value p) {
        Value some = vector::LoadOp::create(b, type, coordinates, ValueRange{p});
        Value start = b.load(coordinates, p);
        Value same = arith::CmpIOp::create(b, arith::CmpIPredicate::eq, some, ramp(b, start));
        Value all = vector::ReductionOp::create(b, vector::CombiningKind::AND, same);
        b.ifElse(
            all, [&] { run(p, b.sub(b.toIndex(start), low)); },
            [&] {
              for (int64_t k = 0; k < kRun; ++k)
                single(b.add(p, b.index(k)));
            });
      },
      kRun);
  b.loop(whole, last, single);
}

/// Columns that are known start from the identity.
void DenseAccumulator::mark(LoopBuilder &b, MarkOp op) {
  if (!known())
    return Accumulator::mark(b, op);
  Value nothing = identity(b);
  Value blank = vector::BroadcastOp::create(b, VectorType::get({kRun}, element), nothing);
  overRuns(
      b, op.getCoordinates(), op.getFirst(), op.getLast(),
      [&](Value, Value column) {
        vector::StoreOp::create(b, blank, values, ValueRange{column});
      },
      [&](Value, Value column) { b.store(nothing, values, column); });
}

/// Every marked coordinate has its value, and nothing has to be cleared.
Value DenseAccumulator::drainKnown(LoopBuilder &b, DrainAlongOp op) {
  Type stored = cast<MemRefType>(op.getCoordinates().getType()).getElementType();
  Value shift = b.sub(op.getAt(), op.getFirst());
  bool there = op.getCoordinates() == op.getAlong() && op.getAt() == op.getFirst();
  auto valueType = VectorType::get({kRun}, element);
  overRuns(
      b, op.getAlong(), op.getFirst(), op.getLast(),
      [&](Value p, Value column) {
        Value place = b.add(p, shift);
        if (!there) {
          Value start = b.cast(b.add(column, low), stored);
          vector::StoreOp::create(b, ramp(b, start), op.getCoordinates(), ValueRange{place});
        }
        Value found = vector::LoadOp::create(b, valueType, values, ValueRange{column});
        vector::StoreOp::create(b, found, op.getValues(), ValueRange{place});
      },
      [&](Value p, Value column) {
        Value place = b.add(p, shift);
        if (!there)
          b.store(b.cast(b.add(column, low), stored), op.getCoordinates(), place);
        b.store(b.load(values, column), op.getValues(), place);
      });
  return b.sub(op.getLast(), op.getFirst());
}
