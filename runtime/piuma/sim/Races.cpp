//===- Races.cpp - Happens-before race detection and initialisation --------===//
//
// Shadow memory has one cell per 4 bytes, and turns a page to one per byte when a narrower
// access touches it. A cell holds the last plain write and the unordered reads and atomics
// since. Location clocks are only ever joined, so an ordering may be assumed that a release
// sequence would not give: races may be missed there, none are invented.
//===----------------------------------------------------------------------===//
#include "runtime/piuma/sim/Races.h"

#include "runtime/piuma/sim/System.h"

#include <bitset>

namespace scratch::piuma {

namespace {
constexpr uint64_t kPageBytes = 4096;
using Clock = std::vector<uint32_t>; // by agent; missing entries are 0

void join(Clock &into, const Clock &from) {
  if (into.size() < from.size())
    into.resize(from.size());
  for (size_t i = 0; i < from.size(); ++i)
    into[i] = std::max(into[i], from[i]);
}

/// One access: who, when on its own clock, where in the code.
struct Epoch {
  uint32_t agent = 0, clock = 0; // clock 0: none
  uint64_t pc = 0;
};
using Epochs = std::vector<Epoch>;

struct Cell {
  Epoch write;
  Epoch read;                           // one reader, or ...
  std::unique_ptr<Epochs> reads;        // ... several unordered ones
  std::unique_ptr<Epochs> atomicReads, atomicWrites;
};

struct Page {
  unsigned granule = 4;
  std::vector<Cell> cells = std::vector<Cell>(kPageBytes / 4);
};

std::unique_ptr<Epochs> copyOf(const std::unique_ptr<Epochs> &from) {
  return from ? std::make_unique<Epochs>(*from) : nullptr;
}

enum class Kind { Read, Write, AtomicRead, AtomicWrite };
const char *const kVerb[] = {"reads", "writes", "atomically reads", "atomically updates"};
const char *const kNoun[] = {"read", "write", "atomic read", "atomic update"};
} // namespace

struct RaceDetector::State {
  const System &system;
  unsigned perThread; // agents: the thread, then its DMA slots
  std::vector<Clock> clocks, releaseFence, pendingAcquire;
  std::unordered_map<uint64_t, Clock> locations;
  std::unordered_map<uint64_t, Page> pages;
  std::unordered_map<uint64_t, std::bitset<kPageBytes>> written; // of scratchpads
  uint64_t lastNumber = ~uint64_t(0);
  Page *lastPage = nullptr;
  std::string report;

  explicit State(const System &system)
      : system(system), perThread(1 + unsigned(system.machine.dma_depth)),
        clocks(system.threads.size() * perThread),
        releaseFence(system.threads.size() * perThread),
        pendingAcquire(system.threads.size() * perThread) {
    for (size_t t = 0; t < system.threads.size(); ++t)
      tick(agentOf(uint32_t(t)));
  }

  uint32_t agentOf(uint32_t thread) const { return thread * perThread; }
  uint32_t agentOf(uint32_t thread, unsigned slot) const {
    return thread * perThread + 1 + slot;
  }

  uint32_t &own(uint32_t agent) {
    Clock &clock = clocks[agent];
    if (clock.size() <= agent)
      clock.resize(agent + 1);
    return clock[agent];
  }
  void tick(uint32_t agent) { ++own(agent); }

  bool before(const Epoch &e, uint32_t agent) const {
    if (e.clock == 0 || e.agent == agent)
      return true;
    const Clock &clock = clocks[agent];
    return e.agent < clock.size() && e.clock <= clock[e.agent];
  }
  const Epoch *unordered(const Epochs *epochs, uint32_t agent) const {
    if (epochs)
      for (const Epoch &e : *epochs)
        if (!before(e, agent))
          return &e;
    return nullptr;
  }

  Page &page(uint64_t address) {
    uint64_t number = address / kPageBytes;
    if (number != lastNumber) {
      lastNumber = number;
      lastPage = &pages[number];
    }
    return *lastPage;
  }

