//===- Schedule.h - Which thread runs next, in each mode -------------------===//
//
// All modes run the machine in one host thread and are deterministic: same image, machine,
// mode and seed, same run.
//===----------------------------------------------------------------------===//
#ifndef SCRATCH_RUNTIME_PIUMA_SIM_SCHEDULE_H
#define SCRATCH_RUNTIME_PIUMA_SIM_SCHEDULE_H

#include "runtime/piuma/sim/System.h"

namespace scratch::piuma {

/// Why a run ended.
enum class Ending { Finished, Trapped, Raced, Deadlocked, OutOfBudget };

/// Round-robin, thousands of instructions at a time.
Ending runFunctional(System &system, uint64_t maxInstructions);
/// Random threads, a few accesses at a time, from System::random.
Ending runChecking(System &system, uint64_t maxInstructions);

/// Who waits for what, when nothing can run.
std::string describeDeadlock(const System &system);

/// After a slice: phases, new code, traps that the program handles itself, the host's
/// mailbox. False: the trap is fatal.
bool settle(System &system, Thread &t);

/// True when every started thread has ended; sets System::status.
bool allDone(System &system);

/// Runs `t` for about `budget` instructions and at most `grant` accesses (gated modes).
template <class Mode>
void runSlice(System &system, Thread &t, int64_t budget, int64_t grant);

} // namespace scratch::piuma

#endif // SCRATCH_RUNTIME_PIUMA_SIM_SCHEDULE_H
