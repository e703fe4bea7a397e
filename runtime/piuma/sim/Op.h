//===- Op.h - A decoded instruction and how handlers call one another ------===//
//
// The interpreter is threaded code: each instruction is decoded once into an Op, whose
// handler performs it and tail-calls the next Op's handler. The state of a run travels in
// registers; `preserve_none` keeps it there.
//
//   t       the thread
//   op      this instruction
//   run     where the current straight-line run began (for counting; see Code.h)
//   left    instructions until the thread must give way; checked at taken branches
//   counts  biased address of the thread's profile of this chunk
//   dram    host address of DRAM
//   limit   greatest DRAM offset at which 8 bytes may be accessed without a look-up
//===----------------------------------------------------------------------===//
#ifndef SCRATCH_RUNTIME_PIUMA_SIM_OP_H
#define SCRATCH_RUNTIME_PIUMA_SIM_OP_H

#include "runtime/piuma/isa/Encoding.h"

namespace scratch::piuma {

struct Thread;
struct Op;

#define PIUMA_HANDLER __attribute__((preserve_none)) void
#define PIUMA_HANDLER_ARGUMENTS                                                         \
  ::scratch::piuma::Thread *t, const ::scratch::piuma::Op *op,                          \
      const ::scratch::piuma::Op *run, int64_t left, uintptr_t counts, uint8_t *dram,   \
      uint64_t limit

using Handler = PIUMA_HANDLER (*)(PIUMA_HANDLER_ARGUMENTS);

/// Register numbers are indices of Thread::x and Thread::f. Writes to x0 are sent to
/// x[32]. `immediate` is the operand of the format, a branch distance in ops, or the
/// rounding mode.
struct Op {
  Handler handler;
  int32_t immediate;
  uint8_t rd, rs1, rs2, rs3;
};
static_assert(sizeof(Op) == 16);

/// Three ways to run, each with its own handlers:
struct Functional { // nothing but speed
  static constexpr bool gated = false, checked = false, timed = false,
                        quick = false;
};
struct Quick { // the part of functional mode that calls nothing: see QUICK in Cpu.h
  static constexpr bool gated = false, checked = false, timed = false, quick = true;
};
struct Timed { // stops before every access, which is then timed
  static constexpr bool gated = true, checked = false, timed = true, quick = false;
};
struct Checked { // may stop before any access; accesses are checked for races
  static constexpr bool gated = true, checked = true, timed = false, quick = false;
};

/// The handlers of one way to run, by Insn, and the ones that are no instruction.
struct HandlerTable {
  Handler insn[kInsnCount];
  Handler illegal;   // no such instruction
  Handler decode;    // not decoded yet
  Handler farBranch; // branch or jal that leaves the chunk
  Handler nextChunk; // ran off the end of the chunk
};
template <class Mode> const HandlerTable &handlers();

} // namespace scratch::piuma

#endif // SCRATCH_RUNTIME_PIUMA_SIM_OP_H
