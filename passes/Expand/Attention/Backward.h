//===- Backward.h - the passes of attention's gradients ---------*- C++ -*-===//
//
// Stage: expand. See Backward.cpp for the passes over queries and over keys,
// and CaptureGradients.cpp for that over what a score region reads.
//
//===----------------------------------------------------------------------===//
#ifndef SCRATCH_PASSES_EXPAND_ATTENTION_BACKWARD_H
#define SCRATCH_PASSES_EXPAND_ATTENTION_BACKWARD_H

#include "passes/Expand/Attention/MaskEmitter.h"
#include "passes/Expand/Attention/TileMap.h"
#include "passes/Expand/Attention/Tiles.h"
#include "passes/Expand/Attention/TokenPacking.h"

#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

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

class BackwardExpansion {
public:
  using Value = mlir::Value;
  using LogicalResult = llvm::LogicalResult;
  template <class Callable> using function_ref = llvm::function_ref<Callable>;

  BackwardExpansion(LoopBuilder &b, AttentionBackwardOp op)
      : b(b), op(op), tiling(*op.getTiling()),
        tiles(b, tiling, VectorInstructions::of(op)) {}
  llvm::FailureOr<LoopBuilder::Values> expand();

private:
  /// A block of rows of one list.
  struct Task {
    Value batch, head, block, first, rows;
  };
  /// Buffers of one worker.
  struct Workspace {
    Value main, flow;    ///< rows of the task
    Value scores, flows; ///< a tile each
    Value sums, flowSums;
  };
  Value real(double value) {
    return mlir::arith::ConstantOp::create(b, b.getF32FloatAttr(value));
  }
  Value splat(Value scalar) {
    return mlir::vector::BroadcastOp::create(b, tiles.vectorType(), scalar);
  }
  Value quotient(Value a, Value c) {
    return mlir::arith::DivUIOp::create(b, a, c);
  }
  Value remainder(Value a, Value c) {
    return mlir::arith::RemUIOp::create(b, a, c);
  }

  void computeStatistics(const HeadTensor &result, const HeadTensor &gradient);
  LogicalResult pass(const Side &left, const Side &right, bool transposed,
                     const HeadTensor &mainResult,
                     const HeadTensor &flowResult);
  std::optional<TileMap> sortTiles(const Side &left, const Side &right,
                                   bool transposed);
  Task taskOf(Value batch, Value head, Value block, const Side &left);
  Value blocksOf(const Side &side) {
    return mlir::arith::CeilDivUIOp::create(b, side.main.places,
                                            b.index(tiling.getQueries()));
  }
  void overTasks(Value tasks, const Side &left, const Side &right,
                 function_ref<void(Value number, const Workspace &w)> body);
  void overTiles(
      const Task &task, Value queryHead, Value columns,
      const std::optional<TileMap> &map,
      function_ref<void(Value tile, Value first, Value count, Value partial)>
          body);
  void multiplyTile(const Task &task, const Side &left, const Side &right,
                    Value list, Value tile, Value count, const Workspace &w);
  LogicalResult runTask(const Task &task, const Side &left, const Side &right,
                        bool transposed, const std::optional<TileMap> &map,
                        Value careful, const Workspace &w);
  void sumLive(const Task &task, Value queryHead, bool transposed, Value first,
               Value count, Value weights, const TokenRows &rows, Value row,
               Value sums);
  LogicalResult passOfCapture(mlir::tensor::ExtractOp read, const Side &queries,
                              const Side &keys, Value gradient);
  LogicalResult addTile(mlir::tensor::ExtractOp read, const Task &task,
                        Value first, Value count, Value partial,
                        const Workspace &w, Value gradient);
  void packBlock(const Task &task, const HeadLists &lists, Value buffer,
                 Value scale);
  void clear(Value sums, Value rows, Value columns);
  LogicalResult weigh(const Task &task, Value queryHead, bool transposed,
                      Value firstColumn, Value count, Value partial,
                      const Workspace &w);
  LogicalResult slopeOfRegion(const Task &task, Value queryHead,
                              bool transposed, Value firstColumn, Value row,
                              Value column, const Workspace &w, Value &slope);
  void maskRow(ScalarDomain &domain, const Task &task, bool transposed,
               Value row, Value firstColumn, Value count, Value weights);
  void write(const Task &task, Value sums, const HeadLists &lists, Value factor,
             const HeadTensor &target);

  LoopBuilder &b;
  AttentionBackwardOp op;
  TilingAttr tiling;
  AttentionTiles tiles;
  MaskFormula formula;
  AttentionExtents e;
  Value logs,
      deltas; ///< [batch * head][queries, padded]: log2, plus infinity if empty
};

} // namespace scratch

#endif // SCRATCH_PASSES_EXPAND_ATTENTION_BACKWARD_H
