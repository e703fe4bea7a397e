//===- PrefixSum.h - prefix sums by all threads ------------------*- C++ -*-===//
#ifndef SCRATCH_PASSES_CONVERSION_PIUMA_PREFIXSUM_H
#define SCRATCH_PASSES_CONVERSION_PIUMA_PREFIXSUM_H

#include "dialects/Scratch/Scratch.h"

namespace scratch {

/// BEFORE  scratch.prefix_sum %buffer count %n
/// AFTER   piuma.spmd { sum my block; scan; sum again, from there }
void lowerPrefixSum(PrefixSumOp op);

} // namespace scratch

#endif // SCRATCH_PASSES_CONVERSION_PIUMA_PREFIXSUM_H
