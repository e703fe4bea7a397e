//===- Timing.cpp - The event-driven timing model --------------------------===//
//
// The life of a thread: an event says that its next instruction issues now. It is performed
// (an access is timed by MemoryTiming), and the thread runs on, on its own, to just before
// its next access. The instructions passed on the way book issue slots from the time the
// access is done; the last slot booked is the thread's next event.
//===----------------------------------------------------------------------===//
#include "runtime/piuma/sim/Timing.h"

#include "runtime/piuma/sim/Calendar.h"
#include "runtime/piuma/sim/DmaTiming.h"
#include "runtime/piuma/sim/EventQueue.h"
#include "runtime/piuma/sim/Json.h"

#include <bit>

namespace scratch::piuma {

namespace {
/// A thread's clock, beside its architectural state.
struct Clock {
  bool atAccess = false;    // the event's instruction is an access (else a plain one)
  uint64_t postedUntil = 0; // when its posted operations are done
  uint64_t arrived = 0;     // at a barrier, collective or wait
  uint64_t unloaded = 0;    // cycles it must wait on an idle machine: for the bound
  uint64_t end = 0;
};
struct WaitSpan {
  uint32_t thread;
  Wait wait;
  uint64_t begin, end;
};
constexpr size_t kMaxSpans = 1 << 20;
// Instructions a thread may run ahead without an access before others get a turn.
constexpr int64_t kRunAhead = 64;
} // namespace

struct TimingModel::State {
  System &system;
  const Machine &machine;
  bool record;
  MemoryTiming memory;
  DmaTiming dma;
  EventQueue events; // threads, then DMA engines
  std::vector<Calendar> pipelines;
  std::vector<Clock> clocks;
  std::vector<uint64_t> barrierCost; // by Scope
  std::vector<WaitSpan> waits;
  uint64_t executed = 0, lastEvent = 0;

  State(System &system, bool record)
      : system(system), machine(system.machine), record(record), memory(machine),
        dma(machine, memory),
        pipelines(machine.cores * (machine.mtp_per_core + machine.stp_per_core)),
        clocks(system.threads.size()) {
    dma.record = record;
    uint64_t levels = uint64_t(std::bit_width(machine.cores - 1));
    uint64_t all = machine.barrier_latency + levels * machine.barrier_hop;
    barrierCost = {all, machine.barrier_latency, all, machine.barrier_latency};
    for (Thread &t : system.threads)
      for (unsigned c = 0; c < kClassCount; ++c) {
        uint64_t latency = classLatency(InsnClass(c)), interval = intervalOf(t);
        t.classExtra[c] = uint16_t(latency > interval ? latency - interval : 0);
      }
  }

  static unsigned classLatency(InsnClass c) {
    static constexpr unsigned latency[] = {
#define CLASS(id, name, cycles) cycles,
#include "runtime/piuma/isa/Classes.def"
    };
    return latency[unsigned(c)];
  }

  uint64_t intervalOf(const Thread &t) const {
    return t.stp ? machine.stp_interval : machine.mtp_interval;
  }

  /// Books `count` instructions from `ready`; the slot of the last one.
  uint64_t issue(Thread &t, uint64_t ready, uint64_t count) {
    uint64_t interval = intervalOf(t);
    if (t.stp) // it has the pipeline to itself
      return ready + (count - 1) * interval;
    Calendar &pipeline = pipelines[t.pipeline];
    uint64_t slot = ready, waited = 0;
    for (uint64_t i = 0; i < count; ++i) {
      slot = pipeline.book(ready, system.now);
      waited += slot - ready;
      ready = slot + interval;
    }
    t.counters.issue_wait_cycles += waited;
    return slot;
  }

  /// Instructions that an STP runs before it needs what `access` loads.
  uint64_t hidden(const Thread &t, const Access &access) const {
    if (!t.stp || !access.op)
      return 0;
    const Op *op = access.op, *end = t.chunk->ops + kChunkOps;
    uint8_t loaded = op->rd;
    for (uint64_t n = 0; n < 8; ++n) {
      const Op *next = op + 1 + n;
      if (next >= end)
        return n;
      uint16_t insn = t.chunk->insn[next - t.chunk->ops];
      if (insn >= kInsnCount || next->rs1 == loaded || next->rs2 == loaded ||
          next->rs3 == loaded || next->rd == loaded)
        return n;
      InsnClass cls = info(Insn(insn)).cls;
      if (cls == InsnClass::Branch || cls == InsnClass::Jump)
        return n;
    }
    return 8;
  }

