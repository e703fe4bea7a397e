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
// delta(i) = result(i) . gradient(i). Masks, orders of tokens and dead values are
// treated as in the forward pass.
//
// [1] Dao, arXiv:2307.08691, section 3.2.
//===----------------------------------------------------------------------===//
#include "passes/Expand/Attention/Backward.h"

#include "passes/Emission/Exponential.h"
#include "passes/Emission/ShortFloats.h"
#include "passes/Expand/Attention/ScoreDerivative.h"
#include "passes/Expand/Attention/TileProducts.h"
#include "passes/Expand/Kernels.h"
#include "passes/Expand/Operands.h"
#include "passes/Expand/RowLoops.h"

using namespace mlir;
using namespace scratch;

static constexpr int64_t kDynamic = ShapedType::kDynamic;
static constexpr double kLog2E = 1.4426950408889634;
/// Those of a mask.
static constexpr Rewrites kMaskRewrites =
    Rewrites::Compact | Rewrites::Residues | Rewrites::Patches | Rewrites::Ranges;

/// Per query: its log-sum-exp in powers of two, and delta. Padding weighs nothing.
void BackwardExpansion::computeStatistics(const HeadTensor &result, const HeadTensor &gradient) {
  Value places = formula.queryPlaces, padded = b.roundUp(places, tiling.getKeys());
  Value lists = b.mul(e.batches, e.queryHeads);
  for (Value *buffer : {&logs, &deltas})
    *buffer = AllocateOp::create(b, MemRefType::get({kDynamic, kDynamic}, b.getF32Type()),
                                 ValueRange{lists, padded}, /*zeroed=*/false);
  Value logSumExp = openDense(b, op.getLogSumExp());
  Value infinite = real(std::numeric_limits<double>::infinity());
  parallelRows(b, countIfOk(b, lists), [&](Value first, Value last) {
    b.loop(first, last, [&](Value list) {
      Value batch = quotient(list, e.queryHeads), head = remainder(list, e.queryHeads);
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

void BackwardExpansion::packBlock(const Task &task, const HeadLists &lists, Value buffer,
                                  Value scale) {
  Value height = b.index(tiling.getRows());
  Value rows = b.mul(arith::CeilDivUIOp::create(b, task.rows, height), height);
  b.loop(b.index(0), rows, [&](Value row) {
    // Rows beyond the last repeat it: their sums are not written.
    Value place = b.add(task.first, b.min(row, b.sub(task.rows, b.index(1))));
    Value token = lists.order.tokenAt(b, task.batch, task.head, place);
    b.loop(b.index(0), lists.size, [&](Value d) {
      Value entry = emitToF32(
          b, b.load(lists.tensor.buffer, lists.tensor.at(task.batch, task.head, token, d)));
      if (scale)
        entry = arith::MulFOp::create(b, entry, scale);
      b.store(entry, buffer, {row, d});
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

void BackwardExpansion::write(const Task &task, Value sums, const HeadLists &lists, Value factor,
                              const HeadTensor &target) {
  Type element = cast<MemRefType>(target.buffer.getType()).getElementType();
  Value rows = task.rows;
  if (lists.order.counts) { // places of a short list that are not in use
    Value used = lists.order.countAt(b, task.batch);
    rows = b.min(rows, b.sub(b.max(used, task.first), task.first));
  }
  b.loop(b.index(0), rows, [&](Value row) {
    Value token = lists.order.tokenAt(b, task.batch, task.head, b.add(task.first, row));
    b.loop(b.index(0), lists.size, [&](Value d) {
      Value value = b.load(sums, {row, d});
      if (factor)
        value = arith::MulFOp::create(b, value, factor);
      b.store(emitFromF32(b, value, element), target.buffer,
              target.at(task.batch, task.head, token, d));
    });
  });
}

//===----------------------------------------------------------------------===//
// Tasks
//===----------------------------------------------------------------------===//

BackwardExpansion::Task BackwardExpansion::taskOf(Value batch, Value head, Value block,
                                                  const Side &left) {
  Value height = b.index(tiling.getQueries());
  Task task{batch, head, block, b.mul(block, height), {}};
  task.rows = b.min(b.sub(left.main.places, task.first), height);
  return task;
}

std::optional<TileMap> BackwardExpansion::sortTiles(const Side &left, const Side &right,
                                                    bool transposed) {
  if (formula.isTrivial())
    return std::nullopt;
  auto rowsOf = [&](Value block) -> mask::Range<ScalarDomain> {
    Task task = taskOf({}, {}, block, left);
    return {task.first, b.sub(b.add(task.first, task.rows), b.index(1))};
  };
  return TileMap::inspect(b, formula,
                          {e.batches, e.queryHeads, blocksOf(left), right.main.places,
                           tiling.getKeys(), rowsOf, transposed});
}

/// Tiles of a task's columns that may hold a live entry.
void BackwardExpansion::overTiles(
    const Task &task, Value queryHead, Value columns, const std::optional<TileMap> &map,
    function_ref<void(Value tile, Value first, Value count, Value partial)> body) {
  Value width = b.index(tiling.getKeys());
  Value from = b.index(0), to = arith::CeilDivUIOp::create(b, columns, width);
  if (map)
    std::tie(from, to) = map->bounds(b, task.batch, queryHead, task.block);
  b.loop(from, to, [&](Value tile) {
    Value first = b.mul(tile, width), count = b.min(b.sub(columns, first), width);
    if (!map)
      return body(tile, first, count, {});
    Value kind = map->kindAt(b, task.batch, queryHead, task.block, tile);
    auto is = [&](int64_t which) { return b.equal(kind, b.integer(which, b.getI8Type())); };
    b.ifThen(b.notEqual(kind, b.integer(TileMap::kSkipped, b.getI8Type())),
             [&] { body(tile, first, count, is(TileMap::kPartial)); });
  });
}

/// Scores and flows of a tile; `list` of the right side has its columns.
void BackwardExpansion::multiplyTile(const Task &task, const Side &left, const Side &right,
                                     Value list, Value tile, Value count, const Workspace &w) {
  Value width = b.index(tiles.panel());
  Value panels = arith::CeilDivUIOp::create(b, right.main.places, width);
  Value panel = b.add(b.mul(list, panels), b.mul(tile, b.index(tiling.getKeys() / tiles.panel())));
  TileProducts products(tiles);
  products.multiplyKeys({w.main, w.scores}, task.rows, right.mainPanels, panel, count,
                        left.main.size);
  products.multiplyKeys({w.flow, w.flows}, task.rows, right.flowPanels, panel, count,
                        left.flow.size);
}

/// A partial tile's sum over its live entries alone.
void BackwardExpansion::sumLive(const Task &task, Value queryHead, bool transposed, Value first,
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

LogicalResult BackwardExpansion::runTask(const Task &task, const Side &left, const Side &right,
                                         bool transposed, const std::optional<TileMap> &map,
                                         Value careful, const Workspace &w) {
  // In powers of two, unless a score region wants to see natural ones.
  Value scale =
      emitScale(b, op.getScale(), e.size, op.getScore().empty() ? kLog2E : 1.0);
  packBlock(task, left.main, w.main, scale);
  packBlock(task, left.flow, w.flow, {});
  clear(w.sums, task.rows, right.mainRows.size);
  if (transposed)
    clear(w.flowSums, task.rows, right.flowRows.size);
  Value columns = right.main.places;
  LogicalResult fine = success();
  // Columns' heads: the one that queries read, or those that share a key head.
  Value firstHead = transposed ? b.mul(task.head, e.shared) : task.head;
  b.loop(firstHead, b.add(firstHead, transposed ? e.shared : b.index(1)), [&](Value queryHead) {
    Value columnHead = transposed ? queryHead : quotient(task.head, e.shared);
    Value list = b.add(b.mul(task.batch, right.main.heads), columnHead);
    overTiles(task, queryHead, columns, map,
              [&](Value tile, Value first, Value count, Value partial) {
      multiplyTile(task, left, right, list, tile, count, w);
      if (failed(weigh(task, queryHead, transposed, first, count, partial, w)))
        fine = failure();
      Value row = b.add(b.mul(list, columns), first);
      auto sum = [&](Value weights, const TokenRows &rows, Value sums) {
        auto sumAll = [&] {
          TileProducts(tiles).multiplyValues({{}, {}, sums, weights}, task.rows, rows.buffer,
                                             row, count, rows.size);
        };
        if (!partial) {
          sumAll();
          return;
        }
        b.ifElse(
            b.bitAnd(partial, careful),
            [&] { sumLive(task, queryHead, transposed, first, count, weights, rows, row, sums); },
            sumAll);
      };
      sum(w.flows, right.mainRows, w.sums);
      if (transposed)
        sum(w.scores, right.flowRows, w.flowSums);
    });
  });
  return fine;
}

/// Runs `body` on tasks in parallel, one at a time for whichever worker is free.
void BackwardExpansion::overTasks(Value tasks, const Side &left, const Side &right,
                                  function_ref<void(Value, const Workspace &)> body) {
  Value one = b.index(1);
  Value weights = AllocateOp::create(b, bufferOf(b.getI64Type()), ValueRange{b.add(tasks, one)},
                                     /*zeroed=*/true);
  b.loop(one, b.add(countIfOk(b, tasks), one), [&](Value at) {
    b.storeIndex(b.mul(at, b.index(int64_t(1) << 24)), weights, at);
  });
  Value starts = PartitionOp::create(b, bufferOf(b.getI64Type()), weights, countIfOk(b, tasks));
  ReleaseOp::create(b, weights);
  parallelChunks(
      b, starts,
      [&] {
        int64_t queries = tiling.getQueries(), keys = tiling.getKeys();
        auto make = [&](ArrayRef<int64_t> shape, ValueRange sizes) -> Value {
          return AllocateOp::create(b, MemRefType::get(shape, b.getF32Type()), sizes,
                                    /*zeroed=*/false);
        };
        return LoopBuilder::Values{make({queries, kDynamic}, left.main.size),
                                   make({queries, kDynamic}, left.flow.size),
                                   make({queries, keys}, {}),
                                   make({queries, keys}, {}),
                                   make({queries, kDynamic}, right.mainRows.size),
                                   make({queries, kDynamic}, right.flowRows.size)};
      },
      [&](Value, Value from, Value to, ValueRange s) {
        // A worker whose buffers could not be had leaves its tasks.
        b.loop(from, b.select(StatusOp::create(b), to, from), [&](Value number) {
          body(number, {s[0], s[1], s[2], s[3], s[4], s[5]});
        });
      },
      [&](ValueRange state) {
        for (Value buffer : state)
          ReleaseOp::create(b, buffer);
      });
  ReleaseOp::create(b, starts);
}

LogicalResult BackwardExpansion::pass(const Side &left, const Side &right, bool transposed,
                                      const HeadTensor &mainResult,
                                      const HeadTensor &flowResult) {
  std::optional<TileMap> map = sortTiles(left, right, transposed);
  Value heads = left.main.heads, blocks = blocksOf(left);
  Value no = b.bit(false), yes = b.bit(true);
  LogicalResult fine = success();
  Value tasks = countIfOk(b, b.mul(b.mul(e.batches, heads), blocks));
  overTasks(tasks, left, right, [&](Value number, const Workspace &w) {
    Value list = quotient(number, blocks);
    Task task = taskOf(quotient(list, heads), remainder(list, heads), remainder(number, blocks),
                       left);
    auto run = [&](Value careful) {
      if (failed(runTask(task, left, right, transposed, map, careful, w)))
        fine = failure();
    };
    if (!map)
      run(no);
    else // Once more where something that is not finite may have come from dead entries.
      b.whileLoop(
          {no, yes}, [](ValueRange state) { return state[1]; },
          [&](ValueRange state) {
            run(state[0]);
            Value finite = tiles.isFinite(w.sums, task.rows, right.mainRows.size);
            if (transposed)
              finite = b.bitAnd(finite,
                                tiles.isFinite(w.flowSums, task.rows, right.flowRows.size));
            return LoopBuilder::Values{
                yes, arith::XOrIOp::create(b, b.bitOr(state[0], finite), yes)};
          });
    write(task, w.sums, left.main, emitScale(b, op.getScale(), e.size, 1.0), mainResult);
    if (transposed)
      write(task, w.flowSums, left.flow, {}, flowResult);
  });
  if (map)
    map->release(b);
  return fine;
}

FailureOr<LoopBuilder::Values> BackwardExpansion::expand() {
  Layout layout = op.getLayout();
  e = AttentionExtents::open(b, op.getQuery(), op.getKey(), op.getValue(), layout);
  checkReads(b, op.getScore(), {e.batches, e.queryHeads, e.queries, e.keys});
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
      MaskFormula::open(b, op, op.getMask(), {e.batches, e.queryHeads, e.queries, e.keys},
                        op.getRewrites().value_or(kMaskRewrites), /*compactQueries=*/true);
  if (failed(opened))
    return failure();
  formula = std::move(*opened);
  HeadTensor queryTensor = openHeads(b, op.getQuery(), layout);
  Side queries{{queryTensor, e.batches, e.queryHeads, formula.queryPlaces, e.size,
                  formula.queryOrder},
               {gradient, e.batches, e.queryHeads, formula.queryPlaces, e.valueSize,
                  formula.queryOrder},
               {}, {}, {}, {}};
  Side keys{{openHeads(b, op.getKey(), layout), e.batches, e.keyHeads, formula.keyPlaces, e.size,
               formula.keyOrder},
            {openHeads(b, op.getValue(), layout), e.batches, e.keyHeads, formula.keyPlaces,
               e.valueSize, formula.keyOrder},
            {}, {}, {}, {}};
  auto like = [&](Value tensor, bool zeroed) {
    SmallVector<Value> extents;
    for (int64_t d = 0; d < cast<RankedTensorType>(tensor.getType()).getRank(); ++d)
      extents.push_back(extent(b, tensor, d));
    return allocateResult(b, tensor.getType(), extents, zeroed);
  };
  // Tokens that a keep-list drops have no place: nothing flows into them.
  bool someQueries = bool(formula.queryOrder.counts), someKeys = bool(formula.keyOrder.counts);
  HeadTensor dq{like(op.getQuery(), someQueries), first}, dk{like(op.getKey(), someKeys), first},
      dv{like(op.getValue(), someKeys), first};
  computeStatistics(result, gradient);
  keys.pack(b, tiles, tiling.getLanes());
  if (failed(pass(queries, keys, /*transposed=*/false, dq, {})))
    return failure();
  LoopBuilder::Values captured;
  for (Value capture : op.getCaptures()) {
    captured.push_back(like(capture, /*zeroed=*/true));
    for (auto read : op.getScore().getOps<tensor::ExtractOp>())
      if (read.getTensor() == capture &&
          failed(passOfCapture(read, queries, keys, captured.back())))
        return failure();
  }
  keys.release(b);
  queries.pack(b, tiles, tiling.getLanes());
  if (failed(pass(keys, queries, /*transposed=*/true, dk, dv)))
    return failure();
  queries.release(b);
  for (Value buffer : {logs, deltas})
    ReleaseOp::create(b, buffer);
  for (Value buffer : formula.temporaries)
    ReleaseOp::create(b, buffer);
  LoopBuilder::Values gradients{dq.buffer, dk.buffer, dv.buffer}, results;
  gradients.append(captured);
  for (auto [value, buffer] : llvm::zip(op.getResults(), gradients))
    results.push_back(asTensor(b, value.getType(), buffer));
  return results;
}

FailureOr<LoopBuilder::Values> scratch::expandAttentionBackward(LoopBuilder &b,
                                                                AttentionBackwardOp op) {
  if (!op.getTiling())
    return op.emitError("attention_backward has no tiling; run select first");
  return BackwardExpansion(b, op).expand();
}
