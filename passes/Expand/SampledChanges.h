//===- SampledChanges.h - how often neighbours differ, by a sample -*- C++ -*-===//
#ifndef SCRATCH_PASSES_EXPAND_SAMPLEDCHANGES_H
#define SCRATCH_PASSES_EXPAND_SAMPLEDCHANGES_H

#include "passes/Emission/LoopBuilder.h"

namespace scratch {

/// Pairs of neighbours that are looked at: 32 at each of 64 places.
inline constexpr int64_t kSampledPairs = 64 * 32;

/// Of `count` numbers (at least 2 * kSampledPairs), in how many of the sampled pairs the second
/// differs from the first (index).
mlir::Value sampledChanges(LoopBuilder &b, mlir::Value count,
                           llvm::function_ref<mlir::Value(mlir::Value at)> numberAt);

} // namespace scratch

#endif // SCRATCH_PASSES_EXPAND_SAMPLEDCHANGES_H
