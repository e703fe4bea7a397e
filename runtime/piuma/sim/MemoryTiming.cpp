//===- MemoryTiming.cpp - Latency and bandwidth of every memory ------------===//
#include "runtime/piuma/sim/MemoryTiming.h"

namespace scratch::piuma {

MemoryTiming::MemoryTiming(const Machine &machine)
    : cores(machine.cores), machine(machine),
      caches(machine.cores * (machine.mtp_per_core + machine.stp_per_core),
             DataCache(machine)) {
  for (CoreTiming &core : cores) {
    core.dram.setRate(machine.dram_bytes_per_kcycle);
    core.scratchpadAtomics.setRate(machine.atomic_per_kcycle);
    core.dramAtomics.setRate(machine.atomic_per_kcycle);
    core.link.setRate(machine.link_bytes_per_kcycle);
    core.banks.resize(machine.scratchpad_banks);
  }
}

uint64_t MemoryTiming::hops(uint32_t from, uint32_t to) const {
  if (from == to)
    return 0;
  auto distance = [](uint64_t a, uint64_t b) { return a > b ? a - b : b - a; };
  uint64_t width = machine.mesh_width;
  return machine.hop_latency * (1 + distance(from % width, to % width) +
                                distance(from / width, to / width));
}

Completion MemoryTiming::dram(Thread &t, const Access &access, uint64_t time,
                              uint64_t bytes) {
  uint64_t network = 2 * hops(t.core, access.home);
  uint64_t arrival = time + network / 2;
  if (network)
    arrival = std::max(arrival, cores[access.home].link.serve(arrival, bytes));
  uint64_t served = cores[access.home].dram.serve(arrival, bytes);
  // The latency covers one burst; what remains is queueing and the rest of a line.
  uint64_t done = std::max(arrival + machine.dram_latency, served + machine.dram_latency -
                                                               1) +
                  network / 2;
  return {done, machine.dram_latency + network};
}

Completion MemoryTiming::scratchpad(const Access &access, uint64_t time) {
  Server &bank = cores[access.home].banks[access.offset / 8 % machine.scratchpad_banks];
  uint64_t served = bank.serve(time, 1);
  return {served + machine.scratchpad_latency - 1, machine.scratchpad_latency};
}

Completion MemoryTiming::access(Thread &t, const Access &access, uint64_t time) {
  DataCache &cache = caches[t.pipeline];
  bool isAtomic = access.kind == Access::Atomic || access.kind == Access::Posted ||
                  access.kind == Access::Queue;
  if (access.space == Space::Scratchpad) {
    uint64_t network = 2 * hops(t.core, access.home);
    uint64_t arrival = time + network / 2;
    if (network)
      arrival =
          std::max(arrival, cores[access.home].link.serve(arrival, access.bytes));
    Completion c = scratchpad(access, arrival);
    c.done += network / 2;
    c.unloaded += network;
    if (isAtomic) {
      uint64_t unit = cores[access.home].scratchpadAtomics.serve(arrival, 1);
      c.done = std::max(c.done, unit + machine.scratchpad_latency - 1 + network / 2) +
               machine.atomic_latency;
      c.unloaded += machine.atomic_latency;
    }
    return c;
  }
  bool cached = (access.kind == Access::Load || access.kind == Access::Prefetch) &&
                cache.present();
  if (cached) {
    bool hit = cache.access(access.offset);
    ++(hit ? t.counters.dcache_hits : t.counters.dcache_misses);
    if (hit)
      return {time + machine.dcache_latency, machine.dcache_latency};
    return dram(t, access, time, burst(machine.dcache_line));
  }
  if (!isAtomic)
    return dram(t, access, time, burst(access.bytes));
  Completion c = dram(t, access, time, 2 * burst(access.bytes)); // read and write back
  uint64_t unit = cores[access.home].dramAtomics.serve(time, 1);
  c.done = std::max(c.done, unit + machine.dram_latency - 1) + machine.atomic_latency;
  c.unloaded += machine.atomic_latency;
  return c;
}

uint64_t MemoryTiming::acceptedAt(const Access &access, uint64_t time) const {
  const CoreTiming &core = cores[access.home];
  uint64_t backlog =
      access.space == Space::Dram
          ? core.dram.backlog(time)
          : core.banks[access.offset / 8 % machine.scratchpad_banks].backlog(time);
  if (access.kind == Access::Posted)
    backlog = std::max(backlog, access.space == Space::Dram
                                    ? core.dramAtomics.backlog(time)
                                    : core.scratchpadAtomics.backlog(time));
  return backlog > machine.posted_backlog ? time + backlog - machine.posted_backlog : time;
}

uint64_t MemoryTiming::transfer(uint64_t core, uint64_t time, uint64_t bytes) {
  return bytes ? cores[core].dram.serve(time, bytes) : time;
}

uint64_t MemoryTiming::transferAtomics(uint64_t core, Space space, uint64_t time,
                                       uint64_t count) {
  CoreTiming &c = cores[core];
  return (space == Space::Dram ? c.dramAtomics : c.scratchpadAtomics).serve(time, count);
}

} // namespace scratch::piuma
