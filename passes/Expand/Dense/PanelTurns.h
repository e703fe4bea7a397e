//===- PanelTurns.h - panels copied when their turn comes -------*- C++ -*-===//
//
// Stage: expand. Few rows read a large `c` once or a few times: a copy of all of it
// would be written to memory and read back for them. Instead the worker that is
// about to multiply some neighbouring panels copies one piece of their depth into a
// buffer that its second cache holds, reading long runs of `c`.
//
//===----------------------------------------------------------------------===//
#ifndef SCRATCH_PASSES_EXPAND_DENSE_PANELTURNS_H
#define SCRATCH_PASSES_EXPAND_DENSE_PANELTURNS_H

#include "passes/Expand/Dense/Panels.h"

namespace scratch {

/// Some panels, and a piece of the depth.
struct PanelTurn {
  mlir::Value firstVector, lastVector; ///< the first begins a panel
  mlir::Value firstStep, lastStep;
  mlir::Value buffer; ///< rank 1: room for as many vectors of as many steps

  /// Where the panel from vector `vector` on would begin in `buffer` if it had all
  /// steps before the piece, too, and its step.
  std::pair<mlir::Value, mlir::Value> panel(LoopBuilder &b, const DensePanels &panels,
                                            mlir::Value vector, bool isWide) const;
};

/// Whether `c` is a matrix whose panels can be copied in turn.
bool takesTurns(const DenseContraction &product);

/// Copies from `panels.source`, as elements of the product.
void packTurn(LoopBuilder &b, const DenseContraction &product, const DensePanels &panels,
              const PanelTurn &turn);

} // namespace scratch

#endif // SCRATCH_PASSES_EXPAND_DENSE_PANELTURNS_H
