//===- Rates.h - what this machine does at best -----------------*- C++ -*-===//
#ifndef SCRATCH_CODEGEN_BENCH_RATES_H
#define SCRATCH_CODEGEN_BENCH_RATES_H

#include <cstdint>
#include <vector>

namespace scratch::bench {

/// What this machine does at best, per millisecond, all threads together.
struct MachineRates {
  int threads = 1;
  struct Level {
    int64_t bytes;     ///< working set
    double bytesPerMs; ///< copied: read plus written
  };
  std::vector<Level> bandwidth; ///< by ascending working set
  double mergesPerMs = 0;       ///< scalar products merged into a small window
  double lanesPerMs[2] = {};    ///< multiply-adds of f64, f32 lanes in registers

  double bandwidthFor(int64_t bytes) const;
};

/// Dependent additions, one per cycle: the clock.
double addsPerMs();

struct MemoryPrices {
  double touchMsPerByte; ///< the first write to a page
  double copyMsPerByte;  ///< copied beyond the caches
};
MemoryPrices measureMemory();

/// Takes about half a second.
MachineRates measureRates(int threads);

} // namespace scratch::bench

#endif // SCRATCH_CODEGEN_BENCH_RATES_H
