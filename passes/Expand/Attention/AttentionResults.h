//===- AttentionResults.h - where attention's results go --------*- C++ -*-===//
//
// Stage: expand. Results are written over a destination or into buffers of their own. Few
// tasks on many keys cut these into parts by themselves, whose results are merged; an op
// that asks for parts gets theirs.
//
//===----------------------------------------------------------------------===//
#ifndef SCRATCH_PASSES_EXPAND_ATTENTION_ATTENTIONRESULTS_H
#define SCRATCH_PASSES_EXPAND_ATTENTION_ATTENTIONRESULTS_H

#include "passes/Expand/Attention/AttentionTasks.h"
#include "passes/Expand/Attention/Merge.h"
#include "passes/Expand/Attention/Tiles.h"

namespace scratch {

class AttentionResults {
public:
  using Value = mlir::Value;

  /// Opens buffers, and tells `tasks` how many parts there are.
  AttentionResults(LoopBuilder &b, const AttentionProblem &problem, AttentionTasks &tasks,
                   AttentionTiles &tiles);

  /// Writes sums over totals: the result, or that of the task's part.
  void write(const AttentionTask &task, const AttentionTiles::Workspace &w);
  /// Where a task's results go, unless they are parts.
  std::optional<ComingRange> coming(const AttentionTask &task, Value isAsked) const;
  /// After all tasks: the parts' results become one.
  void merge();
  /// Buffers of parts that were merged.
  void release() const;
  LoopBuilder::Values tensors();

private:
  void openParts(llvm::SmallVector<Value> shape, llvm::SmallVector<Value> logShape);
  void split(llvm::SmallVector<Value> shape, llvm::SmallVector<Value> logShape);
  Value buffer(unsigned number, llvm::ArrayRef<Value> extents);
  void clear();
  void writeTo(const AttentionTask &task, const AttentionTiles::Workspace &w,
               const HeadTensor &target, Value logs, Value part);
  bool areMerged() const { return parts.results && result.buffer; }
  Value real(double value) {
    return mlir::arith::ConstantOp::create(b, b.getF32FloatAttr(value));
  }

  LoopBuilder &b;
  const AttentionProblem &p;
  const AttentionExtents &e;
  AttentionOp op;
  AttentionTasks &tasks;
  AttentionTiles &tiles;
  HeadTensor result;    ///< of the whole; without a buffer where parts are asked for
  Value logSumExp;
  AttentionParts parts; ///< buffers are null where keys stay whole
};

} // namespace scratch

#endif // SCRATCH_PASSES_EXPAND_ATTENTION_ATTENTIONRESULTS_H
