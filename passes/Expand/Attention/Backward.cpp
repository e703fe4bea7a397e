//===- Backward.cpp - gradients of attention ------------------------------===//
//
// Stage: expand. Two passes over tiles, each of which writes what it owns, so that
// sums have one order and need no locks [1]:
//   rows are queries, columns keys:   query gradient
//   rows are keys, columns queries:   key and value gradients, over the query heads
//                                     that share the key head
// Per tile, with left and right the two sides in the pass' order:
//   scores = left right^T,  flows = left' right'^T   (gradient times value)
//   weights = 2^(scores - log-sum-exp);  slopes = weights * (flows - delta) * score'
//   sums += slopes * right  (and weights * gradient)
// delta(i) = result(i) . gradient(i). Masks are asked as in the forward pass.
//
// [1] Dao, arXiv:2307.08691, section 3.2.
//===----------------------------------------------------------------------===//
#include "passes/Emission/Exponential.h"
#include "passes/Emission/ShortFloats.h"
#include "passes/Expand/Attention/HeadTensors.h"
#include "passes/Expand/Attention/ScoreDerivative.h"
#include "passes/Expand/Attention/TileMap.h"
#include "passes/Expand/Attention/Tiles.h"
#include "passes/Expand/Kernels.h"
#include "passes/Expand/Operands.h"
#include "passes/Expand/Prune/MaskUses.h"
#include "passes/Expand/RowLoops.h"

#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace scratch;

static constexpr int64_t kDynamic = ShapedType::kDynamic;
static constexpr double kLog2E = 1.4426950408889634;

namespace {

/// One side of the products: queries with their gradients, or keys with values.
struct Side {
  HeadLists main, flow;
  Value mainPanels, flowPanels;
  TokenRows mainRows, flowRows;

  void pack(LoopBuilder &b, AttentionTiles &tiles, int64_t lanes) {
    mainPanels = packPanels(b, main, tiles.panel());
    flowPanels = packPanels(b, flow, tiles.panel());
    mainRows = openRows(b, main, lanes);
    flowRows = openRows(b, flow, lanes);
  }
  void release(LoopBuilder &b) const {
    for (Value buffer : {mainPanels, flowPanels})
      ReleaseOp::create(b, buffer);
    for (const TokenRows &rows : {mainRows, flowRows})
      if (rows.owned)
        ReleaseOp::create(b, rows.buffer);
  }
};

class BackwardExpansion {
public:
  BackwardExpansion(LoopBuilder &b, AttentionBackwardOp op)
      : b(b), op(op), tiling(*op.getTiling()), tiles(b, tiling) {}
  FailureOr<LoopBuilder::Values> expand();

private:
  /// A block of rows of one list.
  struct Task {
    Value batch, head, block, first, rows;
  };
  /// Buffers of one worker.
  struct Workspace {
    Value main, flow;       ///< rows of the task, interleaved
    Value scores, flows;    ///< a tile each
    Value sums, flowSums;
  };
  Value real(double value) {
    return arith::ConstantOp::create(b, b.getF32FloatAttr(value));
  }
  Value splat(Value scalar) {
    return vector::BroadcastOp::create(b, tiles.vectorType(), scalar);
  }
  Value quotient(Value a, Value c) { return arith::DivUIOp::create(b, a, c); }
  Value remainder(Value a, Value c) { return arith::RemUIOp::create(b, a, c); }

  void computeStatistics(const HeadTensor &result, const HeadTensor &gradient);
  LogicalResult pass(const Side &left, const Side &right, bool transposed,
                     const HeadTensor &mainResult, const HeadTensor &flowResult);
  LogicalResult runTask(const Task &task, const Side &left, const Side &right, bool transposed,
                        const std::optional<TileMap> &map, const Workspace &w);
  void packBlock(const Task &task, const HeadLists &lists, Value buffer, Value scale);
  void clear(Value sums, Value rows, Value columns);
  LogicalResult weigh(const Task &task, Value queryHead, bool transposed, Value firstColumn,
                      Value count, Value partial, const Workspace &w);
  LogicalResult slopeOfRegion(const Task &task, Value queryHead, bool transposed,
                              Value firstColumn, Value row, Value column, const Workspace &w,
                              Value &slope);
  void maskRow(ScalarDomain &domain, const Task &task, bool transposed, Value row,
               Value firstColumn, Value count, Value weights);
  void write(const Task &task, Value sums, Value size, Value factor, const HeadTensor &target);

