//===- System.h - The machine that threads run in --------------------------===//
//
// Memory, code, threads, and what they share: barriers, collectives, DMA, queues, marks.
// The instructions call it; the schedulers (Schedule*.cpp) drive it.
//===----------------------------------------------------------------------===//
#ifndef SCRATCH_RUNTIME_PIUMA_SIM_SYSTEM_H
#define SCRATCH_RUNTIME_PIUMA_SIM_SYSTEM_H

#include "runtime/piuma/sim/Code.h"
#include "runtime/piuma/sim/Elf.h"

#include <functional>
#include <map>
#include <random>

namespace scratch::piuma {

class RaceDetector;

/// How a handler ends.
enum class Outcome {
  Next, // go on
  Here, // stop before this instruction: it trapped, blocks, or must be timed first
  After, // stop behind it
  Slow  // only from a quick body: nothing happened, take the long way
};

/// Threads gathered at a barrier or collective.
struct Gathering {
  std::vector<uint32_t> arrived; // thread numbers
  unsigned members = 0;          // how many will
  std::vector<uint64_t> values;  // of a collective
  std::vector<uint8_t> destinations;
  Insn insn = Insn::p_barrier;
};

/// What a thread did in one phase (between two p.mark).
struct PhaseTotals {
  uint64_t instructions = 0, cycles = 0;
  Counters counters;
};

struct MarkEvent {
  uint32_t thread;
  uint64_t phase;
  uint64_t time;
};

class System {
public:
  System(const Machine &machine, const HandlerTable &handlers);
  ~System();

  Machine machine;
  Memory memory;
  Code code;
  std::vector<Thread> threads;
  unsigned running = 0; // threads started

  // --- Policies of the mode.
  bool delayedDma = false;
  bool randomDma = false; // delayed mode: land at a random time before the wait
  std::mt19937_64 random;
  std::unique_ptr<RaceDetector> races;
  std::function<void(std::string_view)> output;

  // --- State seen by the schedulers.
  uint64_t now = 0;                // timing mode: cycle of the current event
  std::vector<uint32_t> woken;     // threads released by the last slice
  bool invalidateCode = false;     // a fence.i ran
  bool ended = false;              // the program ended as a whole
  int64_t status = 0;              // ... with this
  bool trackFlags = false;
  uint64_t hostAddress = 0, hostReply = 0; // symbols tohost, fromhost; 0: none
  unsigned reservations = 0;
  std::map<uint64_t, uint64_t> userCounts; // p.count
  std::map<uint64_t, std::vector<PhaseTotals>> phases; // by phase, by thread
  std::vector<PhaseTotals> phaseStart;                 // totals at the last p.mark
  std::vector<MarkEvent> marks;
  bool recordMarks = false;

  /// Whether the host's floating-point flags are the running thread's: always where turns
  /// are long, else only for programs that look at them.
  bool collectsFlags() const { return trackFlags || code.usesFlags(); }

  // --- Called by instructions (see insns/).
  Outcome barrier(Thread &t, uint64_t scope, uint64_t id);
  Outcome collective(Thread &t, Insn insn, uint64_t scope, uint64_t value, uint8_t rd);
  Outcome startTransfer(Thread &t, Transfer transfer, uint64_t &handle);
  Outcome waitTransfer(Thread &t, uint64_t handle);
  Outcome testTransfer(Thread &t, uint64_t handle, uint64_t &answer);
  Outcome queueInit(Thread &t, uint64_t queue, uint64_t capacity);
  Outcome queuePush(Thread &t, uint64_t queue, uint64_t value, bool *pushed);
  Outcome queuePop(Thread &t, uint64_t queue, uint64_t &value, bool blocking);
  Outcome queueClose(Thread &t, uint64_t queue);
  Outcome environmentCall(Thread &t);
  Outcome exitThread(Thread &t, int64_t status);
  /// After p.mark: closes the thread's phase and opens the next.
  void enterPhase(Thread &t, uint64_t phase);
  void breakReservations(uint64_t address, uint64_t bytes, const Thread *except);

  /// Notes a fault of the instruction `t` stands at.
  Outcome raise(Thread &t, Cause cause, uint64_t address);
  /// Lands a pending transfer of t (random DMA: its time has come). False: a trap.
  bool landOne(Thread &t);
  /// Ends the thread's current phase in the totals.
  void closePhase(Thread &t);
  uint64_t timeOf(const Thread &t) const;
  std::string describe(uint64_t pc) const { return symbols.describe(pc); }

  SymbolTable symbols;
  bool timed = false;
  /// Keys of barriers and collectives in use, and of threads that wait on queues.
  std::map<std::tuple<uint64_t, uint64_t, uint64_t>, Gathering> gatherings;

  /// Threads that take part in `scope` as seen from t.
  unsigned members(const Thread &t, uint64_t scope) const;
  bool isMember(const Thread &t, uint64_t scope, uint64_t core) const;

private:
  Outcome arrive(Thread &t, Insn insn, uint64_t scope, uint64_t id, uint64_t value,
                 uint8_t rd);
  bool land(Thread &t, Transfer &transfer);
  void wake(Wait wait, uint64_t key);
  QueueHeader *queueAt(Thread &t, uint64_t queue);
};

/// A core-independent name of a byte of memory: what two threads that mean the same byte
/// both get, whichever window they use.
inline uint64_t globalAddress(const Place &place) {
  return place.space == Space::Dram
             ? kDram + place.offset
             : kScratchpadGlobal + place.home * kScratchpadStride + place.offset;
}

} // namespace scratch::piuma

#endif // SCRATCH_RUNTIME_PIUMA_SIM_SYSTEM_H
