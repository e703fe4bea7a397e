//===- AttentionEntries.h - what is done to a tile's entries ----*- C++ -*-===//
//
// Stage: expand. Between the product with keys and the softmax: the score region, and
// minus infinity for entries that a partial tile's mask drops. After it, where dead
// values must be left out: the weighted sum over live entries alone.
//
//===----------------------------------------------------------------------===//
#ifndef SCRATCH_PASSES_EXPAND_ATTENTION_ATTENTIONENTRIES_H
#define SCRATCH_PASSES_EXPAND_ATTENTION_ATTENTIONENTRIES_H

#include "passes/Expand/Attention/AttentionTasks.h"
#include "passes/Expand/Attention/MaskEmitter.h"
#include "passes/Expand/Attention/Tiles.h"

namespace scratch {

/// Those of one task; tiles are `count` keys from `firstKey` on.
class AttentionEntries {
public:
  using Value = mlir::Value;

  /// Loads what the mask's formula needs at the insertion point.
  AttentionEntries(LoopBuilder &b, const AttentionProblem &problem, AttentionTasks &tasks,
                   AttentionTiles &tiles, const AttentionTask &task)
      : b(b), p(problem), tasks(tasks), tiles(tiles), task(task),
        domain(b, problem.formula, task.batch, task.group) {}

  /// The score region on scaled products; results in powers of two.
  void applyScore(Value scores, Value firstKey, Value count);
  /// Scores of entries that do not take part become minus infinity.
  void applyMask(Value scores, Value firstKey, Value count);
  /// A partial tile's weighted sum over the keys that take part alone.
  void sumLiveValues(const AttentionTiles::Workspace &w, Value firstKey, Value count);

private:
  LoopBuilder &b;
  const AttentionProblem &p;
  AttentionTasks &tasks;
  AttentionTiles &tiles;
  const AttentionTask &task;
  ScalarDomain domain;
};

} // namespace scratch

#endif // SCRATCH_PASSES_EXPAND_ATTENTION_ATTENTIONENTRIES_H