  LoopBuilder &b;
  AttentionBackwardOp op;
  TilingAttr tiling;
  AttentionTiles tiles;
  MaskFormula formula;
  AttentionExtents e;
  Value logs, deltas; ///< [batch * head][queries, padded]: log2, plus infinity if empty
};

} // namespace

/// Per query: its log-sum-exp in powers of two, and delta. Padding weighs nothing.
void BackwardExpansion::computeStatistics(const HeadTensor &result, const HeadTensor &gradient) {
  Value padded = b.roundUp(e.queries, tiling.getKeys());
  Value lists = b.mul(e.batches, e.queryHeads);
  for (Value *buffer : {&logs, &deltas})
    *buffer = AllocateOp::create(b, MemRefType::get({kDynamic, kDynamic}, b.getF32Type()),
                                 ValueRange{lists, padded}, /*zeroed=*/false);
  Value logSumExp = openDense(b, op.getLogSumExp());
  Value infinite = real(std::numeric_limits<double>::infinity());
  parallelRows(b, countIfOk(b, lists), [&](Value first, Value last) {
    b.loop(first, last, [&](Value list) {
      Value batch = quotient(list, e.queryHeads), head = remainder(list, e.queryHeads);
      b.loop(b.index(0), e.queries, [&](Value i) {
        Value log = b.load(logSumExp, {batch, head, i});
        Value empty = arith::CmpFOp::create(
            b, arith::CmpFPredicate::OEQ, log, real(-std::numeric_limits<double>::infinity()));
        Value scaled = arith::MulFOp::create(b, log, real(kLog2E));
        b.store(b.select(empty, infinite, scaled), logs, {list, i});
        Value delta = b.loop(b.index(0), e.valueSize, {real(0.0)}, [&](Value d, ValueRange sum) {
          Value o = emitToF32(b, b.load(result.buffer, result.at(batch, head, i, d)));
          Value g = emitToF32(b, b.load(gradient.buffer, gradient.at(batch, head, i, d)));
          return LoopBuilder::Values{
              arith::AddFOp::create(b, sum[0], arith::MulFOp::create(b, o, g))};
        })[0];
        b.store(delta, deltas, {list, i});
      });
      b.loop(e.queries, padded, [&](Value i) {
        b.store(infinite, logs, {list, i});
        b.store(real(0.0), deltas, {list, i});
      });
    });
  });
}

void BackwardExpansion::packBlock(const Task &task, const HeadLists &lists, Value buffer,
                                  Value scale) {
  Value height = b.index(tiling.getRows());
  Value rows = b.mul(arith::CeilDivUIOp::create(b, task.rows, height), height);
  b.loop(b.index(0), rows, [&](Value row) {
    Value block = quotient(row, height), lane = remainder(row, height);
    // Rows beyond the last repeat it: their sums are not written.
    Value token = b.add(task.first, b.min(row, b.sub(task.rows, b.index(1))));
    b.loop(b.index(0), lists.size, [&](Value d) {
      Value entry = emitToF32(
          b, b.load(lists.tensor.buffer, lists.tensor.at(task.batch, task.head, token, d)));
      if (scale)
        entry = arith::MulFOp::create(b, entry, scale);
      b.store(entry, buffer, {block, d, lane});
    });
  });
}

void BackwardExpansion::clear(Value sums, Value rows, Value columns) {
  Value height = b.index(tiling.getRows());
  Value all = b.mul(arith::CeilDivUIOp::create(b, rows, height), height);
  b.loop(b.index(0), all, [&](Value row) {
    b.loop(b.index(0), columns, [&](Value d) {
      vector::StoreOp::create(b, tiles.zeroVector(), sums, ValueRange{row, d});
    }, tiling.getLanes());
  });
}

