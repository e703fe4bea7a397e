//===- Attention.cpp - masked attention becomes loops over tiles ----------===//
//
// Stage: expand. Keys are packed once per key head, or tile by tile where one task alone
// reads them. Then, in parallel over (batch, heads, block of queries), weighted by the
// tiles that each has to compute:
//   for tiles of keys within the mask's bounds:
//     skipped tile: nothing      full tile: no mask code
//     scores = Q K^T;  partial tile: dead scores = -inf;  softmax step;  sums += P V
//   result = sums / total
// AttentionTasks deals, AttentionOperands reads, AttentionEntries sees to scores and
// masks, AttentionResults writes.
// Memory beyond inputs and results: packed keys (and values, where their type or
// size asks for it), and tiles per worker. Never queries x keys.
//
//===----------------------------------------------------------------------===//
#include "passes/Expand/Attention/AttentionEntries.h"
#include "passes/Expand/Attention/AttentionOperands.h"
#include "passes/Expand/Attention/AttentionResults.h"
#include "passes/Expand/Attention/TileProducts.h"
#include "passes/Expand/Attention/TileSoftmax.h"
#include "passes/Expand/Kernels.h"
#include "passes/Expand/RowLoops.h"

using namespace mlir;
using namespace scratch;
using Workspace = AttentionTiles::Workspace;

/// Pairs of bf16 where the processor multiplies them, and where the op asks for what
/// such a processor computes.
static AttentionTiles::Products productsOf(AttentionOp op) {
  using Products = AttentionTiles::Products;
  if (!op.getQuery().getType().getElementType().isBF16())
    return Products::Reals;
  if (VectorInstructions::of(op).bf16Pairs && op.getTiling()->getLanes() == 16)
    return Products::PairInstruction;
  return op->hasAttr("pairs") ? Products::Pairs : Products::Reals;
}

namespace {
class AttentionExpansion {
public:
  AttentionExpansion(LoopBuilder &b, const AttentionProblem &problem, AttentionTiles &tiles)
      : b(b), p(problem), tiles(tiles), tasks(b, p), results(b, p, tasks, tiles),
        operands(b, p, tasks, tiles) {}

  LoopBuilder::Values expand();

private:
  LoopBuilder::Values allocateWorker();
  void run(const AttentionTask &task, ValueRange state);
  void sumTiles(const AttentionTask &task, const Workspace &w,
                const AttentionOperands::Own &own, Value careful);
  void weighTile(AttentionEntries &entries, const AttentionTask &task, const Workspace &w,
                 const AttentionKeys &keys);

  LoopBuilder &b;
  const AttentionProblem &p;
  AttentionTiles &tiles;
  AttentionTasks tasks;
  AttentionResults results;
  AttentionOperands operands;
};
} // namespace

/// From products with keys to weights.
void AttentionExpansion::weighTile(AttentionEntries &entries, const AttentionTask &task,
                                   const Workspace &w, const AttentionKeys &keys) {
  Value count = keys.count, partial = keys.partial;
  entries.applyScore(w.scores, keys.first, count);
  if (partial)
    b.ifThen(partial, [&] { entries.applyMask(w.scores, keys.first, count); });
  Value changed = b.notEqual(b.bitAnd(count, b.index(p.tiling.getLanes() - 1)), b.index(0));
  if (partial)
    changed = b.bitOr(changed, partial);
  if (p.hasScore())
    changed = b.bit(true);
  b.ifThen(changed, [&] { TileSoftmax(tiles).findPeaks(w, task.rows, count); });
  // Paired queries are not scaled; a score region's results are in powers of two.
  bool scaled = !tiles.inPairs() || p.hasScore();
  AttentionOp op = p.op;
  TileSoftmax(tiles).softmax(w, task.rows, count, p.paddedValueSize(b), p.single,
                             scaled ? Value() : emitScale(b, op.getScale(), p.e.size, kLog2E));
}

