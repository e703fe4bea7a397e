//===- TimingState.h - What the timing model keeps --------------------------===//
//
// Private to the timing model: its run (Timing.cpp), its report (TimingReport.cpp) and its
// trace (Trace.cpp).
//===----------------------------------------------------------------------===//
#ifndef SCRATCH_PIUMA_SIM_TIMINGSTATE_H
#define SCRATCH_PIUMA_SIM_TIMINGSTATE_H

#include "runtime/piuma/sim/Calendar.h"
#include "runtime/piuma/sim/DmaTiming.h"
#include "runtime/piuma/sim/EventQueue.h"
#include "runtime/piuma/sim/Timing.h"

#include <bit>

namespace scratch::piuma {

/// A thread's clock, beside its architectural state.
struct Clock {
  bool atAccess = false;    // the event's instruction is an access (else a plain one)
  uint64_t postedUntil = 0; // when its posted operations are done
  uint64_t arrived = 0;     // at a barrier, collective or wait
  uint64_t unloaded = 0;    // cycles it must wait on an idle machine: for the bound
  uint64_t end = 0;
};
struct WaitSpan {
  uint32_t thread;
  Wait wait;
  uint64_t begin, end;
};

struct TimingModel::State {
  System &system;
  const Machine &machine;
  bool record;
  MemoryTiming memory;
  DmaTiming dma;
  EventQueue events; // threads, then DMA engines
  std::vector<Calendar> pipelines;
  std::vector<Clock> clocks;
  std::vector<uint64_t> barrierCost; // by Scope
  std::vector<WaitSpan> waits;
  uint64_t executed = 0, lastEvent = 0;

  State(System &system, bool record)
      : system(system), machine(system.machine), record(record), memory(machine),
        dma(machine, memory), events(system.threads.size() + machine.cores),
        pipelines(machine.cores * (machine.mtp_per_core + machine.stp_per_core)),
        clocks(system.threads.size()) {
    dma.record = record;
    uint64_t levels = uint64_t(std::bit_width(machine.cores - 1));
    uint64_t all = machine.barrier_latency + levels * machine.barrier_hop;
    barrierCost = {all, machine.barrier_latency, all, machine.barrier_latency};
    for (Thread &t : system.threads)
      for (unsigned c = 0; c < kClassCount; ++c) {
        uint64_t latency = classLatency(InsnClass(c)), interval = intervalOf(t);
        t.classExtra[c] = uint16_t(latency > interval ? latency - interval : 0);
      }
  }

  static unsigned classLatency(InsnClass c) {
    static constexpr unsigned latency[] = {
#define CLASS(id, name, cycles) cycles,
#include "runtime/piuma/isa/Classes.def"
    };
    return latency[unsigned(c)];
  }

  uint64_t intervalOf(const Thread &t) const {
    return t.stp ? machine.stp_interval : machine.mtp_interval;
  }

  /// Books `count` instructions from `ready`; the slot of the last one.
  uint64_t issue(Thread &t, uint64_t ready, uint64_t count) {
    uint64_t interval = intervalOf(t);
    if (t.stp) // it has the pipeline to itself
      return ready + (count - 1) * interval;
    uint64_t slot = pipelines[t.pipeline].book(ready, count, interval, system.now);
    t.counters.issue_wait_cycles += slot - ready - (count - 1) * interval;
    return slot;
  }

  /// Instructions that an STP runs before it needs what `access` loads.
  uint64_t hidden(const Thread &t, const Access &access) const {
    if (!access.op)
      return 0;
    const Op *op = access.op, *end = t.chunk->ops + kChunkOps;
    uint8_t loaded = op->rd;
    for (uint64_t n = 0; n < 8; ++n) {
      const Op *next = op + 1 + n;
      if (next >= end)
        return n;
      uint16_t insn = t.chunk->insn[next - t.chunk->ops];
      if (insn >= kInsnCount || next->rs1 == loaded || next->rs2 == loaded ||
          next->rs3 == loaded || next->rd == loaded)
        return n;
      InsnClass cls = info(Insn(insn)).cls;
      if (cls == InsnClass::Branch || cls == InsnClass::Jump)
        return n;
    }
    return 8;
  }

  uint64_t perform(Thread &t, Clock &clock, uint64_t time);
  void wake();
  void finishTransfer(const DmaTiming::Step &step);
  bool runThread(uint32_t id, uint64_t time, bool &fatal);
  void stop();
};

} // namespace scratch::piuma

#endif // SCRATCH_PIUMA_SIM_TIMINGSTATE_H
