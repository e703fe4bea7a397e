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
                    AttentionTiles &tiles)
      : b(b), p(problem), tasks(tasks), tiles(tiles) {}

  /// Packs what many tasks read; tasks have been counted.
  void open();

  /// What a worker packs tiles into.
  struct Own {
    OperandTiles::Store keys, values;
  };
  LoopBuilder::Values allocate() const;
  static Own read(mlir::ValueRange buffers) {
    return {{buffers[0], buffers[1]}, {buffers[2], buffers[3]}};
  }

  OperandTiles::Tile openKeys(const Own &own, Value list, const AttentionKeys &tile) const {
    return keys.open(b, own.keys, list, tile.first, tile.count);
  }
  OperandTiles::Tile openValues(const Own &own, Value list, const AttentionKeys &tile) const {
    return values.open(b, own.values, list, tile.first, tile.count);
  }
  /// Rows of one task, times scale (in powers of two, unless a score region wants to see
  /// natural ones); pairs as they are, since a scaled bf16 would be rounded. Rows beyond
  /// the last repeat it.
  void packQueries(const AttentionTask &task, Value buffer);
  /// What is read behind a tile of keys, and behind the first also of queries.
  llvm::SmallVector<ComingRange> after(const AttentionTask &task, const Own &own,
                                       Value list, const AttentionKeys &now) const;
  void release() const;

private:
  TileStores planStores(Value lists);

  LoopBuilder &b;
  const AttentionProblem &p;
  AttentionTasks &tasks;
  AttentionTiles &tiles;
  OperandTiles keys, values;
};

} // namespace scratch

#endif // SCRATCH_PASSES_EXPAND_ATTENTION_ATTENTIONOPERANDS_H
