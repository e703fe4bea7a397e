//===- BackwardTasks.cpp - how gradients are dealt to workers -------------===//
#include "passes/Expand/Attention/BackwardTasks.h"

#include "passes/Expand/Operands.h"
#include "passes/Expand/RowLoops.h"

using namespace mlir;
using namespace scratch;

static constexpr int64_t kDynamic = ShapedType::kDynamic;

BackwardTask BackwardTasks::taskOf(Value batch, Value head, Value block, const Side &left) {
  Value height = b.index(tiling.getQueries());
  Task task{batch, head, block, b.mul(block, height), {}};
  task.rows = b.min(b.sub(left.main.places, task.first), height);
  return task;
}

std::optional<TileMap> BackwardTasks::sortTiles(const Side &left, const Side &right,
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

void BackwardTasks::overTiles(
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

void BackwardTasks::overTasks(Value tasks, const Side &left, const Side &right,
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
