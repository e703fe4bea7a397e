//===- AttentionTasks.cpp - how attention is dealt to workers -------------===//
#include "passes/Expand/Attention/AttentionTasks.h"

#include "passes/Expand/Operands.h"
#include "passes/Expand/RowLoops.h"

using namespace mlir;
using namespace scratch;

AttentionTasks::AttentionTasks(LoopBuilder &b, const AttentionProblem &problem)
    : b(b), p(problem), e(problem.e) {
  AttentionOp op = p.op;
  bool together = op.allows(Rewrites::Heads) && !p.formula.dependsOnHead;
  packed = together ? e.shared : b.index(1);
  groups = quotient(e.queryHeads, packed);
  rowsOfGroup = b.mul(p.queryPlaces(), packed);
  blocksOfGroup =
      arith::CeilDivUIOp::create(b, rowsOfGroup, b.index(p.tiling.getQueries()));
}

void AttentionTasks::sortTiles() {
  if (p.formula.isTrivial())
    return;
  int64_t height = p.tiling.getQueries();
  auto queriesOf = [&](Value block) -> mask::Range<ScalarDomain> {
    Value first = b.mul(block, b.index(height));
    Value end = b.min(b.add(first, b.index(height)), rowsOfGroup);
    return {quotient(first, packed), quotient(b.sub(end, b.index(1)), packed)};
  };
  map = TileMap::inspect(b, p.formula,
                         {e.batches, groups, blocksOfGroup, p.keyPlaces(), p.tiling.getKeys(),
                          queriesOf});
}

void AttentionTasks::release() const {
  if (map)
    map->release(b);
}

Value AttentionTasks::perPart() { return b.mul(b.mul(e.batches, groups), blocksOfGroup); }

AttentionTask AttentionTasks::at(Value number) {
  Task task;
  task.block = remainder(number, blocksOfGroup);
  Value rest = quotient(number, blocksOfGroup);
  task.group = remainder(rest, groups);
  rest = quotient(rest, groups);
  Value batches = arith::MaxUIOp::create(b, e.batches, b.index(1));
  task.batch = remainder(rest, batches);
  task.part = quotient(rest, batches);
  task.keyHead = quotient(b.mul(task.group, packed), e.shared);
  task.firstRow = b.mul(task.block, b.index(p.tiling.getQueries()));
  task.rows = b.min(b.sub(rowsOfGroup, task.firstRow), b.index(p.tiling.getQueries()));
  return task;
}

Value AttentionTasks::headOf(const Task &task, Value row) {
  return b.add(b.mul(task.group, packed), remainder(b.add(task.firstRow, row), packed));
}

Value AttentionTasks::placeOf(const Task &task, Value row) {
  return quotient(b.add(task.firstRow, row), packed);
}

Value AttentionTasks::firstTokenOf(const Task &task) {
  Value zero = b.index(0), head = b.add(b.mul(task.batch, e.queryHeads), headOf(task, zero));
  return b.add(b.mul(head, e.queries), placeOf(task, zero));
}

Value AttentionTasks::queryOf(const Task &task, Value row) {
  return p.formula.queryOrder.tokenAt(b, task.batch, headOf(task, row), placeOf(task, row));
}

Value AttentionTasks::keyOf(const Task &task, Value place) {
  return p.formula.keyOrder.tokenAt(b, task.batch, task.group, place);
}

Value AttentionTasks::listOf(const Task &task) {
  if (p.formula.keyOrder.perHead)
    return b.add(b.mul(task.batch, e.queryHeads), task.group);
  return b.add(b.mul(task.batch, e.keyHeads), task.keyHead);
}

Value AttentionTasks::rowsInUse(const Task &task) {
  if (!p.formula.queryOrder.counts)
    return task.rows;
  Value used = b.mul(p.formula.queryOrder.countAt(b, task.batch), packed);
  return b.min(task.rows, b.sub(b.max(used, task.firstRow), task.firstRow));
}