  uint64_t perform(Thread &t, Clock &clock, uint64_t time);
  void wake();
  void finishTransfer(const DmaTiming::Step &step);
  bool runThread(uint32_t id, uint64_t time, bool &fatal);
};

/// Times the access that the thread just made at `time`; when it can issue again.
uint64_t TimingModel::State::perform(Thread &t, Clock &clock, uint64_t time) {
  uint64_t interval = intervalOf(t), ready = time + interval;
  const Access &access = t.access;
  auto waitFor = [&](uint64_t done, uint64_t unloaded) {
    uint64_t cover = interval * (1 + hidden(t, access));
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
  case Access::Prefetch:
    memory.access(t, access, time);
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
    waitFor(c.done + machine.queue_latency, c.unloaded + machine.queue_latency);
    break;
  }
  case Access::Dma: {
    uint64_t wakeAt = 0;
    if (t.state == ThreadState::Ready && !t.trap &&
        !t.transfers.empty() && dma.submit(t, t.transfers.back(), time, wakeAt))
      events.push(wakeAt, uint32_t(system.threads.size()) + t.core);
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
    events.push(issue(t, at, 1), id);
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
  events.push(issue(t, at, 1), t.id);
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
  if (fatal || system.ended)
    return false;
  if (t.state == ThreadState::Ready && system.woken.empty()) {
    clock.atAccess = t.grant < 0; // stopped before one
    events.replace(issue(t, ready, std::max<uint64_t>(done, 1)), id);
    return true;
  }
  events.pop();
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
    events.push(issue(t, ready, std::max<uint64_t>(done, 1)), id);
  }
  wake();
  return true;
}

TimingModel::TimingModel(System &system, bool trace)
    : state(std::make_unique<State>(system, trace)) {}
TimingModel::~TimingModel() = default;

Ending TimingModel::run(uint64_t maxInstructions) {
  State &s = *state;
  System &system = s.system;
  for (unsigned i = 0; i < system.running; ++i)
    s.events.push(s.issue(system.threads[i], 0, 1), i);
  while (!s.events.empty()) {
    uint64_t time = s.events.time();
    uint32_t who = s.events.who();
    system.now = time;
    if (who >= system.threads.size()) {
      DmaTiming::Step step = s.dma.step(uint32_t(who - system.threads.size()), time);
      if (step.next)
        s.events.replace(step.next, who);
      else
        s.events.pop();
      if (step.finished)
        s.finishTransfer(step);
      continue;
    }
    bool fatal = false;
    if (!s.runThread(who, time, fatal)) {
      s.lastEvent = std::max(s.lastEvent, time + 1);
      return fatal ? Ending::Trapped : Ending::Finished;
    }
    if (s.executed > maxInstructions)
      return Ending::OutOfBudget;
  }
  s.lastEvent = std::max(s.lastEvent, system.now);
  return allDone(system) ? Ending::Finished : Ending::Deadlocked;
}

// --- Report.

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

// --- Trace: Chrome's JSON, one microsecond per cycle.

static const char *name(Wait wait) {
  switch (wait) {
  case Wait::Barrier: return "barrier";
  case Wait::Collective: return "collective";
  case Wait::DmaWait: return "wait for DMA";
  case Wait::QueueFull: return "queue full";
  case Wait::QueueEmpty: return "queue empty";
  case Wait::None: break;
  }
  return "wait";
}

static void span(Json &json, std::string_view name, std::string_view category,
                 uint64_t core, uint64_t track, uint64_t begin, uint64_t end) {
  json.open('{').field("name", name).field("cat", category).field("ph", "X");
  json.field("pid", core).field("tid", track).field("ts", begin);
  json.field("dur", end > begin ? end - begin : 0).close('}');
}

static void writePhases(Json &json, const System &system, uint64_t end) {
  std::vector<MarkEvent> open(system.running);
  for (uint32_t i = 0; i < system.running; ++i)
    open[i] = {i, 0, 0};
  auto close = [&](const MarkEvent &mark, uint64_t at) {
    const Thread &t = system.threads[mark.thread];
    span(json, "phase " + std::to_string(mark.phase), "phase", t.core, t.lane, mark.time,
         at);
  };
  for (const MarkEvent &mark : system.marks) {
    close(open[mark.thread], mark.time);
    open[mark.thread] = mark;
  }
  for (const MarkEvent &mark : open)
    close(mark, std::max(end, mark.time));
}

static void writeTracks(Json &json, const System &system) {
  for (uint32_t i = 0; i < system.running; ++i) {
    const Thread &t = system.threads[i];
    json.open('{').field("name", "thread_name").field("ph", "M");
    json.field("pid", uint64_t(t.core)).field("tid", uint64_t(t.lane));
    json.key("args").open('{');
    json.field("name", (t.stp ? "STP thread " : "MTP thread ") + std::to_string(t.id));
    json.close('}').close('}');
  }
}

std::string TimingModel::trace() const {
  const State &s = *state;
  Json json;
  json.open('{').field("displayTimeUnit", "ns").key("traceEvents").open('[');
  writeTracks(json, s.system);
  writePhases(json, s.system, s.lastEvent);
  for (const WaitSpan &wait : s.waits) {
    const Thread &t = s.system.threads[wait.thread];
    span(json, name(wait.wait), "wait", t.core, t.lane, wait.begin, wait.end);
  }
  for (const DmaSpan &transfer : s.dma.spans)
    span(json, "DMA of thread " + std::to_string(transfer.thread), "dma", transfer.core,
         1000, transfer.begin, transfer.end);
  json.close(']').close('}');
  return json.take();
}

std::string traceOf(const System &system) {
  uint64_t end = 0;
  for (unsigned i = 0; i < system.running; ++i)
    end = std::max(end, system.threads[i].instructions);
  Json json;
  json.open('{').key("traceEvents").open('[');
  writeTracks(json, system);
  writePhases(json, system, end);
  json.close(']').close('}');
  return json.take();
}

} // namespace scratch::piuma
