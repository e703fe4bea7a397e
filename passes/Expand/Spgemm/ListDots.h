//===- ListDots.h - dot products of two lists, no table ---------*- C++ -*-===//
//
// Stage: expand. A row of A and a column of B as two ascending lists. A vector holds a block of
// the row; the column's coordinates that are not behind the block are compared with all of it at
// once, each in its turn, so every coordinate of either list is looked at once. Products of
// pairs are the bits of one mask in the end; others are taken where a coordinate meets.
// Narrow vectors gain nothing: there the lists are merged one coordinate at a time.
//
// A list that is much shorter than the other is searched for in it.
//
//===----------------------------------------------------------------------===//
#ifndef SCRATCH_PASSES_EXPAND_SPGEMM_LISTDOTS_H
#define SCRATCH_PASSES_EXPAND_SPGEMM_LISTDOTS_H

#include "passes/Expand/Spgemm/DotSums.h"

namespace scratch {

class ListDots {
public:
  ListDots(LoopBuilder &b, const InnerOperands &operands)
      : b(b), operands(operands), sums(b, operands) {}

  /// Both lists ascend.
  Dot compute(const Lists &lists) const;

private:
  using Value = mlir::Value;
  using Values = LoopBuilder::Values;
  using GoesOn = llvm::function_ref<Value(mlir::ValueRange)>;
  /// Given a block, the place in the row where it begins, a position of the column, the block's
  /// last coordinate and what is carried: the next position and what is carried on.
  using PerBlock = llvm::function_ref<Values(Value block, Value p, Value from, Value highest,
                                             mlir::ValueRange carried)>;

  int64_t blockLength() const;
  bool isCount() const;
  Value sumOfOnes(Value count) const;
  Dot merge(const Lists &lists) const;
  std::pair<Value, Value> loadBlock(Value p, Value length) const;
  Value meets(Value block, Value q) const;
  Value reaches(Value q, Value to, Value highest) const;
  Values forBlocks(const Lists &lists, mlir::ValueRange carried, GoesOn goesOn,
                   PerBlock body) const;
  Dot countMeeting(const Lists &lists) const;
  Dot mergeBlocks(const Lists &lists) const;

  LoopBuilder &b;
  const InnerOperands &operands;
  DotSums sums;
};

} // namespace scratch

#endif // SCRATCH_PASSES_EXPAND_SPGEMM_LISTDOTS_H