void AttentionTasks::overKeyTiles(const Task &task,
                                  function_ref<void(const AttentionKeys &)> body) {
  Value width = b.index(p.tiling.getKeys()), one = b.index(1);
  Value from = b.index(0), to = arith::CeilDivUIOp::create(b, p.keyPlaces(), width);
  Value tiles = to;
  if (map)
    std::tie(from, to) = map->bounds(b, task.batch, task.group, task.block);
  if (parts) {
    // A part has its share of the tiles.
    auto share = [&](Value part) { return quotient(b.mul(part, tiles), parts); };
    from = b.max(from, share(task.part));
    to = b.min(to, share(b.add(task.part, one)));
  }
  b.loop(from, to, [&](Value tile) {
    Value first = b.mul(tile, width), count = b.min(b.sub(p.keyPlaces(), first), width);
    Value isFirst = b.equal(tile, from);
    if (!map)
      return body({first, count, {}, isFirst});
    Value kind = map->kindAt(b, task.batch, task.group, task.block, tile);
    auto is = [&](int64_t which) { return b.equal(kind, b.integer(which, b.getI8Type())); };
    b.ifThen(b.notEqual(kind, b.integer(TileMap::kSkipped, b.getI8Type())),
             [&] { body({first, count, is(TileMap::kPartial), isFirst}); });
  });
}

Value AttentionTasks::partition() {
  Value tasks = perPart();
  if (parts)
    tasks = b.mul(tasks, parts);
  Value one = b.index(1), zero = b.index(0);
  Value weights = AllocateOp::create(b, bufferOf(b.getI64Type()),
                                     ValueRange{b.add(tasks, one)}, /*zeroed=*/true);
  Value safe = countIfOk(b, tasks);
  // A weight is about one multiplication.
  Value perTile = b.mul(b.add(e.size, e.valueSize),
                        b.index(p.tiling.getKeys() * p.tiling.getQueries() / 8));
  parallelRows(b, safe, [&](Value first, Value last) {
    b.loop(first, last, [&](Value number) {
      Task task = this->at(number);
      Value at = b.add(number, one);
      b.storeIndex(perTile, weights, at);
      overKeyTiles(task, [&](const AttentionKeys &) {
        b.storeIndex(b.add(b.loadIndex(weights, at), perTile), weights, at);
      });
    });
  });
  b.loop(zero, safe, [&](Value number) {
    Value at = b.add(number, one);
    b.storeIndex(b.add(b.loadIndex(weights, number), b.loadIndex(weights, at)), weights, at);
  });
  Value starts = PartitionOp::create(b, bufferOf(b.getI64Type()), weights, safe);
  ReleaseOp::create(b, weights);
  return starts;
}

Value AttentionTasks::countPackings(const TileStores &stores) {
  Value tasks = perPart(), one = b.index(1), zero = b.index(0);
  // Every task reads all tiles, or a part of them.
  if (!map) {
    Value heads = p.formula.keyOrder.perHead ? e.queryHeads : e.keyHeads;
    Value lists = b.select(b.lessEqual(stores.tiles, stores.slots), b.mul(e.batches, heads), tasks);
    return b.mul(lists, stores.tiles);
  }
  // A worker's share of the tasks is gone through as if they were run.
  Value total = parts ? b.mul(tasks, parts) : tasks;
  auto list = MemRefType::get({ShapedType::kDynamic}, b.getI64Type());
  Value counts = AllocateOp::create(b, list, ValueRange{total}, /*zeroed=*/true);
  Value safe = countIfOk(b, total);
  parallelRows(b, safe, [&](Value first, Value last) {
    Value names = AllocateOp::create(b, list, ValueRange{stores.slots}, /*zeroed=*/true);
    b.loop(first, b.select(StatusOp::create(b), last, first), [&](Value number) {
      Task task = this->at(number);
      Value list = listOf(task);
      overKeyTiles(task, [&](const AttentionKeys &keys) {
        Value tile = quotient(keys.first, b.index(stores.tokens)), slot = stores.slotOf(b, tile);
        Value name = stores.nameOf(b, list, tile);
        b.ifThen(b.notEqual(b.loadIndex(names, slot), name), [&] {
          b.storeIndex(name, names, slot);
          b.storeIndex(b.add(b.loadIndex(counts, number), one), counts, number);
        });
      });
    });
    ReleaseOp::create(b, names);
  });
  Value sum = b.loop(zero, safe, {zero}, [&](Value number, ValueRange before) {
    return LoopBuilder::Values{b.add(before[0], b.loadIndex(counts, number))};
  })[0];
  ReleaseOp::create(b, counts);
  return sum;
}
