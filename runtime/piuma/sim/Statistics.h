//===- Statistics.h - What a run counted, and its JSON ---------------------===//
#ifndef SCRATCH_RUNTIME_PIUMA_SIM_STATISTICS_H
#define SCRATCH_RUNTIME_PIUMA_SIM_STATISTICS_H

#include "runtime/piuma/sim/System.h"

namespace scratch::piuma {

struct ThreadStatistics {
  uint32_t id, core, pipeline;
  bool stp;
  uint64_t instructions = 0;
  uint64_t busyCycles = 0; // timing mode: cycles in which it could not do more
  uint64_t endCycle = 0;   // timing mode: when it ended
  Counters counters;
};

/// One lower bound on the run's cycles, from counters alone.
struct BoundTerm {
  std::string name;
  double cycles = 0;
};

struct Statistics {
  Machine machine;
  std::string mode;
  uint64_t instructions = 0;
  std::array<uint64_t, kInsnCount> byInsn{};
  std::array<uint64_t, kClassCount> byClass{};
  uint64_t loads = 0, stores = 0, loadBytes = 0, storeBytes = 0;
  Counters total;
  std::vector<ThreadStatistics> threads;
  std::map<uint64_t, uint64_t> userCounts;
  std::map<uint64_t, std::vector<PhaseTotals>> phases;

  // Timing mode only.
  bool timed = false;
  uint64_t cycles = 0;
  std::vector<BoundTerm> bounds; // largest first: the winning term
  std::vector<std::pair<std::string, double>> utilisation; // 0..1, averages over the run

  double ipc() const { return cycles ? double(instructions) / double(cycles) : 0; }
  /// Threads by their share of busy time (timing) or of the busiest thread's instructions:
  /// ten bins of a tenth each.
  std::array<uint64_t, 10> histogram() const;
  std::string json() const;
};

/// Folds the profiles; the timing model adds its part.
Statistics collectStatistics(System &system);
/// Phase marks as a trace, on the clock of instructions (modes without time).
std::string traceOf(const System &system);

} // namespace scratch::piuma

#endif // SCRATCH_RUNTIME_PIUMA_SIM_STATISTICS_H
