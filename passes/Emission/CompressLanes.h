//===- CompressLanes.h - lanes of a mask side by side -----------*- C++ -*-===//
#ifndef SCRATCH_PASSES_EMISSION_COMPRESSLANES_H
#define SCRATCH_PASSES_EMISSION_COMPRESSLANES_H

#include "passes/Emission/LoopBuilder.h"

namespace scratch {

/// The lanes that `mask` names, in their order, from the first one on; those behind are
/// unspecified. Of integers of a width, or floats.
mlir::Value compressLanes(LoopBuilder &b, mlir::Value lanes, mlir::Value mask);

} // namespace scratch

#endif // SCRATCH_PASSES_EMISSION_COMPRESSLANES_H
