//===- SortSegment.h - put a row's entries in order --------------*- C++ -*-===//
#ifndef SCRATCH_PASSES_EMISSION_SORTSEGMENT_H
#define SCRATCH_PASSES_EMISSION_SORTSEGMENT_H

#include "passes/Emission/LoopBuilder.h"

namespace scratch {

/// Coordinates and their values, if any: buffers of the same length.
struct EntryBuffers {
  mlir::Value coordinates, values;
};

/// Longest row that is sorted by insertion: about two instructions per entry and entry.
inline constexpr int64_t kInsertionMost = 20;
/// Counters that one worker sorts with, of a type that holds the longest row.
inline constexpr int64_t kSortCounters = 256;

/// Sorts `count` different coordinates (unsigned) from `at` on, and their values with
/// them. `spare` is like `entries`; what it holds at these places is lost.
void sortSegment(LoopBuilder &b, EntryBuffers entries, EntryBuffers spare, mlir::Value counters,
                 mlir::Value at, mlir::Value count);

} // namespace scratch

#endif // SCRATCH_PASSES_EMISSION_SORTSEGMENT_H
