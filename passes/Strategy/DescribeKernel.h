//===- DescribeKernel.h - from an operation to a problem --------*- C++ -*-===//
#ifndef SCRATCH_PASSES_STRATEGY_DESCRIBEKERNEL_H
#define SCRATCH_PASSES_STRATEGY_DESCRIBEKERNEL_H

#include "dialects/Scratch/Scratch.h"
#include "passes/Strategy/Problem.h"

namespace scratch {

/// What the types, the mask and the epilogue of a kernel tell.
KernelProblem describe(KernelOpInterface kernel);

} // namespace scratch

#endif // SCRATCH_PASSES_STRATEGY_DESCRIBEKERNEL_H
