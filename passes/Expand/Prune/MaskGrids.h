//===- MaskGrids.h - masks of weights, entry by entry -----------*- C++ -*-===//
//
// Stage: expand. Answers "is entry (i, j) in the mask?" for expressions over
// masks. A leaf that follows from scores becomes a grid of bytes, one per unit,
// computed once where the mask is made and released at the end of its block. A
// random leaf is computed again at every question; a dense `mask.from` is read
// from its tensor.
//
//===----------------------------------------------------------------------===//
#ifndef SCRATCH_PASSES_EXPAND_PRUNE_MASKGRIDS_H
#define SCRATCH_PASSES_EXPAND_PRUNE_MASKGRIDS_H

#include "dialects/Scratch/Scratch.h"
#include "passes/Emission/LoopBuilder.h"

#include "llvm/ADT/DenseMap.h"

namespace scratch {

/// The units of a mask: a grid of `rows` x `columns` pieces of the matrix, each
/// of `height` x `width` entries or fewer at the border.
struct UnitGrid {
  mlir::Value rows, columns, height, width;

  static UnitGrid of(LoopBuilder &b, MaskType mask, mlir::Value matrixRows,
                     mlir::Value matrixColumns);
  mlir::Value count(LoopBuilder &b) const { return b.mul(rows, columns); }
  /// Number of the unit that holds entry (i, j).
  mlir::Value unitOf(LoopBuilder &b, MaskType mask, mlir::Value i, mlir::Value j) const;
};

/// One byte per unit of a scored mask, from `scores` (see Scores.h).
mlir::Value emitSelection(LoopBuilder &b, ScoredMaskInterface op, const UnitGrid &grid,
                          mlir::Value scores);

class MaskGrids {
public:
  /// Makes what `mask` needs, where its leaves are defined. Fails with an error
  /// on `user` for a mask that cannot be asked entry by entry.
  llvm::LogicalResult prepare(mlir::Operation *user, mlir::Value mask);

  /// Whether the mask holds entry (i, j): i1. The mask was prepared.
  mlir::Value holds(LoopBuilder &b, mlir::Value mask, mlir::Value i, mlir::Value j) const;

  /// Extents of the matrix that the mask is for; null for one that a vector of
  /// flags leaves open.
  std::pair<mlir::Value, mlir::Value> shape(mlir::Value mask) const;

private:
  struct Leaf {
    mlir::Value rows, columns; ///< of the matrix; null where a vector leaves it open
    UnitGrid units;
    mlir::Value buffer; ///< bytes of a grid, or the tensor of a mask.from
  };
  llvm::DenseMap<mlir::Value, Leaf> leaves;
};

} // namespace scratch

#endif // SCRATCH_PASSES_EXPAND_PRUNE_MASKGRIDS_H
