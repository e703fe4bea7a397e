//===- Panels.h - the operand `c` of a dense product, by columns -*- C++ -*-===//
//
// Stage: expand. `c` is read a panel at a time: `width` neighbouring columns of
// consecutive steps of the depth. From where it is (panels one step apart by a whole
// row), from a copy in which a panel is contiguous and short panels end in zeros, or,
// where rows are too few to pay for writing that copy and reading it again, from
// copies that a worker makes of a few panels when their turn comes (PanelTurns.h).
// Which, is decided by the shapes, at run time where need be.
//
//===----------------------------------------------------------------------===//
#ifndef SCRATCH_PASSES_EXPAND_DENSE_PANELS_H
#define SCRATCH_PASSES_EXPAND_DENSE_PANELS_H

#include "passes/Expand/Dense/Contraction.h"
#include "passes/Emission/LoopBuilder.h"

namespace scratch {

struct DensePanels {
  mlir::Value source; ///< `c` itself
  mlir::Value flat;   ///< where panels are read, unless in turn: `c` or the copy
  mlir::Value packed; ///< i1: all panels are in the copy
  mlir::Value inTurn; ///< i1: panels are copied in their turn
  mlir::Value owned;  ///< i1: `flat` is to be released
  mlir::Value depth, columns;
  int64_t lanes = 1, wide = 1; ///< vectors per wide panel; the others have one
  mlir::Value vectors, wideVectors; ///< in all, and in wide panels

  /// Where the panel from vector `vector` on begins in `flat`, and its step.
  std::pair<mlir::Value, mlir::Value> panel(LoopBuilder &b, mlir::Value vector,
                                            bool isWide) const;
};

/// `rows`: how often the copy would be read.
DensePanels openPanels(LoopBuilder &b, const DenseContraction &product,
                       mlir::ArrayRef<mlir::Value> loopCounts, mlir::Value rows, int64_t lanes,
                       int64_t wide);

} // namespace scratch

#endif // SCRATCH_PASSES_EXPAND_DENSE_PANELS_H