/// Weights of entries that do not take part become zero.
void BackwardExpansion::maskRow(ScalarDomain &domain, const Task &task, bool transposed,
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
LogicalResult BackwardExpansion::slopeOfRegion(const Task &task, Value queryHead, bool transposed,
                                               Value firstColumn, Value row, Value column,
                                               const Workspace &w, Value &slope) {
  Value own = b.add(task.first, row), other = b.add(firstColumn, column);
  FailureOr<ScoreAndSlope> at =
      emitScoreAndSlope(b, op.getScore(),
                        {b.load(w.scores, {row, column}), task.batch, queryHead,
                         transposed ? other : own, transposed ? own : other});
  if (failed(at))
    return failure();
  b.store(arith::MulFOp::create(b, at->score, real(kLog2E)), w.scores, {row, column});
  slope = at->slope;
  return success();
}

/// Scores become weights, flows become slopes, in place.
LogicalResult BackwardExpansion::weigh(const Task &task, Value queryHead, bool transposed,
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
      return splat(b.load(buffer, {list, b.add(task.first, row)}));
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
      put(emitExp2(b, less), w.scores, row, j);
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

void BackwardExpansion::write(const Task &task, Value sums, Value size, Value factor,
                              const HeadTensor &target) {
  Type element = cast<MemRefType>(target.buffer.getType()).getElementType();
  b.loop(b.index(0), task.rows, [&](Value row) {
    b.loop(b.index(0), size, [&](Value d) {
      Value value = b.load(sums, {row, d});
      if (factor)
        value = arith::MulFOp::create(b, value, factor);
      b.store(emitFromF32(b, value, element), target.buffer,
              target.at(task.batch, task.head, b.add(task.first, row), d));
    });
  });
}

LogicalResult BackwardExpansion::runTask(const Task &task, const Side &left, const Side &right,
                                         bool transposed, const std::optional<TileMap> &map,
                                         const Workspace &w) {
  Value zero = b.index(0), one = b.index(1), width = b.index(tiling.getKeys());
  // In powers of two, unless a score region wants to see natural ones.
  Value scale =
      emitScale(b, op.getScale(), e.size, op.getScore().empty() ? kLog2E : 1.0);
  packBlock(task, left.main, w.main, scale);
  packBlock(task, left.flow, w.flow, {});
  clear(w.sums, task.rows, right.mainRows.size);
  if (transposed)
    clear(w.flowSums, task.rows, right.flowRows.size);
  Value columns = right.main.places;
  Value panels = arith::CeilDivUIOp::create(b, columns, b.index(tiles.panel()));
  Value panelsOfTile = b.index(tiling.getKeys() / tiles.panel());
  LogicalResult fine = success();
  // Columns' heads: the one that queries read, or those that share a key head.
  Value firstHead = transposed ? b.mul(task.head, e.shared) : task.head;
  b.loop(firstHead, b.add(firstHead, transposed ? e.shared : one), [&](Value queryHead) {
    Value columnHead = transposed ? queryHead : quotient(task.head, e.shared);
    Value list = b.add(b.mul(task.batch, right.main.heads), columnHead);
    auto tileBody = [&](Value tile, Value partial) {
      Value first = b.mul(tile, width), count = b.min(b.sub(columns, first), width);
      Value panel = b.add(b.mul(list, panels), b.mul(tile, panelsOfTile));
      Value panelCount = arith::CeilDivUIOp::create(b, count, b.index(tiles.panel()));
      Value row = b.add(b.mul(list, columns), first);
      tiles.multiplyKeys({w.main, w.scores, {}, {}, {}, {}}, task.rows, right.mainPanels, panel,
                         panelCount, left.main.size);
      tiles.multiplyKeys({w.flow, w.flows, {}, {}, {}, {}}, task.rows, right.flowPanels, panel,
                         panelCount, left.flow.size);
      if (failed(weigh(task, queryHead, transposed, first, count, partial, w)))
        fine = failure();
      tiles.multiplyValues({{}, {}, w.sums, {}, {}, w.flows}, task.rows, right.mainRows.buffer, row,
                           count, right.mainRows.size);
      if (transposed)
        tiles.multiplyValues({{}, {}, w.flowSums, {}, {}, w.scores}, task.rows,
                             right.flowRows.buffer, row, count, right.flowRows.size);
    };
    Value from = zero, to = arith::CeilDivUIOp::create(b, columns, width);
    if (map)
      std::tie(from, to) = map->bounds(b, task.batch, queryHead, task.block);
    b.loop(from, to, [&](Value tile) {
      if (!map)
        return tileBody(tile, {});
      Value kind = map->kindAt(b, task.batch, queryHead, task.block, tile);
      auto is = [&](int64_t which) { return b.equal(kind, b.integer(which, b.getI8Type())); };
      b.ifThen(b.notEqual(kind, b.integer(TileMap::kSkipped, b.getI8Type())),
               [&] { tileBody(tile, is(TileMap::kPartial)); });
    });
  });
  return fine;
}

LogicalResult BackwardExpansion::pass(const Side &left, const Side &right, bool transposed,
                                      const HeadTensor &mainResult,
                                      const HeadTensor &flowResult) {
  Value one = b.index(1), height = b.index(tiling.getQueries());
  Value rows = left.main.places;
  Value blocks = arith::CeilDivUIOp::create(b, rows, height);
  auto endOf = [&](Value block) { return b.min(b.mul(b.add(block, one), height), rows); };
  std::optional<TileMap> map;
  if (!formula.isTrivial())
    map = TileMap::inspect(b, formula,
                           {e.batches, e.queryHeads, blocks, right.main.places, tiling.getKeys(),
                            [&](Value block) -> mask::Range<ScalarDomain> {
                              return {b.mul(block, height), b.sub(endOf(block), one)};
                            },
                            transposed});
  Value heads = left.main.heads;
  Value tasks = countIfOk(b, b.mul(b.mul(e.batches, heads), blocks));
  // Equal weights: chunks of one task each, taken by whichever worker is free.
  Value weights = AllocateOp::create(b, bufferOf(b.getI64Type()), ValueRange{b.add(tasks, one)},
                                     /*zeroed=*/true);
  b.loop(one, b.add(countIfOk(b, tasks), one), [&](Value at) {
    b.storeIndex(b.mul(at, b.index(int64_t(1) << 24)), weights, at);
  });
  Value starts = PartitionOp::create(b, bufferOf(b.getI64Type()), weights, countIfOk(b, tasks));
  ReleaseOp::create(b, weights);
  LogicalResult fine = success();
  parallelChunks(
      b, starts,
      [&] {
        int64_t queries = tiling.getQueries(), keys = tiling.getKeys(), r = tiling.getRows();
        auto make = [&](ArrayRef<int64_t> shape, ValueRange sizes) -> Value {
          return AllocateOp::create(b, MemRefType::get(shape, b.getF32Type()), sizes,
                                    /*zeroed=*/false);
        };
        return LoopBuilder::Values{make({queries / r, kDynamic, r}, left.main.size),
                                   make({queries / r, kDynamic, r}, left.flow.size),
                                   make({queries, keys}, {}),
                                   make({queries, keys}, {}),
                                   make({queries, kDynamic}, right.mainRows.size),
                                   make({queries, kDynamic}, right.flowRows.size)};
      },
      [&](Value, Value from, Value to, ValueRange s) {
        Workspace w{s[0], s[1], s[2], s[3], s[4], s[5]};
        // A worker whose buffers could not be had leaves its tasks.
        b.loop(from, b.select(StatusOp::create(b), to, from), [&](Value number) {
          Task task;
          task.block = remainder(number, blocks);
          Value list = quotient(number, blocks);
          task.batch = quotient(list, heads);
          task.head = remainder(list, heads);
          task.first = b.mul(task.block, height);
          task.rows = b.sub(endOf(task.block), task.first);
          if (failed(runTask(task, left, right, transposed, map, w)))
            fine = failure();
          write(task, w.sums, left.main.size, emitScale(b, op.getScale(), e.size, 1.0),
                mainResult);
          if (transposed)
            write(task, w.flowSums, left.flow.size, {}, flowResult);
        });
      },
      [&](ValueRange state) {
        for (Value buffer : state)
          ReleaseOp::create(b, buffer);
      });
  ReleaseOp::create(b, starts);
  if (map)
    map->release(b);
  return fine;
}

FailureOr<LoopBuilder::Values> BackwardExpansion::expand() {
  Layout layout = op.getLayout();
  e = AttentionExtents::open(b, op.getQuery(), op.getKey(), op.getValue(), layout);
  HeadTensor result = openHeads(b, op.getResult(), layout),
             gradient = openHeads(b, op.getGradient(), layout);
  bool first = layout == Layout::Bhsd;
  for (Value tensor : {op.getResult(), op.getGradient()}) {
    Value expected[] = {e.batches, first ? e.queryHeads : e.queries,
                        first ? e.queries : e.queryHeads, e.valueSize};
    for (unsigned d = 0; d < 4; ++d)
      checkExtents(b, extent(b, tensor, d), expected[d],
                   "attention_backward: extent of result or gradient");
  }
  Value logExtents[] = {e.batches, e.queryHeads, e.queries};
  for (unsigned d = 0; d < 3; ++d)
    checkExtents(b, extent(b, op.getLogSumExp(), d), logExtents[d],
                 "attention_backward: extent of log-sum-exp");
  FailureOr<MaskFormula> opened =
      MaskFormula::open(b, op, op.getMask(), {e.batches, e.queryHeads, e.queries, e.keys});
  if (failed(opened))
    return failure();
  formula = std::move(*opened);
  HeadTensor queryTensor = openHeads(b, op.getQuery(), layout);
  Side queries{{queryTensor, e.batches, e.queryHeads, e.queries, e.size, {}},
               {gradient, e.batches, e.queryHeads, e.queries, e.valueSize, {}},
               {}, {}, {}, {}};
  Side keys{{openHeads(b, op.getKey(), layout), e.batches, e.keyHeads, e.keys, e.size, {}},
            {openHeads(b, op.getValue(), layout), e.batches, e.keyHeads, e.keys, e.valueSize, {}},
            {}, {}, {}, {}};
  auto like = [&](Value tensor) {
    SmallVector<Value> extents;
    for (unsigned d = 0; d < 4; ++d)
      extents.push_back(extent(b, tensor, d));
    return HeadTensor{allocateResult(b, tensor.getType(), extents), layout == Layout::Bhsd};
  };
  HeadTensor dq = like(op.getQuery()), dk = like(op.getKey()), dv = like(op.getValue());
  computeStatistics(result, gradient);
  keys.pack(b, tiles, tiling.getLanes());
  if (failed(pass(queries, keys, /*transposed=*/false, dq, {})))
    return failure();
  keys.release(b);
  queries.pack(b, tiles, tiling.getLanes());
  if (failed(pass(keys, queries, /*transposed=*/true, dk, dv)))
    return failure();
  queries.release(b);
  for (Value buffer : {logs, deltas})
    ReleaseOp::create(b, buffer);
  for (Value buffer : formula.temporaries)
    ReleaseOp::create(b, buffer);
  LoopBuilder::Values results;
  HeadTensor gradients[] = {dq, dk, dv};
  for (auto [value, tensor] : llvm::zip(op.getResults(), gradients))
    results.push_back(asTensor(b, value.getType(), tensor.buffer));
  return results;
}

FailureOr<LoopBuilder::Values> scratch::expandAttentionBackward(LoopBuilder &b,
                                                                AttentionBackwardOp op) {
  if (!op.getTiling())
    return op.emitError("attention_backward has no tiling; run select first");
  return BackwardExpansion(b, op).expand();
}
