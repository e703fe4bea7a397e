//===- SortKeys.h - a list of keys sorted in registers ----------*- C++ -*-===//
#ifndef SCRATCH_PASSES_CONVERSION_X86_ACCUMULATORS_SORTKEYS_H
#define SCRATCH_PASSES_CONVERSION_X86_ACCUMULATORS_SORTKEYS_H

#include "passes/Emission/LoopBuilder.h"

namespace scratch {

/// Sorts the first `count` keys of `keys` (i32, unsigned, at most `most`) in
/// registers of `lanes` keys. The buffer has room for `most` + most / 2 keys;
/// keys behind `count` are spoiled. Constants are powers of two.
/// Returns an i64 with bit i set where key i differs from the one before it in more than its
/// lowest `ignored` bits; bits behind `count` are set or not. Of keys behind the 64th, `changes`
/// (words of i64, most / 64, the first unused) gets the bits.
mlir::Value emitSort(LoopBuilder &b, mlir::Value keys, mlir::Value count, mlir::Value changes,
                     int64_t most, int64_t lanes, int64_t ignored);

} // namespace scratch

#endif // SCRATCH_PASSES_CONVERSION_X86_ACCUMULATORS_SORTKEYS_H
