//===- identity.cpp - Thread and core numbers, marks, exit, host functions -===//
#include "runtime/piuma/sim/Cpu.h"
#include "runtime/piuma/sim/HostFloat.h"

#include <cmath>

namespace scratch::piuma {

STRAIGHT(p_tid) { cpu.setX(cpu.t->id); }
STRAIGHT(p_nthreads) { cpu.setX(cpu.t->system->running); }
STRAIGHT(p_core) { cpu.setX(cpu.t->core); }
STRAIGHT(p_ncores) { cpu.setX(cpu.t->system->machine.cores); }
STRAIGHT(p_ltid) { cpu.setX(cpu.t->lane); }
STRAIGHT(p_lthreads) { cpu.setX(cpu.t->system->machine.threadsPerCore()); }
STRAIGHT(p_cycle) {
  cpu.setX(cpu.t->system->timed ? cpu.t->system->now : cpu.retired());
}
STRAIGHT(p_pipe) { cpu.setX(cpu.t->stp); }

FALLIBLE(p_exit) {
  if (cpu.gate())
    return Outcome::Here;
  cpu.note(Access::None);
  cpu.t->op = cpu.op;
  return cpu.t->system->exitThread(*cpu.t, int64_t(cpu.x1()));
}

/// Stops the slice: the scheduler's totals must be exact when a phase is closed.
FALLIBLE(p_mark) {
  if (cpu.gate())
    return Outcome::Here;
  cpu.note(Access::None);
  cpu.t->nextPhase = cpu.x1();
  return Outcome::After;
}

STRAIGHT(p_count) { cpu.t->system->userCounts[cpu.x1()] += cpu.x2(); }

// --- Host functions.

template <class T> static bool callHost(uint64_t id, T a, T b, T &result) {
  (void)b;
  switch (id) {
#define ARGUMENTS_1 (a)
#define ARGUMENTS_2 (a, b)
#define HOST_FUNCTION(number, name, arity)                                              \
  case number:                                                                          \
    result = std::name ARGUMENTS_##arity;                                               \
    return true;
#include "runtime/piuma/isa/HostFunctions.def"
#undef ARGUMENTS_1
#undef ARGUMENTS_2
  default:
    return false;
  }
}

/// The result of function rs3; the host's flags are not the guest's.
template <class T, class Bits, class Mode>
static Outcome callService(const Cpu<Mode> &cpu, Bits a, Bits b, Bits &bits) {
  if (cpu.gate())
    return Outcome::Here;
  cpu.note(Access::Service);
  unsigned flags = _mm_getcsr();
  T result = 0;
  bool known = callHost<T>(cpu.x3(), host::value(a), host::value(b), result);
  _mm_setcsr(flags);
  if (!known)
    return cpu.raise(Cause::BadService, cpu.x3());
  bits = host::bitsOf(result);
  return Outcome::Next;
}

FALLIBLE(p_fcall) {
  uint64_t bits = 0;
  Outcome outcome =
      callService<double>(cpu, cpu.f64(cpu.op->rs1), cpu.f64(cpu.op->rs2), bits);
  if (outcome == Outcome::Next)
    cpu.setF64(bits);
  return outcome;
}
FALLIBLE(p_fcall_s) {
  uint32_t bits = 0;
  Outcome outcome =
      callService<float>(cpu, cpu.f32(cpu.op->rs1), cpu.f32(cpu.op->rs2), bits);
  if (outcome == Outcome::Next)
    cpu.setF32(bits);
  return outcome;
}

} // namespace scratch::piuma
