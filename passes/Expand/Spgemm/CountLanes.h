//===- CountLanes.h - how counts along a mask's row are kept ----*- C++ -*-===//
//
// Stage: expand. Over a pair semiring an entry says how many products fall on it, or that some do:
// a lane of a vector counts one column of the mask's row. Products are compared with all lanes one
// by one, or a vector of them is intersected at once.
//
//===----------------------------------------------------------------------===//
#ifndef SCRATCH_PASSES_EXPAND_SPGEMM_COUNTLANES_H
#define SCRATCH_PASSES_EXPAND_SPGEMM_COUNTLANES_H

#include "passes/Emission/Semiring.h"

namespace scratch {

struct CountLanes {
  static constexpr int64_t kVectorBits = 512;

  /// Of the mask's coordinates and B's.
  static CountLanes of(mlir::Operation *kernel, const SemiringEmitter &semiring,
                       mlir::Value maskCoordinates, mlir::Value coordinates);

  mlir::VectorType type;   ///< of the mask's columns; null: counts are not kept so
  bool intersects = false; ///< products are intersected (VP2INTERSECT)
  int64_t vectors = 1;     ///< of wanted columns, at most

  /// Entries of the mask's row, at most.
  int64_t longestRow() const { return type ? vectors * type.getNumElements() : 0; }
};

} // namespace scratch

#endif // SCRATCH_PASSES_EXPAND_SPGEMM_COUNTLANES_H
