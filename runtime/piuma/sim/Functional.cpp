//===- Functional.cpp - The fast schedule ----------------------------------===//
//
// Threads take turns of a few thousand instructions: short enough that a thread that spins
// on another's flag wastes little, long enough that switching costs nothing.
//===----------------------------------------------------------------------===//
#include "runtime/piuma/sim/Schedule.h"

namespace scratch::piuma {

constexpr int64_t kQuantum = 4096;

Ending runFunctional(System &system, uint64_t maxInstructions) {
  uint64_t executed = 0;
  for (;;) {
    bool any = false;
    for (unsigned i = 0; i < system.running; ++i) {
      Thread &t = system.threads[i];
      if (t.state != ThreadState::Ready)
        continue;
      any = true;
      uint64_t before = t.instructions;
      runSlice<Functional>(system, t, kQuantum, 0);
      executed += t.instructions - before;
      system.woken.clear();
      if (!settle(system, t))
        return Ending::Trapped;
      if (system.ended)
        return Ending::Finished;
      if (executed > maxInstructions)
        return Ending::OutOfBudget;
    }
    if (!any)
      return allDone(system) ? Ending::Finished : Ending::Deadlocked;
  }
}

} // namespace scratch::piuma
