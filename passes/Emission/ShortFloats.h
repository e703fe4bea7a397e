//===- ShortFloats.h - bf16 and f16, in and out of f32 ----------*- C++ -*-===//
#ifndef SCRATCH_PASSES_EMISSION_SHORTFLOATS_H
#define SCRATCH_PASSES_EMISSION_SHORTFLOATS_H

#include "passes/Emission/LoopBuilder.h"

namespace scratch {

/// The f32 that an f32, bf16 or f16 stands for.
mlir::Value emitToF32(LoopBuilder &b, mlir::Value value);

/// The nearest number of `type`, ties to even; NaN stays NaN. bf16 is rounded in
/// integers: not every processor can, and no library is called.
mlir::Value emitFromF32(LoopBuilder &b, mlir::Value value, mlir::Type type);

} // namespace scratch

#endif // SCRATCH_PASSES_EMISSION_SHORTFLOATS_H
