//===- Timing.cpp - The event-driven timing model --------------------------===//
//
// The life of a thread: an event says that its next instruction issues now. It is performed
// (an access is timed by MemoryTiming), and the thread runs on, on its own, to just before
// its next access. The instructions passed on the way book issue slots from the time the
// access is done; the last slot booked is the thread's next event.
//===----------------------------------------------------------------------===//
#include "runtime/piuma/sim/TimingState.h"

namespace scratch::piuma {

constexpr size_t kMaxSpans = 1 << 20;
// Instructions a thread may run ahead without an access before others get a turn.
constexpr int64_t kRunAhead = 64;

/// Times the access that the thread just made at `time`; when it can issue again.
uint64_t TimingModel::State::perform(Thread &t, Clock &clock, uint64_t time) {
  uint64_t interval = intervalOf(t), ready = time + interval;
  const Access &access = t.access;
  auto waitFor = [&](uint64_t done, uint64_t unloaded) {
    uint64_t cover = t.stp ? interval * (1 + hidden(t, access)) : interval;
    clock.unloaded += unloaded > cover ? unloaded - cover : 0;
    uint64_t needed = done > cover - interval ? done - (cover - interval) : 0;
    if (needed > ready) {
      t.counters.memory_wait_cycles += needed - ready;
      ready = needed;
    }
  };
  switch (access.kind) {
  case Access::None: case Access::Barrier: case Access::Collective: case Access::DmaWait:
    break; // blocking and waking deal with these
  case Access::Load: case Access::Uncached: case Access::Atomic: {
    Completion c = memory.access(t, access, time);
    waitFor(c.done, c.unloaded);
    break;
  }
  case Access::Store: case Access::UncachedStore: case Access::Posted: {
    uint64_t accepted = memory.acceptedAt(access, time);
    Completion c = memory.access(t, access, accepted);
    clock.postedUntil = std::max(clock.postedUntil, c.done);
    if (accepted > time) {
      t.counters.memory_wait_cycles += accepted - time;
      ready = accepted + interval;
    }
    break;
  }
  case Access::Prefetch: // nobody waits for it, but it happens
    lastEvent = std::max(lastEvent, memory.access(t, access, time).done);
    break;
  case Access::Fence:
    waitFor(clock.postedUntil, 0);
    break;
  case Access::Service:
    waitFor(time + machine.fcall_latency, machine.fcall_latency);
    break;
  case Access::Queue: {
    Access atomic = access;
    atomic.bytes = 8;
    Completion c = memory.access(t, atomic, time);
    if (t.state != ThreadState::Blocked) // else it waits for its partner, and comes again
      waitFor(c.done + machine.queue_latency, c.unloaded + machine.queue_latency);
    break;
  }
  case Access::Dma: {
    uint64_t wakeAt = 0;
    if (t.state == ThreadState::Ready && !t.trap &&
        !t.transfers.empty() && dma.submit(t, t.transfers.back(), time, wakeAt))
      events.set(wakeAt, uint32_t(system.threads.size()) + t.core);
    break;
  }
  }
  return ready;
}

/// Threads released by the last slice go on when what they waited for has come about.
void TimingModel::State::wake() {
  if (system.woken.empty())
    return;
  uint64_t last = 0;
  bool gathered = false;
  for (uint32_t id : system.woken) {
    const Thread &t = system.threads[id];
    gathered |= t.waitWas == Wait::Barrier || t.waitWas == Wait::Collective;
    last = std::max(last, clocks[id].arrived);
  }
  for (uint32_t id : system.woken) {
    Thread &t = system.threads[id];
    Clock &clock = clocks[id];
    uint64_t at = system.now + 1;
    if (gathered)
      at = std::max(last, system.now) + barrierCost[t.waitKey >> 32];
    t.counters.wait_cycles += at - std::min(at, clock.arrived);
    if (record && waits.size() < kMaxSpans)
      waits.push_back({id, t.waitWas, clock.arrived, at});
    // A barrier is behind it; anything else runs again and is still an access.
    clock.atAccess = !gathered;
    events.set(issue(t, at, 1), id);
  }
  system.woken.clear();
}

void TimingModel::State::finishTransfer(const DmaTiming::Step &step) {
  Thread &t = system.threads[step.thread];
  for (Transfer &transfer : t.transfers)
    if (transfer.handle == step.handle)
      transfer.finished = true;
  lastEvent = std::max(lastEvent, step.doneAt);
  if (t.state != ThreadState::Blocked || t.wait != Wait::DmaWait ||
      t.waitKey != step.handle)
    return;
  t.state = ThreadState::Ready;
  t.wait = Wait::None;
  Clock &clock = clocks[t.id];
  uint64_t at = std::max(step.doneAt, clock.arrived);
  t.counters.wait_cycles += at - clock.arrived;
  if (record && waits.size() < kMaxSpans)
    waits.push_back({t.id, Wait::DmaWait, clock.arrived, at});
  clock.atAccess = true;
  events.set(issue(t, at, 1), t.id);
}

/// The event of a thread, which is at the top of the queue. False: the run is over.
bool TimingModel::State::runThread(uint32_t id, uint64_t time, bool &fatal) {
  Thread &t = system.threads[id];
  Clock &clock = clocks[id];
  uint64_t before = t.instructions;
  runSlice<Timed>(system, t, kRunAhead, clock.atAccess ? 1 : 0);
  uint64_t done = t.instructions - before;
  executed += done;
  uint64_t ready = perform(t, clock, time) + t.extraCycles;
  clock.unloaded += t.extraCycles;
  fatal = !settle(system, t);
  if (fatal || system.ended) { // what it ran on to has its slots too
    clock.end = (done > 1 ? issue(t, ready, done - 1) : time) + 1;
    lastEvent = std::max(lastEvent, clock.end);
    events.remove(id);
    return false;
  }
  if (t.state == ThreadState::Ready && system.woken.empty()) {
    clock.atAccess = t.grant < 0; // stopped before one
    events.set(issue(t, ready, std::max<uint64_t>(done, 1)), id);
    return true;
  }
  events.remove(id);
  clock.end = std::max(time + 1, clock.postedUntil);
  if (t.state == ThreadState::Done) {
    lastEvent = std::max(lastEvent, clock.end);
    return true;
  }
  // Posted operations are ordered before a barrier.
  clock.arrived = t.waitWas == Wait::DmaWait ? time : std::max(time, clock.postedUntil);
  bool released = false;
  for (uint32_t other : system.woken)
    released |= other == id;
  if (t.state == ThreadState::Ready && !released) {
    clock.atAccess = t.grant < 0; // it woke others and goes on itself
    events.set(issue(t, ready, std::max<uint64_t>(done, 1)), id);
  }
  wake();
  return true;
}

/// A run that stops with threads under way: what they have booked is part of it.
void TimingModel::State::stop() {
  for (; !events.empty(); events.remove(events.who())) {
    lastEvent = std::max(lastEvent, events.time());
    if (events.who() < clocks.size())
      clocks[events.who()].end = events.time();
  }
  for (const Clock &clock : clocks)
    lastEvent = std::max(lastEvent, clock.postedUntil);
}

TimingModel::TimingModel(System &system, bool trace)
    : state(std::make_unique<State>(system, trace)) {}
TimingModel::~TimingModel() = default;

Ending TimingModel::run(uint64_t maxInstructions) {
  State &s = *state;
  System &system = s.system;
  for (unsigned i = 0; i < system.running; ++i)
    s.events.set(s.issue(system.threads[i], 0, 1), i);
  while (!s.events.empty()) {
    uint64_t time = s.events.time();
    uint32_t who = s.events.who();
    system.now = time;
    if (who >= system.threads.size()) {
      DmaTiming::Step step = s.dma.step(uint32_t(who - system.threads.size()), time);
      if (step.next)
        s.events.set(step.next, who);
      else
        s.events.remove(who);
      if (step.finished)
        s.finishTransfer(step);
      continue;
    }
    bool fatal = false;
    if (!s.runThread(who, time, fatal)) {
      s.stop();
      return fatal ? Ending::Trapped : Ending::Finished;
    }
    if (s.executed > maxInstructions) {
      s.stop();
      return Ending::OutOfBudget;
    }
  }
  s.lastEvent = std::max(s.lastEvent, system.now);
  return allDone(system) ? Ending::Finished : Ending::Deadlocked;
}

} // namespace scratch::piuma
