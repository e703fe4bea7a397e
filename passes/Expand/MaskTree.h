//===- MaskTree.h - a mask expression: leaves and a formula -----*- C++ -*-===//
//
// Stage: expand. A mask is a tree of and/or/not over at most six leaves. For
// each row the leaves are marked in the accumulator, one bit per leaf, and the
// formula decides from the bits whether a coordinate takes part.
//
//===----------------------------------------------------------------------===//
#ifndef SCRATCH_PASSES_EXPAND_MASKTREE_H
#define SCRATCH_PASSES_EXPAND_MASKTREE_H

#include "dialects/Scratch/Scratch.h"
#include "passes/Expand/Operands.h"

namespace scratch {

class MaskTree {
public:
  /// Most leaves of one tree: the bits that a state byte has to spare.
  static constexpr unsigned kMaxLeaves = 6;

  struct Leaf {
    SparseOperand sparse;
    mlir::Value dense; ///< instead of `sparse`, for dense tensors
    bool byValue = false;
  };

  /// Opens the leaves of `mask` (may be null). Leaves are converted to the
  /// storage order of the result where they differ. Fails with an error on `op`.
  static llvm::FailureOr<MaskTree> open(LoopBuilder &b, mlir::Operation *op, mlir::Value mask,
                                        bool complement, bool columnMajor);

  bool empty() const { return leaves.empty(); }
  llvm::ArrayRef<Leaf> getLeaves() const { return leaves; }

  /// Entries outside every leaf never take part.
  bool isBoundedByLeaves() const { return bounded; }

  /// The mask is one sparse tensor, as it is.
  bool isOneSparseLeaf() const {
    return leaves.size() == 1 && bounded && !leaves.front().dense;
  }

  /// Writes the formula as the body of `region`: i8 leaf bits -> i1.
  void emitFormula(LoopBuilder &b, mlir::Region &region) const;

  /// Stored entries of all leaves in one row; `range` stands for a dense leaf.
  mlir::Value entriesOfRow(LoopBuilder &b, mlir::Value major, mlir::Value range) const;
  /// The same in rows [first, last).
  mlir::Value entriesOfRows(LoopBuilder &b, mlir::Value first, mlir::Value last,
                            mlir::Value range) const;

  /// Marks all leaves of one row on a tile.
  void emitMarks(LoopBuilder &b, mlir::Value tile, mlir::Value major) const;

private:
  mlir::Value root;
  bool complement = false;
  bool bounded = false;
  llvm::SmallVector<Leaf> leaves;
  llvm::SmallVector<mlir::Value> leafValues; ///< results of mask.from

  mlir::Value emitFormula(LoopBuilder &b, mlir::Value mask, mlir::Value bits) const;
};

} // namespace scratch

#endif // SCRATCH_PASSES_EXPAND_MASKTREE_H
