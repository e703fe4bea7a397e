//===- PackLanes.h - eight lanes by the bits of a byte ----------*- C++ -*-===//
#ifndef SCRATCH_PASSES_CONVERSION_X86_ACCUMULATORS_PACKLANES_H
#define SCRATCH_PASSES_CONVERSION_X86_ACCUMULATORS_PACKLANES_H

#include "dialects/Scratch/Scratch.h"
#include "passes/Emission/LoopBuilder.h"

namespace scratch {

inline constexpr int64_t kPackedLanes = 8;

/// The bits of `byte` (i8) as a mask of eight lanes.
mlir::Value laneMask(LoopBuilder &b, mlir::Value byte);

/// Eight numbers: first, first + 1, ...
mlir::Value ramp(LoopBuilder &b, mlir::Value first);

/// Whether lanes are packed by a mask in hardware (vpcompressd and the like).
bool packsLanes(mlir::Operation *op, mlir::Type stored, mlir::Type element);

/// Writes the lanes of `vectors` that `bits` (i8) names side by side, each vector to its
/// buffer, and nothing behind them; returns the place behind.
mlir::Value packLanes(LoopBuilder &b, mlir::Value bits, mlir::ValueRange vectors,
                      mlir::ValueRange buffers, mlir::Value at);

} // namespace scratch

#endif // SCRATCH_PASSES_CONVERSION_X86_ACCUMULATORS_PACKLANES_H
