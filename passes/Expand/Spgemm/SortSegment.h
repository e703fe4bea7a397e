//===- SortSegment.h - put a row's entries in order --------------*- C++ -*-===//
#ifndef SCRATCH_PASSES_EXPAND_SPGEMM_SORTSEGMENT_H
#define SCRATCH_PASSES_EXPAND_SPGEMM_SORTSEGMENT_H

#include "passes/Emission/LoopBuilder.h"

namespace scratch {

/// Sorts `count` different coordinates from `at` on, and their values with them.
void sortSegment(LoopBuilder &b, mlir::Value coordinates, mlir::Value values, mlir::Value at,
                 mlir::Value count);

} // namespace scratch

#endif // SCRATCH_PASSES_EXPAND_SPGEMM_SORTSEGMENT_H
