//===- Thread.h - One simulated thread -------------------------------------===//
//
// Registers, where it is, what it waits for, what it counted.
//===----------------------------------------------------------------------===//
#ifndef SCRATCH_RUNTIME_PIUMA_SIM_THREAD_H
#define SCRATCH_RUNTIME_PIUMA_SIM_THREAD_H

#include "runtime/piuma/sim/Memory.h"
#include "runtime/piuma/sim/Op.h"
#include "runtime/piuma/sim/Trap.h"

#include <array>
#include <cstdlib>
#include <memory>
#include <optional>
#include <unordered_map>
#include <vector>

namespace scratch::piuma {

class System;
struct Chunk;

struct Free {
  void operator()(void *p) const { std::free(p); }
};

struct Counters {
#define COUNTER(name) uint64_t name = 0;
#include "runtime/piuma/sim/Counters.def"
};

/// A DMA transfer, from its instruction until the thread has waited for it.
struct Transfer {
  uint64_t handle = 0;
  DmaDescriptor descriptor{};
  bool fill = false;
  uint64_t pattern = 0;    // of a fill
  bool landed = false;     // the bytes have moved
  unsigned pollsLeft = 0;  // delayed mode: d.test answers no this often
  bool finished = true;    // timing mode: the engine is done with it
  // What landing it moved, for counters and timing.
  uint64_t dramBytes = 0, scratchpadBytes = 0, remoteBytes = 0, elements = 0;
  uint32_t home = 0;       // core of the last byte of DRAM, or of the scratchpad
};

/// What the instruction that just stopped or ran did to memory, for the timing model.
struct Access {
  enum Kind : uint8_t {
    None, Load, Store, Uncached, UncachedStore, Atomic, Posted, Fence, Barrier, Collective,
    Dma, DmaWait, Queue, Prefetch, Service
  };
  Kind kind = None;
  Space space = Space::Dram;
  uint32_t home = 0;
  uint32_t bytes = 0;
  uint64_t offset = 0;
  const Op *op = nullptr; // for an STP's stall-on-use
};

enum class Wait : uint8_t { None, Barrier, Collective, DmaWait, QueueFull, QueueEmpty };
enum class ThreadState : uint8_t { Ready, Blocked, Done };

struct Thread {
  // Hot: the interpreter.
  uint64_t x[33] = {};
  uint64_t f[32] = {};
  const Op *op = nullptr;       // where to go on
  Chunk *chunk = nullptr;       // that op's
  uintptr_t counts = 0;         // of that chunk: biased address of the profile, see Code.h
  int64_t left = 0;             // of the slice, when it stopped
  int64_t grant = 0;            // accesses that may run before the next stop
  uint32_t core = 0;
  uint32_t homeShift = 0, homeMask = 0; // DRAM owner by mask
  uint8_t rounding[8] = {0, 1, 2, 3, 4, 5, 5, 0}; // by rm field; 7 follows frm; 5: reserved
  uint8_t fflags = 0;
  uint8_t privilege = 3;
  uint32_t extraCycles = 0;     // of this slice: latency beyond the issue interval
  std::array<uint16_t, kClassCount> classExtra{}; // that latency, by class
  System *system = nullptr;
  Counters counters;
  Access access;

  // Warm.
  uint32_t id = 0;
  uint32_t lane = 0;            // within its core
  uint32_t pipeline = 0;        // within the machine
  bool stp = false;
  ThreadState state = ThreadState::Done;
  Wait wait = Wait::None;
  Wait waitWas = Wait::None;    // the last one, kept when it is over
  uint64_t waitKey = 0;         // barrier's or queue's
  uint64_t reservation = 0;     // address reserved by lr, or 0
  int64_t exitStatus = 0;
  uint64_t instructions = 0;    // up to the last stop
  uint64_t sliceBudget = 0;
  Trap trap;
  std::optional<uint64_t> redirect; // pc to go on at: after mret, or a trap vector
  std::unordered_map<uint32_t, uint64_t> csrs;
  std::vector<std::unique_ptr<int64_t[], Free>> profiles; // by Chunk::index; see Code.h
  std::array<uint64_t, kInsnCount> retired{}; // folded from the profiles
  std::vector<Transfer> transfers; // outstanding, oldest first
  uint64_t nextHandle = 1;
  uint64_t phase = 0;
  std::optional<uint64_t> nextPhase; // p.mark ran: for the scheduler to close the phase

  uint64_t frm() const { return rounding[7]; }
};

} // namespace scratch::piuma

#endif // SCRATCH_RUNTIME_PIUMA_SIM_THREAD_H
