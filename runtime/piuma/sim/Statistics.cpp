//===- Statistics.cpp - Collecting what a run counted ----------------------===//
#include "runtime/piuma/sim/Statistics.h"

#include <algorithm>

namespace scratch::piuma {

static void addTo(Counters &into, const Counters &from) {
#define COUNTER(name) into.name += from.name;
#include "runtime/piuma/sim/Counters.def"
}

Statistics collectStatistics(System &system) {
  Statistics s;
  s.machine = system.machine;
  s.timed = system.timed;
  s.mode = system.timed ? "timing" : system.races ? "check" : "functional";
  s.userCounts = system.userCounts;
  s.phases = system.phases;
  for (unsigned i = 0; i < system.running; ++i) {
    Thread &t = system.threads[i];
    system.code.fold(t);
    s.threads.push_back({t.id, t.core, t.pipeline, t.stp, t.instructions, 0, 0, t.counters});
    s.instructions += t.instructions;
    addTo(s.total, t.counters);
    for (unsigned n = 0; n < kInsnCount; ++n)
      s.byInsn[n] += t.retired[n];
  }
  for (unsigned n = 0; n < kInsnCount; ++n) {
    const InsnInfo &row = info(Insn(n));
    uint64_t times = s.byInsn[n];
    s.byClass[unsigned(row.cls)] += times;
    bool store = row.cls == InsnClass::Store ||
                 (row.cls == InsnClass::Uncached && std::string_view(row.operands)[2] == 'q');
    bool load = !store && (row.cls == InsnClass::Load || row.cls == InsnClass::Uncached);
    s.loads += load ? times : 0;
    s.loadBytes += load ? times * row.bytes : 0;
    s.stores += store ? times : 0;
    s.storeBytes += store ? times * row.bytes : 0;
  }
  return s;
}

std::array<uint64_t, 10> Statistics::histogram() const {
  std::array<uint64_t, 10> bins{};
  uint64_t most = cycles;
  for (const ThreadStatistics &t : threads)
    most = timed ? most : std::max(most, t.instructions);
  for (const ThreadStatistics &t : threads) {
    uint64_t share = timed ? t.busyCycles : t.instructions;
    bins[most ? std::min<uint64_t>(9, share * 10 / most) : 0]++;
  }
  return bins;
}

} // namespace scratch::piuma
