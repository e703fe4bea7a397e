//===- BackwardTasks.h - how gradients are dealt to workers -----*- C++ -*-===//
//
// Stage: expand. A task is a block of rows of one side, which meets the tiles of the other.
//
//===----------------------------------------------------------------------===//
#ifndef SCRATCH_PASSES_EXPAND_ATTENTION_BACKWARDTASKS_H
#define SCRATCH_PASSES_EXPAND_ATTENTION_BACKWARDTASKS_H

#include "passes/Expand/Attention/MaskEmitter.h"
#include "passes/Expand/Attention/TileMap.h"
#include "passes/Expand/Attention/Tiles.h"
#include "passes/Expand/Attention/TokenPacking.h"

namespace scratch {

/// One side of the products: queries with their gradients, or keys with values.
struct Side {
  HeadLists main, flow;
  mlir::Value mainPanels, flowPanels;
  TokenRows mainRows, flowRows;

  void pack(LoopBuilder &b, AttentionTiles &tiles, int64_t lanes) {
    mainPanels = packingOfPanels(b, main, tiles.panel(), lanes).packAll(b);
    flowPanels = packingOfPanels(b, flow, tiles.panel(), lanes).packAll(b);
    // Rows of one side are read by about as many of the other.
    mainRows = openRows(b, main, lanes, main.places);
    flowRows = openRows(b, flow, lanes, flow.places);
  }
  void release(LoopBuilder &b) const {
    for (mlir::Value buffer : {mainPanels, flowPanels})
      ReleaseOp::create(b, buffer);
    for (const TokenRows &rows : {mainRows, flowRows})
      if (rows.owned)
        ReleaseOp::create(b, rows.owned);
  }
};

/// A block of rows of one list.
struct BackwardTask {
  mlir::Value batch, head, block, first, rows;
};

/// Buffers of one worker.
struct BackwardWorkspace {
  mlir::Value main, flow;    ///< rows of the task
  mlir::Value scores, flows; ///< a tile each
  mlir::Value sums, flowSums;
};

class BackwardTasks {
public:
  using Value = mlir::Value;
  using Task = BackwardTask;
  using Workspace = BackwardWorkspace;
  template <class Callable> using function_ref = llvm::function_ref<Callable>;

  BackwardTasks(LoopBuilder &b, TilingAttr tiling, const MaskFormula &formula,
                const AttentionExtents &e)
      : b(b), tiling(tiling), formula(formula), e(e) {}

  std::optional<TileMap> sortTiles(const Side &left, const Side &right, bool transposed);
  Task taskOf(Value batch, Value head, Value block, const Side &left);
  Value blocksOf(const Side &side) {
    return mlir::arith::CeilDivUIOp::create(b, side.main.places, b.index(tiling.getQueries()));
  }
  /// Runs `body` on tasks in parallel, one at a time for whichever worker is free.
  void overTasks(Value tasks, const Side &left, const Side &right,
                 function_ref<void(Value number, const Workspace &w)> body);
  /// Tiles of a task's columns that may hold a live entry.
  void overTiles(
      const Task &task, Value queryHead, Value columns, const std::optional<TileMap> &map,
      function_ref<void(Value tile, Value first, Value count, Value partial)> body);

private:
  LoopBuilder &b;
  TilingAttr tiling;
  const MaskFormula &formula;
  const AttentionExtents &e;
};

} // namespace scratch

#endif // SCRATCH_PASSES_EXPAND_ATTENTION_BACKWARDTASKS_H
