//===- DmaTiming.h - The DMA engines' share of time ------------------------===//
//
// One engine per core works its transfers off in order, a chunk at a time, so that threads'
// own accesses find their way in between.
//===----------------------------------------------------------------------===//
#ifndef SCRATCH_RUNTIME_PIUMA_SIM_DMATIMING_H
#define SCRATCH_RUNTIME_PIUMA_SIM_DMATIMING_H

#include "runtime/piuma/sim/MemoryTiming.h"

#include <deque>

namespace scratch::piuma {

/// A finished transfer, for the trace.
struct DmaSpan {
  uint32_t core, thread;
  uint64_t begin, end, bytes;
};

class DmaTiming {
public:
  DmaTiming(const Machine &machine, MemoryTiming &memory)
      : machine(machine), memory(memory), engines(machine.cores) {}

  /// Queues a transfer started at `time`; true if the engine was idle and wants an event
  /// at `wakeAt`.
  bool submit(const Thread &t, const Transfer &transfer, uint64_t time,
              uint64_t &wakeAt);
  struct Step {
    uint64_t next = 0;      // cycle of the engine's next event; 0: idle now
    bool finished = false;  // a transfer is done, at `doneAt`
    uint32_t thread = 0;
    uint64_t handle = 0, doneAt = 0;
  };
  /// One chunk of the engine's first transfer.
  Step step(uint32_t core, uint64_t time);

  uint64_t busyCycles(uint32_t core) const { return engines[core].busy / 1000; }
  std::vector<DmaSpan> spans; // filled when `record`
  bool record = false;

private:
  struct Job {
    uint32_t thread;
    uint64_t handle, begin, dramLeft, bytesLeft, elementsLeft, bytes;
    bool atomics;
    Space space;
    uint32_t home;
  };
  struct Engine {
    std::deque<Job> jobs;
    uint64_t busy = 0; // thousandths of a cycle
    uint32_t turn = 0; // DRAM channel of the next chunk
  };

  const Machine &machine;
  MemoryTiming &memory;
  std::vector<Engine> engines;
};

} // namespace scratch::piuma

#endif // SCRATCH_RUNTIME_PIUMA_SIM_DMATIMING_H
