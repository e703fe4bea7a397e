//===- Cpu.h - What the semantics of an instruction are written with -------===//
//
//   STRAIGHT(add) { cpu.setX(cpu.x1() + cpu.x2()); }        cannot fail
//   FALLIBLE(ecall) { ...; return Outcome::Next; }            may trap, block or be timed
//   QUICK(ld)     the same, with a usual case that calls nothing
//   BRANCH(beq)   { return cpu.x1() == cpu.x2(); }
//
// Each defines the handler of that row of Instructions.def for every mode (Op.h). Fetch,
// dispatch, counting and giving way are written once, here.
//===----------------------------------------------------------------------===//
#ifndef SCRATCH_RUNTIME_PIUMA_SIM_CPU_H
#define SCRATCH_RUNTIME_PIUMA_SIM_CPU_H

#include "runtime/piuma/sim/System.h"

#include <bit>
#include <cstring>

namespace scratch::piuma {

/// Loads and stores that are not plain DRAM in functional mode. `bits` is zero-extended.
template <class Mode>
Outcome slowLoad(Thread &t, const Op *op, uint64_t address, unsigned bytes,
                 Access::Kind kind, uint64_t &bits);
template <class Mode>
Outcome slowStore(Thread &t, const Op *op, uint64_t address, unsigned bytes,
                  Access::Kind kind, uint64_t bits);

/// Counts an access of `bytes` in the thread's counters.
void countAccess(Thread &t, const Place &place, unsigned bytes, bool isStore);

template <class Mode> struct Cpu {
  Thread *t;
  const Op *op;
  uint8_t *dram;
  uint64_t limit;
  const Op *run;
  int64_t left;

  /// Instructions this thread has retired before this one.
  uint64_t retired() const {
    return t->instructions + t->sliceBudget - uint64_t(left) + uint64_t(op - run);
  }

  uint64_t x1() const { return t->x[op->rs1]; }
  uint64_t x2() const { return t->x[op->rs2]; }
  uint64_t x3() const { return t->x[op->rs3]; }
  int64_t imm() const { return op->immediate; }
  void setX(uint64_t value) const { t->x[op->rd] = value; }
  void setX32(uint32_t value) const { t->x[op->rd] = uint64_t(int64_t(int32_t(value))); }
  uint64_t pc() const { return pcOf(*t->chunk, op); }

  // Floating registers; binary32 is NaN-boxed.
  uint64_t f64(unsigned r) const { return t->f[r]; }
  uint32_t f32(unsigned r) const {
    uint64_t bits = t->f[r];
    return bits >> 32 == 0xffffffff ? uint32_t(bits) : 0x7fc00000u;
  }
  void setF64(uint64_t bits) const { t->f[op->rd] = bits; }
  void setF32(uint32_t bits) const { t->f[op->rd] = 0xffffffff00000000u | bits; }

  Outcome raise(Cause cause, uint64_t address) const {
    t->op = op;
    return t->system->raise(*t, cause, address);
  }
  Outcome illegal() const;

  /// Whether to stop before this access; in gated modes one grant is used per access.
  bool gate() const {
    if constexpr (!Mode::gated)
      return false;
    return t->grant-- <= 0;
  }

  /// For the timing model: this instruction is not an access but takes part.
  void note(Access::Kind kind) const {
    if constexpr (Mode::timed) {
      t->access = {};
      t->access.kind = kind;
    }
  }

  template <class T>
  Outcome load(T &value, uint64_t address, Access::Kind kind = Access::Load) const {
    if constexpr (!Mode::gated) {
      uint64_t offset = address - kDram;
      if (__builtin_expect(offset <= limit, 1)) {
        std::memcpy(&value, dram + offset, sizeof(T));
        countRemote(offset, sizeof(T));
        return Outcome::Next;
      }
    }
    if constexpr (Mode::quick) {
      return Outcome::Slow;
    } else {
      uint64_t bits = 0;
      Outcome outcome = slowLoad<Mode>(*t, op, address, sizeof(T), kind, bits);
      value = static_cast<T>(bits);
      return outcome;
    }
  }

  template <class T>
  Outcome store(T value, uint64_t address, Access::Kind kind = Access::Store) const {
    if constexpr (!Mode::gated) {
      uint64_t offset = address - kDram;
      if (__builtin_expect(offset <= limit, 1)) {
        std::memcpy(dram + offset, &value, sizeof(T));
        countRemote(offset, sizeof(T));
        return Outcome::Next;
      }
    }
    if constexpr (Mode::quick)
      return Outcome::Slow;
    else
      return slowStore<Mode>(*t, op, address, sizeof(T), kind,
                             static_cast<uint64_t>(std::make_unsigned_t<T>(value)));
  }

  void countRemote(uint64_t offset, unsigned bytes) const {
    if (uint32_t mask = t->homeMask) {
      bool remote = (uint32_t(offset >> t->homeShift) & mask) != t->core;
      t->counters.remote_accesses += remote;
      t->counters.remote_bytes += remote ? bytes : 0;
    }
  }
};

/// The word an op was decoded from.
inline uint32_t wordOf(const Thread &t, const Op *op) {
  uint32_t word;
  std::memcpy(&word, t.chunk->bytes + size_t(op - t.chunk->ops) * 4, 4);
  return word;
}

/// What a handler sees in mtval is the instruction alone: 16 bits of a compressed one.
template <class Mode> Outcome Cpu<Mode>::illegal() const {
  uint32_t word = wordOf(*t, op);
  return raise(Cause::IllegalInstruction, (word & 3) == 3 ? word : word & 0xffff);
}

/// Ends a run: `next` is where the thread goes on.
inline void endRun(Thread *t, const Op *next, const Op *run, int64_t left,
                   uintptr_t counts) {
  t->op = next;
  t->left = left - (next - run);
  --countAt(counts, next);
}

#define PIUMA_GO(next, from) return (next)->handler(t, next, from, left, counts, dram, limit)

constexpr unsigned kClassLatency[] = {
#define CLASS(id, name, latency) latency,
#include "runtime/piuma/isa/Classes.def"
};

/// Timed mode: a long latency holds the thread back.
template <class Mode, Insn id> inline void chargeLatency(Thread *t) {
  if constexpr (Mode::timed)
    if (kClassLatency[unsigned(info(id).cls)] > 1)
      t->extraCycles += t->classExtra[unsigned(info(id).cls)];
}

#define PIUMA_INSTANTIATE(id)                                                           \
  template PIUMA_HANDLER handle_##id<Functional>(PIUMA_HANDLER_ARGUMENTS);              \
  template PIUMA_HANDLER handle_##id<Timed>(PIUMA_HANDLER_ARGUMENTS);                   \
  template PIUMA_HANDLER handle_##id<Checked>(PIUMA_HANDLER_ARGUMENTS);

#define PIUMA_BODY(result, id)                                                          \
  template <class Mode>                                                                 \
  [[gnu::always_inline]] static inline result body_##id(const Cpu<Mode> &cpu)

#define STRAIGHT(id)                                                                    \
  PIUMA_BODY(void, id);                                                                 \
  template <class Mode> PIUMA_HANDLER handle_##id(PIUMA_HANDLER_ARGUMENTS) {            \
    body_##id(Cpu<Mode>{t, op, dram, limit, run, left});                                           \
    chargeLatency<Mode, Insn::id>(t);                                                   \
    [[clang::musttail]] PIUMA_GO(op + 1, run);                                          \
  }                                                                                     \
  PIUMA_INSTANTIATE(id)                                                                 \
  PIUMA_BODY(void, id)

