//===- Selection.cpp - which units a rule keeps ---------------------------===//
//
// Stage: expand. The K largest of a run of scores are found without sorting:
// scores are not negative, so their bit patterns have the order of their values,
// and the K-th largest pattern is built bit by bit from the top, one counting
// pass per bit. Then what is larger is kept, and of what is equal the first.
//
//===----------------------------------------------------------------------===//
#include "passes/Expand/Operands.h"
#include "passes/Expand/Prune/Scores.h"
#include "passes/Expand/RowLoops.h"

#include "mlir/Dialect/Math/IR/Math.h"
#include "runtime/abi/scratch.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace scratch;

static void keep(LoopBuilder &b, Value condition, Value bytes, Value at) {
  b.store(b.cast(condition, b.getI8Type()), bytes, at);
}

/// Keeps the `k` largest of scores [first, last).
static void keepLargest(LoopBuilder &b, Value scores, Value bytes, Value first, Value last,
                        Value k) {
  unsigned width = cast<MemRefType>(scores.getType()).getElementTypeBitWidth();
  Type pattern = b.getIntegerType(width);
  auto patternAt = [&](Value at) -> Value {
    return arith::BitcastOp::create(b, pattern, b.load(scores, at));
  };
  auto countIf = [&](function_ref<Value(Value)> test) {
    return b.loop(first, last, {b.index(0)}, [&](Value at, ValueRange before) {
      return LoopBuilder::Values{
          b.add(before[0], b.cast(test(patternAt(at)), b.getIndexType()))};
    }).front();
  };
  // The sign bit is never set.
  Value top = b.integer(int64_t(1) << (width - 2), pattern);
  Value least = b.loop(b.index(0), b.index(width - 1), {b.integer(0, pattern)},
                       [&](Value step, ValueRange before) {
                         Value bit = arith::ShRUIOp::create(b, top, b.cast(step, pattern));
                         Value candidate = b.bitOr(before[0], bit);
                         Value enough = b.lessEqual(
                             k, countIf([&](Value p) { return b.lessEqual(candidate, p); }));
                         return LoopBuilder::Values{b.select(enough, candidate, before[0])};
                       }).front();
  Value larger = countIf([&](Value p) { return b.less(least, p); });
  Value ties = b.select(b.less(larger, k), b.sub(k, larger), b.index(0));
  b.loop(first, last, {ties}, [&](Value at, ValueRange left) {
    Value p = patternAt(at);
    Value tie = b.bitAnd(b.equal(p, least), b.less(b.index(0), left[0]));
    keep(b, b.bitOr(b.less(least, p), tie), bytes, at);
    return LoopBuilder::Values{b.sub(left[0], b.cast(tie, b.getIndexType()))};
  });
}

static void keepAbove(LoopBuilder &b, MaskThresholdOp op, Value scores, Value bytes, Value units) {
  Value threshold = toDouble(b, op.getThreshold());
  Value mean = op.getRelative() ? emitMean(b, scores, units) : Value();
  b.loop(b.index(0), units, [&](Value u) {
    Value score = b.load(scores, u);
    score = mean ? emitRelative(b, score, mean) : toDouble(b, score);
    // Unordered counts as above: infinity over infinity stays.
    keep(b, arith::CmpFOp::create(b, arith::CmpFPredicate::UGT, score, threshold), bytes, u);
  });
}

/// floor(keep * units + 1/2) in [0, units]; a NaN keeps none.
static Value countToKeep(LoopBuilder &b, Value fraction, Value units) {
  auto real = [&](double value) -> Value {
    return arith::ConstantOp::create(b, b.getF64FloatAttr(value));
  };
  Value all = arith::UIToFPOp::create(b, b.getF64Type(), b.cast(units, b.getI64Type()));
  Value wanted = arith::AddFOp::create(b, arith::MulFOp::create(b, fraction, all), real(0.5));
  Value bounded = arith::MinNumFOp::create(b, arith::MaxNumFOp::create(b, wanted, real(0)), all);
  return b.cast(arith::FPToUIOp::create(b, b.getI64Type(), bounded), b.getIndexType());
}

static void keepOfGroups(LoopBuilder &b, MaskNMOp op, const UnitGrid &grid, Value scores,
                         Value bytes) {
  int64_t n = op.getType().getUnit()[0], m = op.getType().getUnit()[1];
  FailOp::create(b, b.equal(arith::RemUIOp::create(b, grid.columns, b.index(m)), b.index(0)),
                 SCRATCH_SHAPE_MISMATCH, "mask.n_m: columns as a multiple of M", grid.columns,
                 b.index(m));
  parallelRows(b, countIfOk(b, grid.rows), [&](Value first, Value last) {
    b.loop(b.mul(first, grid.columns), b.mul(last, grid.columns), [&](Value group) {
      b.loop(b.index(0), b.index(m), [&](Value mine) {
        Value score = b.load(scores, b.add(group, mine));
        Value ahead = b.loop(b.index(0), b.index(m), {b.index(0)}, [&](Value o, ValueRange c) {
          Value other = b.load(scores, b.add(group, o));
          Value larger = arith::CmpFOp::create(b, arith::CmpFPredicate::OGT, other, score);
          Value equal = arith::CmpFOp::create(b, arith::CmpFPredicate::OEQ, other, score);
          Value first = b.bitOr(larger, b.bitAnd(equal, b.less(o, mine)));
          return LoopBuilder::Values{b.add(c[0], b.cast(first, b.getIndexType()))};
        }).front();
        keep(b, b.less(ahead, b.index(n)), bytes, b.add(group, mine));
      });
    }, m);
  });
}

Value scratch::emitSelection(LoopBuilder &b, ScoredMaskInterface op, const UnitGrid &grid,
                             Value scores) {
  Value units = grid.count(b);
  Value bytes = AllocateOp::create(b, bufferOf(b.getI8Type()), ValueRange{units}, true);
  Value safeUnits = countIfOk(b, units);
  llvm::TypeSwitch<Operation *>(op)
      .Case([&](MaskThresholdOp op) { keepAbove(b, op, scores, bytes, safeUnits); })
      .Case([&](MaskMagnitudeOp op) {
        keepLargest(b, scores, bytes, b.index(0), safeUnits,
                    countToKeep(b, op.getKeep(), safeUnits));
      })
      .Case([&](MaskTopKOp op) {
        Value k = b.index(op.getType().getBound()[0]);
        FailOp::create(b, b.lessEqual(k, grid.columns), SCRATCH_SHAPE_MISMATCH,
                       "mask.top_k: columns, K of them kept", grid.columns, k);
        parallelRows(b, countIfOk(b, grid.rows), [&](Value first, Value last) {
          b.loop(first, last, [&](Value row) {
            Value begin = b.mul(row, grid.columns);
            keepLargest(b, scores, bytes, begin, b.add(begin, grid.columns), k);
          });
        });
      })
      .Case([&](MaskNMOp op) { keepOfGroups(b, op, grid, scores, bytes); });
  return bytes;
}
