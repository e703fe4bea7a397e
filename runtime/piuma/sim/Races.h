//===- Races.h - Happens-before race detection and initialisation ----------===//
//
// Vector clocks [1]: each thread, and each of its DMA slots, is an agent with a clock. An
// agent's clock is ordered before another's by barriers, collectives, acquiring and
// releasing atomics, fences around relaxed ones, d.wait and queues. Two accesses to one
// byte race when at least one writes, at least one is not atomic, and neither is ordered
// before the other. Also knows which bytes of scratchpad were ever written.
// Used in checking mode only.
//
// [1] Flanagan and Freund, FastTrack, PLDI 2009.
//===----------------------------------------------------------------------===//
#ifndef SCRATCH_RUNTIME_PIUMA_SIM_RACES_H
#define SCRATCH_RUNTIME_PIUMA_SIM_RACES_H

#include "runtime/piuma/sim/Thread.h"

#include <span>
#include <string>

namespace scratch::piuma {

/// What an atomic access does and how it is ordered.
struct AtomicOrder {
  bool reads = false, writes = false, acquire = false, release = false;
};

class RaceDetector {
public:
  explicit RaceDetector(const System &system);
  ~RaceDetector();

  // False: a race; `report` says which and the run should stop.
  bool read(const Thread &t, const Place &place, unsigned bytes);
  bool write(const Thread &t, const Place &place, unsigned bytes);
  bool atomic(const Thread &t, const Place &place, unsigned bytes, AtomicOrder order);

  /// A transfer starts: its agent is ordered after the thread so far.
  void startTransfer(const Thread &t, unsigned slot);
  bool transferRead(const Thread &t, unsigned slot, const Place &place, uint64_t bytes);
  bool transferWrite(const Thread &t, unsigned slot, const Place &place, uint64_t bytes,
                     bool atomically);
  /// The thread has waited for it.
  void finishTransfer(const Thread &t, unsigned slot);

  void fence(const Thread &t);
  /// All of them arrived before any goes on.
  void gather(std::span<const uint32_t> threads);
  /// A value went into or came out of a queue: ordered through the queue's address.
  void release(const Thread &t, uint64_t address);
  void acquire(const Thread &t, uint64_t address);

  bool initialised(const Place &place, uint64_t bytes) const;
  void initialise(const Place &place, uint64_t bytes);

  /// The first race found, as text; empty if none.
  const std::string &report() const;

private:
  struct State;
  std::unique_ptr<State> state;
};

} // namespace scratch::piuma

#endif // SCRATCH_RUNTIME_PIUMA_SIM_RACES_H