#define FALLIBLE(id)                                                                    \
  PIUMA_BODY(Outcome, id);                                                              \
  template <class Mode> PIUMA_HANDLER handle_##id(PIUMA_HANDLER_ARGUMENTS) {            \
    Outcome outcome = body_##id(Cpu<Mode>{t, op, dram, limit, run, left});                         \
    if (__builtin_expect(outcome != Outcome::Next, 0))                                  \
      return endRun(t, outcome == Outcome::After ? op + 1 : op, run, left, counts);     \
    chargeLatency<Mode, Insn::id>(t);                                                   \
    [[clang::musttail]] PIUMA_GO(op + 1, run);                                          \
  }                                                                                     \
  PIUMA_INSTANTIATE(id)                                                                 \
  PIUMA_BODY(Outcome, id)

/// A FALLIBLE whose usual case calls no function: compiled once without its long way, so
/// that the handler needs no stack frame, and once more in full.
#define QUICK(id)                                                                       \
  PIUMA_BODY(Outcome, id);                                                              \
  template <class Mode> static PIUMA_HANDLER full_##id(PIUMA_HANDLER_ARGUMENTS) {       \
    Outcome outcome = body_##id(Cpu<Mode>{t, op, dram, limit, run, left});              \
    if (__builtin_expect(outcome != Outcome::Next, 0))                                  \
      return endRun(t, outcome == Outcome::After ? op + 1 : op, run, left, counts);     \
    chargeLatency<Mode, Insn::id>(t);                                                   \
    [[clang::musttail]] PIUMA_GO(op + 1, run);                                          \
  }                                                                                     \
  template <class Mode> PIUMA_HANDLER handle_##id(PIUMA_HANDLER_ARGUMENTS) {            \
    if constexpr (!Mode::gated) {                                                       \
      Outcome outcome = body_##id(Cpu<Quick>{t, op, dram, limit, run, left});           \
      if (__builtin_expect(outcome == Outcome::Next, 1))                                \
        [[clang::musttail]] PIUMA_GO(op + 1, run);                                      \
    }                                                                                   \
    [[clang::musttail]] return full_##id<Mode>(t, op, run, left, counts, dram, limit);  \
  }                                                                                     \
  PIUMA_INSTANTIATE(id)                                                                 \
  PIUMA_BODY(Outcome, id)

/// A taken branch closes the run, opens the next one, and is where a thread gives way.
#define PIUMA_TAKE(next)                                                                \
  do {                                                                                  \
    left -= op - run + 1;                                                               \
    --countAt(counts, op + 1);                                                          \
    ++countAt(counts, next);                                                            \
    if (__builtin_expect(left <= 0, 0))                                                 \
      return endRun(t, next, next, left, counts);                                       \
    [[clang::musttail]] PIUMA_GO(next, next);                                           \
  } while (0)

#define BRANCH(id)                                                                      \
  PIUMA_BODY(bool, id);                                                                 \
  template <class Mode> PIUMA_HANDLER handle_##id(PIUMA_HANDLER_ARGUMENTS) {            \
    if (body_##id(Cpu<Mode>{t, op, dram, limit, run, left})) {                                     \
      const Op *next = op + op->immediate;                                              \
      PIUMA_TAKE(next);                                                                 \
    }                                                                                   \
    [[clang::musttail]] PIUMA_GO(op + 1, run);                                          \
  }                                                                                     \
  PIUMA_INSTANTIATE(id)                                                                 \
  PIUMA_BODY(bool, id)

#define INSN(id, mnemonic, operands, cls, bytes, enc)                                   \
  template <class Mode> PIUMA_HANDLER handle_##id(PIUMA_HANDLER_ARGUMENTS);
#include "runtime/piuma/isa/Instructions.def"

} // namespace scratch::piuma

#endif // SCRATCH_RUNTIME_PIUMA_SIM_CPU_H
