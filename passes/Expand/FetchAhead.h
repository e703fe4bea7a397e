//===- FetchAhead.h - entries that no near cache holds ----------*- C++ -*-===//
//
// Stage: expand. A matrix that is read once, in order, from beyond the near caches: what is read
// next is asked for while loops work on what is there.
//
//===----------------------------------------------------------------------===//
#ifndef SCRATCH_PASSES_EXPAND_FETCHAHEAD_H
#define SCRATCH_PASSES_EXPAND_FETCHAHEAD_H

#include "passes/Expand/VectorProducts.h"

namespace scratch {

class FetchAhead {
public:
  FetchAhead(LoopBuilder &b, const VectorProducts &products, const SemiringEmitter &semiring,
             const SparseOperand &lhs)
      : b(b), products(products), semiring(semiring), lhs(lhs) {}

  /// Whether the matrix is so large, i1.
  mlir::Value pays() const;
  /// Asks for entries behind the p-th, if that is enabled.
  void behind(mlir::Value p) const;

  bool enabled = false; ///< while code is emitted for matrices where it pays

private:
  LoopBuilder &b;
  const VectorProducts &products;
  const SemiringEmitter &semiring;
  const SparseOperand &lhs;
};

} // namespace scratch

#endif // SCRATCH_PASSES_EXPAND_FETCHAHEAD_H
