//===- Backward.h - the passes of attention's gradients ---------*- C++ -*-===//
//
// Stage: expand. See Backward.cpp for the passes over queries and over keys,
// and CaptureGradients.cpp for that over what a score region reads.
//
//===----------------------------------------------------------------------===//
#ifndef SCRATCH_PASSES_EXPAND_ATTENTION_BACKWARD_H
#define SCRATCH_PASSES_EXPAND_ATTENTION_BACKWARD_H

#include "passes/Expand/Attention/BackwardEntries.h"

#include "mlir/Dialect/Tensor/IR/Tensor.h"

namespace scratch {

class BackwardExpansion {
public:
  using Value = mlir::Value;
  using LogicalResult = llvm::LogicalResult;
  template <class Callable> using function_ref = llvm::function_ref<Callable>;

  BackwardExpansion(LoopBuilder &b, AttentionBackwardOp op)
      : b(b), op(op), tiling(*op.getTiling()),
        tiles(b, tiling, VectorInstructions::of(op)), tasks(b, tiling, formula, e),
        entries(b, op, tiling, tiles, formula, e) {}
  llvm::FailureOr<LoopBuilder::Values> expand();

private:
  using Task = BackwardTask;
  using Workspace = BackwardWorkspace;

  Value real(double value) {
    return mlir::arith::ConstantOp::create(b, b.getF32FloatAttr(value));
  }
  Value quotient(Value a, Value c) { return mlir::arith::DivUIOp::create(b, a, c); }
  Value remainder(Value a, Value c) { return mlir::arith::RemUIOp::create(b, a, c); }

  LogicalResult pass(const Side &left, const Side &right, bool transposed,
                     const HeadTensor &mainResult, const HeadTensor &flowResult);
  void multiplyTile(const Task &task, const Side &left, const Side &right, Value list,
                    Value tile, Value count, const Workspace &w);
  LogicalResult runTask(const Task &task, const Side &left, const Side &right, bool transposed,
                        const std::optional<TileMap> &map, Value careful, const Workspace &w);
  LogicalResult passOfCapture(mlir::tensor::ExtractOp read, const Side &queries,
                              const Side &keys, Value gradient);
  LogicalResult addTile(mlir::tensor::ExtractOp read, const Task &task, Value first, Value count,
                        Value partial, const Workspace &w, Value gradient);
  void packBlock(const Task &task, const HeadLists &lists, Value buffer, Value scale);
  void clear(Value sums, Value rows, Value columns);
  void write(const Task &task, Value sums, const HeadLists &lists, Value factor,
             const HeadTensor &target);

  LoopBuilder &b;
  AttentionBackwardOp op;
  TilingAttr tiling;
  AttentionTiles tiles;
  MaskFormula formula;
  AttentionExtents e;
  BackwardTasks tasks;
  BackwardEntries entries;
};

} // namespace scratch

#endif // SCRATCH_PASSES_EXPAND_ATTENTION_BACKWARD_H
