//===- BackwardEntries.cpp - from scores and flows to slopes --------------===//
#include "passes/Expand/Attention/BackwardEntries.h"

#include "passes/Emission/ShortFloats.h"
#include "passes/Expand/Attention/AttentionOperands.h"
#include "passes/Expand/Attention/ScoreDerivative.h"
#include "passes/Expand/Operands.h"
#include "passes/Expand/RowLoops.h"

#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace scratch;

static constexpr int64_t kDynamic = ShapedType::kDynamic;

void BackwardEntries::computeStatistics(const HeadTensor &result, const HeadTensor &gradient) {
  Value places = formula.queryPlaces, padded = b.roundUp(places, tiling.getKeys());
  Value lists = b.mul(e.batches, e.queryHeads);
  for (Value *buffer : {&logs, &deltas})
    *buffer = AllocateOp::create(b, MemRefType::get({kDynamic, kDynamic}, b.getF32Type()),
                                 ValueRange{lists, padded}, /*zeroed=*/false);
  Value logSumExp = openDense(b, op.getLogSumExp());
  Value infinite = real(std::numeric_limits<double>::infinity());
  parallelRows(b, countIfOk(b, lists), [&](Value first, Value last) {
    b.loop(first, last, [&](Value list) {
      Value batch = arith::DivUIOp::create(b, list, e.queryHeads);
      Value head = arith::RemUIOp::create(b, list, e.queryHeads);
      b.loop(b.index(0), places, [&](Value i) {
        Value token = formula.queryOrder.tokenAt(b, batch, head, i);
        Value log = b.load(logSumExp, {batch, head, token});
        Value empty = arith::CmpFOp::create(
            b, arith::CmpFPredicate::OEQ, log, real(-std::numeric_limits<double>::infinity()));
        Value scaled = arith::MulFOp::create(b, log, real(kLog2E));
        b.store(b.select(empty, infinite, scaled), logs, {list, i});
        Value delta = b.loop(b.index(0), e.valueSize, {real(0.0)}, [&](Value d, ValueRange sum) {
          Value o = emitToF32(b, b.load(result.buffer, result.at(batch, head, token, d)));
          Value g = emitToF32(b, b.load(gradient.buffer, gradient.at(batch, head, token, d)));
          return LoopBuilder::Values{
              arith::AddFOp::create(b, sum[0], arith::MulFOp::create(b, o, g))};
        })[0];
        b.store(delta, deltas, {list, i});
      });
      b.loop(places, padded, [&](Value i) {
        b.store(infinite, logs, {list, i});
        b.store(real(0.0), deltas, {list, i});
      });
    });
  });
}

/// Weights of entries that do not take part become zero.
void BackwardEntries::maskRow(ScalarDomain &domain, const Task &task, bool transposed,
                              Value row, Value firstColumn, Value count, Value weights) {
  int64_t lanes = tiling.getLanes();
  Value own = b.add(task.first, row), start = b.index(0);
  if (!transposed && LaneDomain::covers(formula, lanes)) {
    Value whole = b.bitAnd(count, b.index(-lanes));
    b.loop(start, whole, [&](Value j) {
      LaneDomain entries(domain, b.add(firstColumn, j), lanes);
      Value live = mask::evaluate(entries, formula.predicate, {own}, entries.keys());
      Value weight = vector::LoadOp::create(b, tiles.vectorType(), weights, ValueRange{row, j});
      vector::StoreOp::create(b, arith::SelectOp::create(b, live, weight, tiles.zeroVector()),
                              weights, ValueRange{row, j});
    }, lanes);
    start = whole;
  }
  b.loop(start, count, [&](Value c) {
    Value other = b.add(firstColumn, c);
    Value live = mask::evaluate(domain, formula.predicate, transposed ? other : own,
                                transposed ? own : other);
    b.store(b.select(live, b.load(weights, {row, c}), real(0.0)), weights, {row, c});
  });
}