  /// One cell per byte from now on.
  static void refine(Page &page) {
    std::vector<Cell> fine(kPageBytes);
    for (size_t i = 0; i < kPageBytes; ++i) {
      const Cell &from = page.cells[i / 4];
      fine[i] = {from.write, from.read, copyOf(from.reads), copyOf(from.atomicReads),
                 copyOf(from.atomicWrites)};
    }
    page.cells = std::move(fine);
    page.granule = 1;
  }

  /// Adds to a set, dropping what is ordered before.
  void record(std::unique_ptr<Epochs> &set, Epoch e) {
    if (!set)
      set = std::make_unique<Epochs>();
    std::erase_if(*set, [&](const Epoch &old) { return before(old, e.agent); });
    set->push_back(e);
  }

  bool conflict(const Epoch *other, Kind otherKind, Epoch mine, Kind kind,
                uint64_t address) {
    if (!other)
      return false;
    if (report.empty())
      report = describe(*other, otherKind, mine, kind, address);
    return true;
  }

  std::string who(uint32_t agent) const {
    std::string thread = "thread " + std::to_string(agent / perThread);
    return agent % perThread ? "the DMA of " + thread : thread;
  }
  std::string where(uint64_t pc) const {
    char text[32];
    std::snprintf(text, sizeof(text), "0x%llx", static_cast<unsigned long long>(pc));
    std::string symbol = system.describe(pc);
    return symbol.empty() ? text : text + (" (" + symbol + ")");
  }
  std::string describe(const Epoch &other, Kind otherKind, const Epoch &mine, Kind kind,
                       uint64_t address) const {
    return "data race on " + where(address) + ": " + who(mine.agent) + " " +
           kVerb[int(kind)] + " at " + where(mine.pc) + ", unordered with the " +
           kNoun[int(otherKind)] + " by " + who(other.agent) + " at " + where(other.pc);
  }

  bool touch(Cell &cell, Epoch mine, Kind kind, uint64_t address) {
    const Epoch *write = before(cell.write, mine.agent) ? nullptr : &cell.write;
    if (conflict(write, Kind::Write, mine, kind, address))
      return false;
    bool writes = kind == Kind::Write || kind == Kind::AtomicWrite;
    bool isAtomic = kind == Kind::AtomicRead || kind == Kind::AtomicWrite;
    if (writes) {
      const Epoch *read = before(cell.read, mine.agent)
                              ? unordered(cell.reads.get(), mine.agent)
                              : &cell.read;
      if (conflict(read, Kind::Read, mine, kind, address))
        return false;
    }
    if (!isAtomic) {
      const Epoch *other = unordered(cell.atomicWrites.get(), mine.agent);
      if (conflict(other, Kind::AtomicWrite, mine, kind, address))
        return false;
      other = writes ? unordered(cell.atomicReads.get(), mine.agent) : nullptr;
      if (conflict(other, Kind::AtomicRead, mine, kind, address))
        return false;
    }
    switch (kind) {
    case Kind::Read:
      if (cell.reads)
        record(cell.reads, mine);
      else if (before(cell.read, mine.agent))
        cell.read = mine;
      else {
        record(cell.reads, cell.read);
        record(cell.reads, mine);
        cell.read = {};
      }
      break;
    case Kind::Write: // everything earlier is ordered before it
      cell.write = mine;
      cell.read = {};
      cell.reads.reset();
      cell.atomicReads.reset();
      cell.atomicWrites.reset();
      break;
    case Kind::AtomicRead:
      record(cell.atomicReads, mine);
      break;
    case Kind::AtomicWrite:
      record(cell.atomicWrites, mine);
      break;
    }
    return true;
  }

