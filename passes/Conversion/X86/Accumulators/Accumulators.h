//===- Accumulators.h - the kinds of accumulator on x86 ---------*- C++ -*-===//
#ifndef SCRATCH_PASSES_CONVERSION_X86_ACCUMULATORS_ACCUMULATORS_H
#define SCRATCH_PASSES_CONVERSION_X86_ACCUMULATORS_ACCUMULATORS_H

#include "passes/Conversion/Accumulators/Accumulator.h"

namespace scratch {

/// Null where the tiles have a mask.
std::unique_ptr<Accumulator> makeSortAccumulator(AccumulatorCreateOp op);
std::unique_ptr<Accumulator> makeDenseAccumulator(AccumulatorCreateOp op);
/// Null where the tiles have a mask or the semiring is custom.
std::unique_ptr<Accumulator> makeGroupedAccumulator(AccumulatorCreateOp op);
/// Null where the tiles have a mask.
std::unique_ptr<Accumulator> makeBlockedAccumulator(AccumulatorCreateOp op);
std::unique_ptr<Accumulator> makeTieredAccumulator(AccumulatorCreateOp op);
/// Null where the tiles have a mask.
std::unique_ptr<Accumulator> makeNarrowAccumulator(AccumulatorCreateOp op);
/// The create op stands before the parallel region whose workers share it.
std::unique_ptr<Accumulator> makeSharedHashAccumulator(AccumulatorCreateOp op);
/// Entries and rows of one of its tiles, at most.
std::pair<int64_t, int64_t> capacityOfSharedHash();

} // namespace scratch

#endif // SCRATCH_PASSES_CONVERSION_X86_ACCUMULATORS_ACCUMULATORS_H
