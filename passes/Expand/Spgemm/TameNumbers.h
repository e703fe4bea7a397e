//===- TameNumbers.h - numbers whose zeros are neutral ----------*- C++ -*-===//
//
// Stage: expand. A product with zero leaves a sum as it is, unless the other number is not finite,
// or the sum is -0. A sum that began as +0 is -0 only where something was lost to zero, which tiny
// numbers alone do.
//
//===----------------------------------------------------------------------===//
#ifndef SCRATCH_PASSES_EXPAND_SPGEMM_TAMENUMBERS_H
#define SCRATCH_PASSES_EXPAND_SPGEMM_TAMENUMBERS_H

#include "passes/Emission/LoopBuilder.h"

namespace scratch {

/// i1: whether values [from, to), f32 or f64, are finite, and zero or not tiny; `lanes` at a time.
mlir::Value areTame(LoopBuilder &b, mlir::Value values, mlir::Value from, mlir::Value to,
                    int64_t lanes);

} // namespace scratch

#endif // SCRATCH_PASSES_EXPAND_SPGEMM_TAMENUMBERS_H
