//===- MemoryTiming.h - Latency and bandwidth of every memory --------------===//
//
// Per core: a DRAM channel, scratchpad banks, an atomic unit at each of the two, a network
// port. Per pipeline: a data cache. All rates and latencies come from Machine.def.
//===----------------------------------------------------------------------===//
#ifndef SCRATCH_RUNTIME_PIUMA_SIM_MEMORYTIMING_H
#define SCRATCH_RUNTIME_PIUMA_SIM_MEMORYTIMING_H

#include "runtime/piuma/sim/DataCache.h"
#include "runtime/piuma/sim/Servers.h"
#include "runtime/piuma/sim/Thread.h"

namespace scratch::piuma {

/// When an access is done, and when it would be on an idle machine.
struct Completion {
  uint64_t done;
  uint64_t unloaded; // latency in cycles
};

struct CoreTiming {
  Server dram, scratchpadAtomics, dramAtomics, link;
  std::vector<Server> banks;
};

class MemoryTiming {
public:
  explicit MemoryTiming(const Machine &machine);

  /// An access that starts at `time`; counts cache hits in the thread's counters.
  Completion access(Thread &t, const Access &access, uint64_t time);
  /// Whether the memory may take another posted operation at `time`; if not, when.
  uint64_t acceptedAt(const Access &access, uint64_t time) const;
  /// DRAM traffic of one chunk of a transfer; when it has moved.
  uint64_t transfer(uint64_t core, uint64_t time, uint64_t bytes);
  uint64_t transferAtomics(uint64_t core, Space space, uint64_t time, uint64_t count);

  /// One way, in cycles.
  uint64_t hops(uint32_t from, uint32_t to) const;

  std::vector<CoreTiming> cores;

private:
  Completion dram(Thread &t, const Access &access, uint64_t time, uint64_t bytes);
  Completion scratchpad(const Access &access, uint64_t time);
  uint64_t burst(uint64_t bytes) const {
    return (bytes + machine.dram_burst - 1) / machine.dram_burst * machine.dram_burst;
  }

  const Machine &machine;
  std::vector<DataCache> caches; // by pipeline
};

} // namespace scratch::piuma

#endif // SCRATCH_RUNTIME_PIUMA_SIM_MEMORYTIMING_H
