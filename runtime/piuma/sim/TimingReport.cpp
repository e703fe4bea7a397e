//===- TimingReport.cpp - Cycles, utilisations and bounds ------------------===//
//
// What the event-driven model found, beside lower bounds from counters alone: the largest
// names what the run was bound by, and a run below it would be a bug of the model.
//===----------------------------------------------------------------------===//
#include "runtime/piuma/sim/TimingState.h"

#include <algorithm>

namespace scratch::piuma {

void TimingModel::report(Statistics &out) const {
  const State &s = *state;
  const Machine &m = s.machine;
  out.cycles = s.lastEvent;
  double total = double(std::max<uint64_t>(out.cycles, 1));
  std::vector<uint64_t> issued(s.pipelines.size());
  BoundTerm thread{"thread_latency"}, pipe{"issue"}, dram{"dram_bandwidth"},
      spad{"scratchpad_banks"}, spadAtomics{"scratchpad_atomic_unit"},
      dramAtomics{"dram_atomic_unit"}, link{"network"}, engine{"dma_engine"};
  auto raise = [](BoundTerm &term, uint64_t cycles) {
    term.cycles = std::max(term.cycles, double(cycles));
  };
  double busy = 0;
  for (ThreadStatistics &t : out.threads) {
    uint64_t interval = t.stp ? m.stp_interval : m.mtp_interval;
    const Clock &clock = s.clocks[t.id];
    t.busyCycles = std::min(t.instructions * interval, out.cycles);
    t.endCycle = clock.end;
    busy += double(t.busyCycles);
    issued[t.pipeline] += t.instructions;
    uint64_t between = t.instructions ? (t.instructions - 1) * interval : 0;
    raise(thread, between + clock.unloaded);
  }
  for (uint64_t n : issued)
    raise(pipe, n);
  double dramBusy = 0, spadBusy = 0, atomicBusy = 0, dmaBusy = 0;
  for (uint32_t c = 0; c < s.memory.cores.size(); ++c) {
    const CoreTiming &core = s.memory.cores[c];
    raise(dram, core.dram.busyCycles());
    raise(spadAtomics, core.scratchpadAtomics.busyCycles());
    raise(dramAtomics, core.dramAtomics.busyCycles());
    raise(link, core.link.busyCycles());
    raise(engine, s.dma.busyCycles(c));
    dramBusy += double(core.dram.busyCycles());
    atomicBusy += double(core.scratchpadAtomics.busyCycles());
    dmaBusy += double(s.dma.busyCycles(c));
    for (const Server &bank : core.banks) {
      raise(spad, bank.busyCycles());
      spadBusy += double(bank.busyCycles()) / double(core.banks.size());
    }
  }
  out.bounds = {thread, pipe, dram, spad, spadAtomics, dramAtomics, link, engine};
  std::sort(out.bounds.begin(), out.bounds.end(), [](const auto &a, const auto &b) {
    return a.cycles != b.cycles ? a.cycles > b.cycles : a.name < b.name;
  });
  double cores = double(s.memory.cores.size());
  double pipelines = 0;
  for (uint64_t n : issued)
    pipelines += n ? 1 : 0;
  out.utilisation = {
      {"threads", busy / total / double(std::max<size_t>(out.threads.size(), 1))},
      {"issue_slots", double(out.instructions) / total / std::max(pipelines, 1.0)},
      {"dram", dramBusy / total / cores},
      {"scratchpad", spadBusy / total / cores},
      {"scratchpad_atomics", atomicBusy / total / cores},
      {"dma", dmaBusy / total / cores}};
}

} // namespace scratch::piuma
