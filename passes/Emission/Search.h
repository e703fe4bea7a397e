//===- Search.h - where a coordinate is in a segment ------------*- C++ -*-===//
#ifndef SCRATCH_PASSES_EMISSION_SEARCH_H
#define SCRATCH_PASSES_EMISSION_SEARCH_H

#include "passes/Emission/LoopBuilder.h"

namespace scratch {

/// The first position in [from, to) whose coordinate is not less than `wanted`, or
/// `to`. Coordinates ascend; found by halving without branches.
mlir::Value emitLowerBound(LoopBuilder &b, mlir::Value coordinates, mlir::Value from,
                           mlir::Value to, mlir::Value wanted);

} // namespace scratch

#endif // SCRATCH_PASSES_EMISSION_SEARCH_H
