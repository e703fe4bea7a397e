//===- AttentionTasks.h - how attention is dealt to workers -----*- C++ -*-===//
//
// Stage: expand. A task is a block of rows that share a batch, a key head and, where
// keys are cut into parts, one of these. Query heads that share a key head are rows of
// one block, interleaved: row r is query r / G of head r % G (unless the mask differs
// between heads). Tasks weigh what they have to compute: tiles that are not skipped.
//
//===----------------------------------------------------------------------===//
#ifndef SCRATCH_PASSES_EXPAND_ATTENTION_ATTENTIONTASKS_H
#define SCRATCH_PASSES_EXPAND_ATTENTION_ATTENTIONTASKS_H

#include "passes/Expand/Attention/AttentionProblem.h"
#include "passes/Expand/Attention/OperandTiles.h"
#include "passes/Expand/Attention/TileMap.h"

namespace scratch {

struct AttentionTask {
  mlir::Value part;                  ///< of the keys
  mlir::Value batch, group, keyHead; ///< `group` of query heads
  mlir::Value block;                 ///< of the group's rows
  mlir::Value firstRow, rows;        ///< of group size x queries
};

/// A tile of keys that a task works on.
struct AttentionKeys {
  mlir::Value first, count; ///< places
  mlir::Value partial;     ///< null where there is no mask
  mlir::Value isFirst;     ///< of the task's bounds
};

class AttentionTasks {
public:
  using Value = mlir::Value;
  using Task = AttentionTask;

  AttentionTasks(LoopBuilder &b, const AttentionProblem &problem);

  /// Keys come in so many parts, a task for each.
  void splitBy(Value count) { parts = count; }
  /// Sorts the tiles of the mask, if there is one.
  void sortTiles();
  bool areSorted() const { return map.has_value(); }
  void release() const;

  /// How many there are, of each part.
  Value perPart();
  /// Chunks of all tasks, of about equal numbers of tiles.
  Value partition();
  /// How many tiles are packed by workers who keep them in stores, if tasks come in order.
  Value countPackings(const TileStores &stores);

  Task at(Value number);
  Value headOf(const Task &task, Value row);
  /// Of the row's query, in the order of queries.
  Value placeOf(const Task &task, Value row);
  /// The first row's token among those of all heads, and how many of its head there are.
  Value firstTokenOf(const Task &task);
  Value tokensOf(const Task &task) { return quotient(task.rows, packed); }
  Value queryOf(const Task &task, Value row);
  Value keyOf(const Task &task, Value place);
  /// Of keys and values: of the task's key head, or of its only head where heads have
  /// orders of their own.
  Value listOf(const Task &task);
  /// Rows whose places are in use.
  Value rowsInUse(const Task &task);

  /// Runs `body` on the tiles of keys that may hold a live entry, in order.
  void overKeyTiles(const Task &task, llvm::function_ref<void(const AttentionKeys &)> body);

private:
  Value remainder(Value a, Value c) { return mlir::arith::RemUIOp::create(b, a, c); }
  Value quotient(Value a, Value c) { return mlir::arith::DivUIOp::create(b, a, c); }

  LoopBuilder &b;
  const AttentionProblem &p;
  const AttentionExtents &e;
  Value packed; ///< query heads whose rows are in one block
  Value groups, rowsOfGroup, blocksOfGroup; ///< groups = query heads / packed
  Value parts;  ///< null where keys stay whole
  std::optional<TileMap> map; ///< without a mask there is none
};

} // namespace scratch

#endif // SCRATCH_PASSES_EXPAND_ATTENTION_ATTENTIONTASKS_H
