//===- Accumulators.h - the kinds of accumulator on x86 ---------*- C++ -*-===//
#ifndef SCRATCH_PASSES_CONVERSION_X86_ACCUMULATORS_ACCUMULATORS_H
#define SCRATCH_PASSES_CONVERSION_X86_ACCUMULATORS_ACCUMULATORS_H

#include "passes/Conversion/Accumulators/Accumulator.h"

namespace scratch {

/// Null where the tiles have a mask.
std::unique_ptr<Accumulator> makeSortAccumulator(AccumulatorCreateOp op);
std::unique_ptr<Accumulator> makeDenseAccumulator(AccumulatorCreateOp op);
std::unique_ptr<Accumulator> makeTieredAccumulator(AccumulatorCreateOp op);

} // namespace scratch

#endif // SCRATCH_PASSES_CONVERSION_X86_ACCUMULATORS_ACCUMULATORS_H
