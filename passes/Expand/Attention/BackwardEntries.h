//===- BackwardEntries.h - from scores and flows to slopes ------*- C++ -*-===//
//
// Stage: expand. What is done to the entries of a tile between its products, by what is
// known of every query.
//
//===----------------------------------------------------------------------===//
#ifndef SCRATCH_PASSES_EXPAND_ATTENTION_BACKWARDENTRIES_H
#define SCRATCH_PASSES_EXPAND_ATTENTION_BACKWARDENTRIES_H

#include "passes/Expand/Attention/BackwardTasks.h"

namespace scratch {

class BackwardEntries {
public:
  using Value = mlir::Value;
  using LogicalResult = llvm::LogicalResult;
  using Task = BackwardTask;
  using Workspace = BackwardWorkspace;

  BackwardEntries(LoopBuilder &b, AttentionBackwardOp op, TilingAttr tiling,
                  AttentionTiles &tiles, const MaskFormula &formula, const AttentionExtents &e)
      : b(b), op(op), tiling(tiling), tiles(tiles), formula(formula), e(e) {}

  /// Per query: its log-sum-exp in powers of two, and delta. Padding weighs nothing.
  void computeStatistics(const HeadTensor &result, const HeadTensor &gradient);
  /// Scores become weights, flows become slopes, in place.
  LogicalResult weigh(const Task &task, Value queryHead, bool transposed, Value firstColumn,
                      Value count, Value partial, const Workspace &w);
  /// A partial tile's sum over its live entries alone.
  void sumLive(const Task &task, Value queryHead, bool transposed, Value first, Value count,
               Value weights, const TokenRows &rows, Value row, Value sums);

  Value logs, deltas; ///< [batch * head][queries, padded]: log2, plus infinity if empty

private:
  LogicalResult slopeOfRegion(const Task &task, Value queryHead, bool transposed,
                              Value firstColumn, Value row, Value column, const Workspace &w,
                              Value &slope);
  void maskRow(ScalarDomain &domain, const Task &task, bool transposed, Value row,
               Value firstColumn, Value count, Value weights);
  Value real(double value) {
    return mlir::arith::ConstantOp::create(b, b.getF32FloatAttr(value));
  }

  LoopBuilder &b;
  AttentionBackwardOp op;
  TilingAttr tiling;
  AttentionTiles &tiles;
  const MaskFormula &formula;
  const AttentionExtents &e;
};

} // namespace scratch

#endif // SCRATCH_PASSES_EXPAND_ATTENTION_BACKWARDENTRIES_H
