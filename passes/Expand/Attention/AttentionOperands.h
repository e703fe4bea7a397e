//===- AttentionOperands.h - what attention's tasks read --------*- C++ -*-===//
//
// Stage: expand. Keys and values in the forms in which tiles read them, packed once per
// list or tile by tile (OperandTiles.h), and the rows of queries of a task.
//
//===----------------------------------------------------------------------===//
#ifndef SCRATCH_PASSES_EXPAND_ATTENTION_ATTENTIONOPERANDS_H
#define SCRATCH_PASSES_EXPAND_ATTENTION_ATTENTIONOPERANDS_H

#include "passes/Expand/Attention/AttentionTasks.h"
#include "passes/Expand/Attention/OperandTiles.h"
#include "passes/Expand/Attention/Tiles.h"

namespace scratch {

/// Numbers of a score in powers of two.
inline constexpr double kLog2E = 1.4426950408889634;

class AttentionOperands {
public:
  using Value = mlir::Value;

  AttentionOperands(LoopBuilder &b, const AttentionProblem &problem, AttentionTasks &tasks,
                    AttentionTiles &tiles);

  /// What a worker packs tiles into; of `read`, null where it packs none.
  struct Own {
    Value keys, values;
  };
  LoopBuilder::Values allocate() const;
  static Own read(mlir::ValueRange buffers);

  OperandTiles::Tile openKeys(const Own &own, Value list, Value first, Value count) const {
    return keys.open(b, own.keys, list, first, count);
  }
  OperandTiles::Tile openValues(const Own &own, Value list, Value first, Value count) const {
    return values.open(b, own.values, list, first, count);
  }
  /// Rows of one task, times scale (in powers of two, unless a score region wants to see
  /// natural ones); pairs as they are, since a scaled bf16 would be rounded. Rows beyond
  /// the last repeat it.
  void packQueries(const AttentionTask &task, Value buffer);
  void release() const;

private:
  LoopBuilder &b;
  const AttentionProblem &p;
  AttentionTasks &tasks;
  AttentionTiles &tiles;
  OperandTiles keys, values;
};

} // namespace scratch

#endif // SCRATCH_PASSES_EXPAND_ATTENTION_ATTENTIONOPERANDS_H
