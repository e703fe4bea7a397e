//===- RandomNumbers.h - numbers of a seed, by position ---------*- C++ -*-===//
//
// SplitMix64 (Steele, Lea, Flood: Fast splittable pseudorandom number generators,
// OOPSLA 2014): the u-th number follows from the seed and u alone, so whoever
// needs it computes it, in any order.
//
//===----------------------------------------------------------------------===//
#ifndef SCRATCH_PASSES_EMISSION_RANDOMNUMBERS_H
#define SCRATCH_PASSES_EMISSION_RANDOMNUMBERS_H

#include "passes/Emission/LoopBuilder.h"

namespace scratch {

/// Number `position` (index, from 0) of the sequence of `seed`: 64 bits.
mlir::Value emitRandomBits(LoopBuilder &b, mlir::Value seed, mlir::Value position);

} // namespace scratch

#endif // SCRATCH_PASSES_EMISSION_RANDOMNUMBERS_H
