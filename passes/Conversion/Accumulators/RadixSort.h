//===- RadixSort.h - coordinates of a row in order --------------*- C++ -*-===//
#ifndef SCRATCH_PASSES_CONVERSION_ACCUMULATORS_RADIXSORT_H
#define SCRATCH_PASSES_CONVERSION_ACCUMULATORS_RADIXSORT_H

#include "passes/Emission/LoopBuilder.h"

namespace scratch {

/// Counters that a sort needs, of a type that holds places of `keys`.
inline constexpr int64_t kRadixCounters = 256;

/// Sorts the first `count` of `keys`, unsigned and all in [low, high), with places
/// [spare, spare + count) as room for a copy. Returns where the sorted keys begin:
/// 0 or `spare`. Few keys are inserted; more are dealt by 8 bits at a time, from the
/// lowest on, as many times as high - low asks for (Knuth, TAOCP 3, 5.2.5).
mlir::Value emitRadixSort(LoopBuilder &b, mlir::Value keys, mlir::Value counters,
                          mlir::Value count, mlir::Value spare, mlir::Value low,
                          mlir::Value high);

} // namespace scratch

#endif // SCRATCH_PASSES_CONVERSION_ACCUMULATORS_RADIXSORT_H
