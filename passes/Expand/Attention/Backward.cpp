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

static constexpr double kLog2E = 1.4426950408889634;
/// Those of a mask.
static constexpr Rewrites kMaskRewrites =
    Rewrites::Compact | Rewrites::Residues | Rewrites::Patches | Rewrites::Ranges;

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
    tasks.overTiles(task, queryHead, columns, map,
              [&](Value tile, Value first, Value count, Value partial) {
      multiplyTile(task, left, right, list, tile, count, w);
      if (failed(entries.weigh(task, queryHead, transposed, first, count, partial, w)))
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
            [&] {
              entries.sumLive(task, queryHead, transposed, first, count, weights, rows, row, sums);
            },
            sumAll);
      };
      sum(w.flows, right.mainRows, w.sums);
      if (transposed)
        sum(w.scores, right.flowRows, w.flowSums);
    });
  });
  return fine;
}

LogicalResult BackwardExpansion::pass(const Side &left, const Side &right, bool transposed,
                                      const HeadTensor &mainResult,
                                      const HeadTensor &flowResult) {
  std::optional<TileMap> map = tasks.sortTiles(left, right, transposed);
  Value heads = left.main.heads, blocks = tasks.blocksOf(left);
  Value no = b.bit(false), yes = b.bit(true);
  LogicalResult fine = success();
  Value count = countIfOk(b, b.mul(b.mul(e.batches, heads), blocks));
  tasks.overTasks(count, left, right, [&](Value number, const Workspace &w) {
    Value list = quotient(number, blocks);
    Task task = tasks.taskOf(quotient(list, heads), remainder(list, heads),
                             remainder(number, blocks), left);
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
  entries.computeStatistics(result, gradient);
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
  for (Value buffer : {entries.logs, entries.deltas})
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
