//===- System.cpp - The machine that threads run in ------------------------===//
#include "runtime/piuma/sim/System.h"

#include "runtime/piuma/sim/Races.h"

#include <algorithm>
#include <bit>
#include <cstring>

namespace scratch::piuma {

System::System(const Machine &machine, const HandlerTable &handlers)
    : machine(machine), memory(machine), code(memory, handlers),
      threads(machine.threads()), phaseStart(machine.threads()) {
  uint64_t perCore = machine.threadsPerCore(), mtp = machine.mtpThreads();
  uint64_t pipelines = machine.mtp_per_core + machine.stp_per_core;
  for (uint32_t id = 0; id < threads.size(); ++id) {
    Thread &t = threads[id];
    t.id = id;
    t.core = uint32_t(id / perCore);
    t.lane = uint32_t(id % perCore);
    t.stp = t.lane >= mtp;
    // Neighbours are dealt to different pipelines, so that few threads use all of them.
    uint64_t local = t.stp ? machine.mtp_per_core + (t.lane - mtp)
                           : t.lane % machine.mtp_per_core;
    t.pipeline = uint32_t(t.core * pipelines + local);
    t.system = this;
    t.homeShift = memory.homeShift();
    t.homeMask = memory.homesByMask() ? uint32_t(machine.cores - 1) : 0;
    t.trap.thread = id;
  }
}

System::~System() = default;

Outcome System::raise(Thread &t, Cause cause, uint64_t address) {
  t.trap = {cause, pcOf(*t.chunk, t.op), t.id, address};
  return Outcome::Here;
}

Outcome System::exitThread(Thread &t, int64_t code) {
  while (std::any_of(t.transfers.begin(), t.transfers.end(),
                     [](const Transfer &transfer) { return !transfer.landed; }))
    if (!landOne(t)) // nobody waited for these, and they still happen
      return Outcome::Here;
  t.state = ThreadState::Done;
  t.exitStatus = code;
  return Outcome::After;
}

void System::breakReservations(uint64_t address, uint64_t bytes, const Thread *except) {
  for (Thread &t : threads)
    if (t.reservation && &t != except && t.reservation + 8 > address &&
        t.reservation < address + bytes) {
      t.reservation = 0;
      --reservations;
    }
}

uint64_t System::timeOf(const Thread &t) const { return timed ? now : t.instructions; }

void System::closePhase(Thread &t) {
  std::vector<PhaseTotals> &totals = phases[t.phase];
  totals.resize(threads.size());
  PhaseTotals &into = totals[t.id], &start = phaseStart[t.id];
  into.instructions += t.instructions - start.instructions;
  into.cycles += timeOf(t) - start.cycles;
#define COUNTER(name) into.counters.name += t.counters.name - start.counters.name;
#include "runtime/piuma/sim/Counters.def"
  start = {t.instructions, timeOf(t), t.counters};
}

void System::enterPhase(Thread &t, uint64_t phase) {
  closePhase(t);
  t.phase = phase;
  if (recordMarks)
    marks.push_back({t.id, phase, timeOf(t)});
}

/// Linux numbers, so that the same program runs under a user-mode emulator.
Outcome System::environmentCall(Thread &t) {
  constexpr uint64_t kWrite = 64, kExit = 93, kExitGroup = 94, kNoSystem = 38,
                     kBadAddress = 14;
  uint64_t &result = t.x[10];
  switch (t.x[17]) {
  case kExit: case kExitGroup:
    ended = true;
    status = int32_t(t.x[10]);
    return Outcome::After;
  case kWrite: {
    Place place = memory.translate(t.x[11], t.x[12], t.core);
    if (!place.host) {
      result = 0 - kBadAddress;
    } else {
      if (output)
        output({reinterpret_cast<const char *>(place.host), t.x[12]});
      result = t.x[12];
    }
    return Outcome::Next;
  }
  default:
    result = 0 - kNoSystem;
    return Outcome::Next;
  }
}

} // namespace scratch::piuma
