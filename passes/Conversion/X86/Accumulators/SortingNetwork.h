//===- SortingNetwork.h - few keys sorted without branches ------*- C++ -*-===//
#ifndef SCRATCH_PASSES_CONVERSION_X86_ACCUMULATORS_SORTINGNETWORK_H
#define SCRATCH_PASSES_CONVERSION_X86_ACCUMULATORS_SORTINGNETWORK_H

#include "passes/Emission/LoopBuilder.h"

namespace scratch {

/// Sorts the first `count` keys of `keys` (i32, unsigned, at most `most`) in
/// registers of `lanes` keys. The buffer has room for `most` + most / 2 keys;
/// keys behind `count` are spoiled. Constants are powers of two, `most` at most 64.
/// Returns an i64 with bit i set where key i differs from the one before it in
/// more than its lowest `ignored` bits; bits behind `count` are set or not.
mlir::Value emitSort(LoopBuilder &b, mlir::Value keys, mlir::Value count, int64_t most,
                     int64_t lanes, int64_t ignored);

} // namespace scratch

#endif // SCRATCH_PASSES_CONVERSION_X86_ACCUMULATORS_SORTINGNETWORK_H