  bool access(uint32_t agent, uint64_t pc, const Place &place, uint64_t bytes,
              Kind kind) {
    uint64_t address = globalAddress(place);
    Epoch mine{agent, own(agent), pc};
    for (uint64_t end = address + bytes; address < end;) {
      Page &p = page(address);
      if (p.granule == 4 && ((address & 3) || end - address < 4))
        refine(p);
      if (!touch(p.cells[address % kPageBytes / p.granule], mine, kind, address))
        return false;
      address += p.granule;
    }
    return true;
  }
};

static uint64_t pcOf(const Thread &t) { return pcOf(*t.chunk, t.op); }

RaceDetector::RaceDetector(const System &system)
    : state(std::make_unique<State>(system)) {}
RaceDetector::~RaceDetector() = default;

const std::string &RaceDetector::report() const { return state->report; }

bool RaceDetector::read(const Thread &t, const Place &place, unsigned bytes) {
  return state->access(state->agentOf(t.id), pcOf(t), place, bytes, Kind::Read);
}
bool RaceDetector::write(const Thread &t, const Place &place, unsigned bytes) {
  return state->access(state->agentOf(t.id), pcOf(t), place, bytes, Kind::Write);
}

bool RaceDetector::atomic(const Thread &t, const Place &place, unsigned bytes,
                          AtomicOrder order) {
  uint32_t agent = state->agentOf(t.id);
  uint64_t key = globalAddress(place) & ~uint64_t(7);
  if (order.reads)
    join(order.acquire ? state->clocks[agent] : state->pendingAcquire[agent],
         state->locations[key]);
  bool fine = state->access(agent, pcOf(t), place, bytes,
                            order.writes ? Kind::AtomicWrite : Kind::AtomicRead);
  if (order.writes)
    join(state->locations[key],
         order.release ? state->clocks[agent] : state->releaseFence[agent]);
  if (order.writes && order.release)
    state->tick(agent);
  return fine;
}

void RaceDetector::fence(const Thread &t) {
  uint32_t agent = state->agentOf(t.id);
  join(state->clocks[agent], state->pendingAcquire[agent]);
  state->releaseFence[agent] = state->clocks[agent];
  state->tick(agent);
}

void RaceDetector::startTransfer(const Thread &t, unsigned slot) {
  uint32_t agent = state->agentOf(t.id, slot), thread = state->agentOf(t.id);
  join(state->clocks[agent], state->clocks[thread]);
  state->tick(agent);
  state->tick(thread);
}
bool RaceDetector::transferRead(const Thread &t, unsigned slot, const Place &place,
                                uint64_t bytes) {
  return state->access(state->agentOf(t.id, slot), pcOf(t), place, bytes, Kind::Read);
}
bool RaceDetector::transferWrite(const Thread &t, unsigned slot, const Place &place,
                                 uint64_t bytes, bool atomically) {
  return state->access(state->agentOf(t.id, slot), pcOf(t), place, bytes,
                       atomically ? Kind::AtomicWrite : Kind::Write);
}
void RaceDetector::finishTransfer(const Thread &t, unsigned slot) {
  join(state->clocks[state->agentOf(t.id)], state->clocks[state->agentOf(t.id, slot)]);
}

void RaceDetector::gather(std::span<const uint32_t> threads) {
  Clock all;
  for (uint32_t t : threads)
    join(all, state->clocks[state->agentOf(t)]);
  for (uint32_t t : threads) {
    state->clocks[state->agentOf(t)] = all;
    state->tick(state->agentOf(t));
  }
}

void RaceDetector::release(const Thread &t, uint64_t address) {
  join(state->locations[address], state->clocks[state->agentOf(t.id)]);
  state->tick(state->agentOf(t.id));
}
void RaceDetector::acquire(const Thread &t, uint64_t address) {
  join(state->clocks[state->agentOf(t.id)], state->locations[address]);
}

bool RaceDetector::initialised(const Place &place, uint64_t bytes) const {
  if (place.space != Space::Scratchpad)
    return true;
  uint64_t address = globalAddress(place);
  for (uint64_t a = address; a < address + bytes; ++a) {
    auto found = state->written.find(a / kPageBytes);
    if (found == state->written.end() || !found->second[a % kPageBytes])
      return false;
  }
  return true;
}

void RaceDetector::initialise(const Place &place, uint64_t bytes) {
  if (place.space != Space::Scratchpad)
    return;
  uint64_t address = globalAddress(place);
  for (uint64_t a = address; a < address + bytes; ++a)
    state->written[a / kPageBytes].set(a % kPageBytes);
}

} // namespace scratch::piuma
