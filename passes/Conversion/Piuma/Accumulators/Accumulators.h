//===- Accumulators.h - the kinds of accumulator on PIUMA -------*- C++ -*-===//
#ifndef SCRATCH_PASSES_CONVERSION_PIUMA_ACCUMULATORS_ACCUMULATORS_H
#define SCRATCH_PASSES_CONVERSION_PIUMA_ACCUMULATORS_ACCUMULATORS_H

#include "passes/Conversion/Accumulators/Accumulator.h"

namespace scratch {

/// A table in DRAM that one thread uses; masks and any semiring.
std::unique_ptr<Accumulator> makePrivateHashAccumulator(AccumulatorCreateOp op);

} // namespace scratch

#endif // SCRATCH_PASSES_CONVERSION_PIUMA_ACCUMULATORS_ACCUMULATORS_H
