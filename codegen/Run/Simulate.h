//===- Simulate.h - run an image on the simulated machine -------*- C++ -*-===//
#ifndef SCRATCH_CODEGEN_RUN_SIMULATE_H
#define SCRATCH_CODEGEN_RUN_SIMULATE_H

#include "codegen/Run/Measure.h"

namespace scratch {

/// Places the inputs in simulated memory, runs the program's image once and
/// reads the results back. The time of a run is that of the simulation; what the
/// machine did is in `statistics`.
llvm::Expected<Measurement> simulate(const Program &program,
                                     llvm::ArrayRef<scratch_tensor> inputs,
                                     const SimulationOptions &options);

} // namespace scratch

#endif // SCRATCH_CODEGEN_RUN_SIMULATE_H