/// Weighted sums over all tiles. Dead keys of partial tiles weigh zero, which is
/// enough unless their values are infinite or NaN; if `careful`, they are left out.
void AttentionExpansion::sumTiles(const AttentionTask &task, const Workspace &w,
                                  const AttentionOperands::Own &own, Value careful) {
  // A single tile that runs sets what the others add to; lists may leave no key to any.
  if (!p.single || tasks.areSorted() || p.formula.keyOrder.tokens)
    tiles.reset(w, task.rows, p.paddedValueSize(b));
  AttentionEntries entries(b, p, tasks, tiles, task);
  Value list = tasks.listOf(task);
  tasks.overKeyTiles(task, [&](const AttentionKeys &keys) {
    auto panels = operands.openKeys(own, list, keys);
    auto coming = operands.after(task, own, list, keys);
    if (auto target = results.coming(task, keys.isFirst))
      coming.push_back(*target);
    TileProducts products(tiles);
    products.multiplyKeys(w, task.rows, panels.buffer, panels.first, keys.count,
                          tiles.entries(p.e.size), coming);
    weighTile(entries, task, w, keys);
    auto sumAll = [&] {
      auto rows = operands.openValues(own, list, keys);
      products.multiplyValues(w, task.rows, rows.buffer, rows.first, tiles.entries(keys.count),
                              p.paddedValueSize(b), p.single);
    };
    if (!keys.partial)
      return sumAll();
    b.ifElse(
        b.bitAnd(keys.partial, careful),
        [&] { entries.sumLiveValues(w, keys.first, keys.count); }, sumAll);
  });
}

void AttentionExpansion::run(const AttentionTask &task, ValueRange state) {
  Workspace w = tiles.workspaceOf(state);
  auto own = AttentionOperands::read(state.drop_front(tiles.buffers()));
  operands.packQueries(task, w.queries);
  Value no = b.bit(false), yes = b.bit(true);
  if (!tasks.areSorted())
    sumTiles(task, w, own, no);
  else // Once more where something that is not finite may have come from dead keys.
    b.whileLoop(
        {no, yes}, [](ValueRange state) { return state[1]; },
        [&](ValueRange state) {
          Value careful = state[0];
          sumTiles(task, w, own, careful);
          Value finite = tiles.isFinite(w.sums, task.rows, p.paddedValueSize(b));
          Value again = arith::XOrIOp::create(b, b.bitOr(careful, finite), yes);
          return LoopBuilder::Values{yes, again};
        });
  results.write(task, w);
}

LoopBuilder::Values AttentionExpansion::allocateWorker() {
  LoopBuilder::Values state =
      tiles.allocate(tiles.entries(p.e.size), p.paddedValueSize(b));
  state.append(operands.allocate());
  return state;
}

LoopBuilder::Values AttentionExpansion::expand() {
  tasks.sortTiles();
  Value starts = tasks.partition();
  operands.open();
  parallelChunks(
      b, starts, [&] { return allocateWorker(); },
      [&](Value, Value from, Value to, ValueRange state) {
        // A worker whose buffers could not be had leaves its tasks.
        Value end = b.select(StatusOp::create(b), to, from);
        b.loop(from, end, [&](Value number) { run(tasks.at(number), state); });
        recordCount(b, "chunks", 0, b.index(1));
      },
      [&](ValueRange state) {
        for (Value buffer : state)
          ReleaseOp::create(b, buffer);
      });
  operands.release();
  tasks.release();
  results.merge();
  ReleaseOp::create(b, starts);
  for (Value buffer : p.formula.temporaries)
    ReleaseOp::create(b, buffer);
  results.release();
  return results.tensors();
}

FailureOr<LoopBuilder::Values> scratch::expandAttention(LoopBuilder &b, AttentionOp op) {
  if (!op.getTiling())
    return op.emitError("attention has no tiling; run select first");
  FailureOr<AttentionProblem> problem = AttentionProblem::open(b, op);
  if (failed(problem))
    return failure();
  AttentionTiles tiles(b, *op.getTiling(), VectorInstructions::of(op), productsOf(op));
  return AttentionExpansion(b, *problem, tiles).expand();
}
