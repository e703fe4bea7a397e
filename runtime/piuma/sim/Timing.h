//===- Timing.h - The event-driven timing model ----------------------------===//
//
// A thread runs on its own until its next access; the access is an event at the cycle its
// instruction issues, and events are processed in order of time, so that what threads see
// of one another follows the model's clock. See README.md for what is modelled.
//===----------------------------------------------------------------------===//
#ifndef SCRATCH_RUNTIME_PIUMA_SIM_TIMING_H
#define SCRATCH_RUNTIME_PIUMA_SIM_TIMING_H

#include "runtime/piuma/sim/Schedule.h"
#include "runtime/piuma/sim/Statistics.h"

namespace scratch::piuma {

class TimingModel {
public:
  TimingModel(System &system, bool trace);
  ~TimingModel();

  Ending run(uint64_t maxInstructions);
  /// Cycles, utilisations and the counters-only bounds.
  void report(Statistics &statistics) const;
  std::string trace() const;

private:
  struct State;
  std::unique_ptr<State> state;
};

} // namespace scratch::piuma

#endif // SCRATCH_RUNTIME_PIUMA_SIM_TIMING_H
