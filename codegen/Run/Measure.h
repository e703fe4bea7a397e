//===- Measure.h - call an entry point, several times -----------*- C++ -*-===//
#ifndef SCRATCH_CODEGEN_RUN_MEASURE_H
#define SCRATCH_CODEGEN_RUN_MEASURE_H

#include "codegen/Run/Program.h"

#include <vector>

namespace scratch {

/// What came out of the last of several runs, and what all of them took.
struct Measurement {
  Measurement() = default;
  Measurement(Measurement &&) = default;
  ~Measurement();

  std::vector<scratch_tensor> results; ///< owned, or in one of `written`
  /// What the last run had for values of writable inputs.
  std::vector<std::vector<uint64_t>> written;
  std::vector<double> runsMs;          ///< wall time of every call, in order
  scratch_record record{};             ///< of the last run
  int threads = 0;
  /// Most bytes of the runtime's allocations that were written, inputs included; what memory that
  /// was kept from earlier calls (scratch_release_kept) had written before is not seen.
  int64_t peakBytes = 0;

  /// Of a simulated machine: what it did, as JSON; cycles in mode timing.
  std::string statistics;
  double instructions = 0, cycles = 0;

  double minMs() const;
  double medianMs() const;
};

/// A failed call gives an error; IndexOverflow where wider indices would help. To watch the peak
/// asks the system, which leaves caches and branch predictors cold: short runs take half as long
/// again, so who times runs one by one watches the first alone (else `peakBytes` is 0).
llvm::Expected<Measurement> measure(const Program &program,
                                    llvm::ArrayRef<scratch_tensor> inputs, int threads,
                                    int repeat, bool watchPeak = true);

} // namespace scratch

#endif // SCRATCH_CODEGEN_RUN_MEASURE_H