/// The score region at one entry: `scores` gets the score in powers of two.
LogicalResult BackwardEntries::slopeOfRegion(const Task &task, Value queryHead, bool transposed,
                                             Value firstColumn, Value row, Value column,
                                             const Workspace &w, Value &slope) {
  Value own = b.add(task.first, row), other = b.add(firstColumn, column);
  Value query = formula.queryOrder.tokenAt(b, task.batch, task.head, transposed ? other : own),
        key = formula.keyOrder.tokenAt(b, task.batch, task.head, transposed ? own : other);
  FailureOr<ScoreAndSlope> at = emitScoreAndSlope(
      b, op.getScore(), {b.load(w.scores, {row, column}), task.batch, queryHead, query, key});
  if (failed(at))
    return failure();
  b.store(arith::MulFOp::create(b, at->score, real(kLog2E)), w.scores, {row, column});
  slope = at->slope;
  return success();
}

LogicalResult BackwardEntries::weigh(const Task &task, Value queryHead, bool transposed,
                                     Value firstColumn, Value count, Value partial,
                                     const Workspace &w) {
  int64_t lanes = tiling.getLanes();
  Value list = b.add(b.mul(task.batch, e.queryHeads), queryHead), zero = b.index(0);
  Value stop = b.roundUp(count, lanes);
  ScalarDomain domain(b, formula, task.batch, queryHead);
  auto vectorAt = [&](Value buffer, Value row, Value column) -> Value {
    return vector::LoadOp::create(b, tiles.vectorType(), buffer, ValueRange{row, column});
  };
  auto put = [&](Value value, Value buffer, Value row, Value column) {
    vector::StoreOp::create(b, value, buffer, ValueRange{row, column});
  };
  LogicalResult fine = success();
  b.loop(zero, task.rows, [&](Value row) {
    // The numbers of queries: one per row, or one per column.
    auto statistic = [&](Value buffer, Value column) -> Value {
      if (transposed)
        return vectorAt(buffer, list, b.add(firstColumn, column));
      return tiles.splat(b.load(buffer, {list, b.add(task.first, row)}));
    };
    // flows = (flows - delta) * score'
    b.loop(zero, stop, [&](Value j) {
      put(arith::SubFOp::create(b, vectorAt(w.flows, row, j), statistic(deltas, j)), w.flows, row,
          j);
    }, lanes);
    if (!op.getScore().empty())
      b.loop(zero, count, [&](Value j) {
        Value slope;
        if (failed(slopeOfRegion(task, queryHead, transposed, firstColumn, row, j, w, slope))) {
          fine = failure();
          return;
        }
        b.store(arith::MulFOp::create(b, b.load(w.flows, {row, j}), slope), w.flows, {row, j});
      });
    b.loop(zero, stop, [&](Value j) {
      Value less = arith::SubFOp::create(b, vectorAt(w.scores, row, j), statistic(logs, j));
      put(tiles.exp2(less, /*ofWeights=*/false), w.scores, row, j);
    }, lanes);
    if (partial)
      b.ifThen(partial, [&] {
        maskRow(domain, task, transposed, row, firstColumn, count, w.scores);
      });
    // What weighs nothing flows nowhere, whatever its slope is.
    b.loop(zero, stop, [&](Value j) {
      Value weight = vectorAt(w.scores, row, j);
      Value none = arith::CmpFOp::create(b, arith::CmpFPredicate::OEQ, weight, tiles.zeroVector());
      Value slope = arith::MulFOp::create(b, weight, vectorAt(w.flows, row, j));
      put(arith::SelectOp::create(b, none, tiles.zeroVector(), slope), w.flows, row, j);
    }, lanes);
  });
  return fine;
}

void BackwardEntries::sumLive(const Task &task, Value queryHead, bool transposed, Value first,
                              Value count, Value weights, const TokenRows &rows, Value row,
                              Value sums) {
  ScalarDomain domain(b, formula, task.batch, queryHead);
  b.loop(b.index(0), task.rows, [&](Value r) {
    b.loop(b.index(0), count, [&](Value c) {
      Value own = b.add(task.first, r), other = b.add(first, c);
      Value live = mask::evaluate(domain, formula.predicate, transposed ? other : own,
                                  transposed ? own : other);
      b.ifThen(live, [&] {
        Value weight = b.load(weights, {r, c});
        b.loop(b.index(0), rows.size, [&](Value d) {
          Value term =
              arith::MulFOp::create(b, weight, b.load(rows.buffer, {b.add(row, c), d}));
          b.store(arith::AddFOp::create(b, b.load(sums, {r, d}), term), sums, {r, d});
        });
      });
    });
  });
}
