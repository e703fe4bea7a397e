//===- CaptureGradients.cpp - what flows into a tensor that scores read ---===//
//
// Stage: expand. One pass over tiles for each place where a score region reads a
// captured tensor. With s the score and c the entry that was read for it,
//   gradient[entry] += weight * (flow - delta) * ds/dc
// Tasks run in parallel over those of batch, head and query whose number is itself an
// index of the entry: such tasks write different entries. Over the others one task
// loops, so that sums have one order and need no locks. A table that all of them
// share is summed by one worker.
//
//===----------------------------------------------------------------------===//
#include "passes/Emission/Exponential.h"
#include "passes/Expand/Attention/Backward.h"
#include "passes/Expand/Attention/ScoreDerivative.h"
#include "passes/Expand/RowLoops.h"

using namespace mlir;
using namespace scratch;

static constexpr double kLog2E = 1.4426950408889634;

/// Adds what the live entries of one tile send.
LogicalResult BackwardExpansion::addTile(tensor::ExtractOp read, const Task &task, Value first,
                                         Value count, Value partial, const Workspace &w,
                                         Value gradient) {
  Value list = b.add(b.mul(task.batch, e.queryHeads), task.head);
  ScalarDomain domain(b, formula, task.batch, task.head);
  LogicalResult fine = success();
  b.loop(b.index(0), task.rows, [&](Value row) {
    b.loop(b.index(0), count, [&](Value column) {
      Value own = b.add(task.first, row), other = b.add(first, column);
      auto add = [&] {
        Value query = formula.queryOrder.tokenAt(b, task.batch, task.head, own),
              key = formula.keyOrder.tokenAt(b, task.batch, task.head, other);
        FailureOr<ScoreAndSlope> at = emitScoreAndSlope(
            b, op.getScore(), {b.load(w.scores, {row, column}), task.batch, task.head, query, key},
            read);
        if (failed(at)) {
          fine = failure();
          return;
        }
        Value score = arith::MulFOp::create(b, at->score, real(kLog2E));
        Value log = b.load(entries.logs, {list, own});
        Value weight = emitExp2(b, arith::SubFOp::create(b, score, log));
        Value flow = b.load(w.flows, {row, column}), delta = b.load(entries.deltas, {list, own});
        flow = arith::SubFOp::create(b, flow, delta);
        Value sent = arith::MulFOp::create(b, arith::MulFOp::create(b, weight, flow), at->slope);
        // What weighs nothing flows nowhere, whatever its slope is.
        Value none = arith::CmpFOp::create(b, arith::CmpFPredicate::OEQ, weight, real(0.0));
        Value before = b.load(gradient, at->entry);
        b.store(b.select(none, before, arith::AddFOp::create(b, before, sent)), gradient,
                at->entry);
      };
      if (!partial)
        return add();
      Value live = b.ifElse(
          partial, {b.getI1Type()},
          [&] {
            return LoopBuilder::Values{mask::evaluate(domain, formula.predicate, own, other)};
          },
          [&] { return LoopBuilder::Values{b.bit(true)}; })[0];
      b.ifThen(live, add);
    });
  });
  return fine;
}

LogicalResult BackwardExpansion::passOfCapture(tensor::ExtractOp read, const Side &queries,
                                               const Side &keys, Value gradient) {
  Value zero = b.index(0), one = b.index(1);
  std::optional<TileMap> map = tasks.sortTiles(queries, keys, /*transposed=*/false);
  Block &body = op.getScore().front();
  // Batch, head and block of queries: in parallel, or looped over in a task.
  Value extents[] = {e.batches, e.queryHeads, tasks.blocksOf(queries)};
  bool apart[3];
  Value count = one;
  for (unsigned d = 0; d < 3; ++d) {
    apart[d] = llvm::is_contained(read.getIndices(), body.getArgument(d + 1));
    if (apart[d])
      count = b.mul(count, extents[d]);
  }
  LogicalResult fine = success();
  tasks.overTasks(countIfOk(b, count), queries, keys, [&](Value number, const Workspace &w) {
    Value from[3], to[3];
    for (int d = 2; d >= 0; --d) {
      from[d] = apart[d] ? remainder(number, extents[d]) : zero;
      to[d] = apart[d] ? b.add(from[d], one) : extents[d];
      if (apart[d])
        number = quotient(number, extents[d]);
    }
    b.loop(from[0], to[0], [&](Value batch) {
      b.loop(from[1], to[1], [&](Value head) {
        Value list = b.add(b.mul(batch, e.keyHeads), quotient(head, e.shared));
        b.loop(from[2], to[2], [&](Value block) {
          Task task = tasks.taskOf(batch, head, block, queries);
          packBlock(task, queries.main, w.main, emitScale(b, op.getScale(), e.size, 1.0));
          packBlock(task, queries.flow, w.flow, {});
          tasks.overTiles(task, head, keys.main.places, map,
                    [&](Value tile, Value first, Value count, Value partial) {
                      multiplyTile(task, queries, keys, list, tile, count, w);
                      if (failed(addTile(read, task, first, count, partial, w, gradient)))
                        fine = failure();
                    });
        });
      });
    });
  });
  if (map)
    map->release(b);
  return fine;
}
