//===- Search.h - where a coordinate is in a segment ------------*- C++ -*-===//
#ifndef SCRATCH_PASSES_EMISSION_SEARCH_H
#define SCRATCH_PASSES_EMISSION_SEARCH_H

#include "passes/Emission/LoopBuilder.h"

namespace scratch {

/// The first position in [from, to) whose coordinate is not less than `wanted`, or
/// `to`. Coordinates ascend; found by halving without branches.
mlir::Value emitLowerBound(LoopBuilder &b, mlir::Value coordinates, mlir::Value from,
                           mlir::Value to, mlir::Value wanted);

/// The first position in [from, to) that `isBehind` holds for, or `to`. It holds for
/// all positions behind the first one.
mlir::Value emitPartitionPoint(LoopBuilder &b, mlir::Value from, mlir::Value to,
                               llvm::function_ref<mlir::Value(mlir::Value at)> isBehind);

/// The first position in [from, to) of an ascending buffer whose element is greater
/// than `value`, or `to`.
mlir::Value emitUpperBound(LoopBuilder &b, mlir::Value buffer, mlir::Value from, mlir::Value to,
                           mlir::Value value);

} // namespace scratch

#endif // SCRATCH_PASSES_EMISSION_SEARCH_H
