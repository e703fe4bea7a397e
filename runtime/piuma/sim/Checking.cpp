//===- Checking.cpp - The schedule that looks for trouble ------------------===//
//
// A random ready thread runs for a few accesses; transfers land at random times between
// their start and their wait. Same seed, same run.
//===----------------------------------------------------------------------===//
#include "runtime/piuma/sim/Races.h"
#include "runtime/piuma/sim/Schedule.h"

namespace scratch::piuma {

constexpr unsigned kMostAccesses = 24;
constexpr int64_t kMostInstructions = 2000;

Ending runChecking(System &system, uint64_t maxInstructions) {
  uint64_t executed = 0;
  std::vector<uint32_t> ready;
  for (;;) {
    ready.clear();
    for (unsigned i = 0; i < system.running; ++i)
      if (system.threads[i].state == ThreadState::Ready)
        ready.push_back(i);
    if (ready.empty())
      return allDone(system) ? Ending::Finished : Ending::Deadlocked;
    // A random order for one round; new arrivals join the next.
    for (size_t n = ready.size(); n > 0; --n) {
      std::swap(ready[n - 1], ready[system.random() % n]);
      Thread &t = system.threads[ready[n - 1]];
      if (t.state != ThreadState::Ready)
        continue;
      if (system.randomDma && !t.transfers.empty() && system.random() % 8 == 0 &&
          !system.landOne(t))
        return system.races->report().empty() ? Ending::Trapped : Ending::Raced;
      int64_t grant = 1 + int64_t(system.random() % kMostAccesses);
      uint64_t before = t.instructions;
      runSlice<Checked>(system, t, kMostInstructions, grant);
      executed += t.instructions - before;
      system.woken.clear();
      if (!system.races->report().empty())
        return Ending::Raced;
      if (!settle(system, t))
        return Ending::Trapped;
      if (system.ended)
        return Ending::Finished;
      if (executed > maxInstructions)
        return Ending::OutOfBudget;
    }
  }
}

} // namespace scratch::piuma
