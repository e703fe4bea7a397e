//===- engines.cpp - Barriers, collectives, DMA, queues --------------------===//
//
// The instructions only; what the engines do is in Gather.cpp, Dma.cpp and Queues.cpp.
//===----------------------------------------------------------------------===//
#include "runtime/piuma/sim/Cpu.h"

namespace scratch::piuma {

/// Every instruction here starts like this: one stop for the scheduler, then a fault or a
/// blocking is reported at this instruction.
template <class Mode> static bool engine(const Cpu<Mode> &cpu, Access::Kind kind) {
  if (cpu.gate())
    return false;
  cpu.note(kind);
  cpu.t->op = cpu.op;
  return true;
}

#define ENGINE(kind)                                                                    \
  if (!engine(cpu, Access::kind))                                                       \
  return Outcome::Here

FALLIBLE(p_barrier) {
  ENGINE(Barrier);
  return cpu.t->system->barrier(*cpu.t, cpu.x1(), cpu.x2());
}

#define COLLECTIVE(id, operand)                                                         \
  FALLIBLE(id) {                                                                        \
    ENGINE(Collective);                                                                 \
    return cpu.t->system->collective(*cpu.t, Insn::id, cpu.x1(), operand, cpu.op->rd);  \
  }
COLLECTIVE(c_add_d, cpu.x2())
COLLECTIVE(c_min_d, cpu.x2())
COLLECTIVE(c_max_d, cpu.x2())
COLLECTIVE(c_or_d, cpu.x2())
COLLECTIVE(c_and_d, cpu.x2())
COLLECTIVE(c_scan_d, cpu.x2())
COLLECTIVE(c_bcast_d, cpu.x2())
COLLECTIVE(c_fadd_d, cpu.f64(cpu.op->rs2))
COLLECTIVE(c_fmin_d, cpu.f64(cpu.op->rs2))
COLLECTIVE(c_fmax_d, cpu.f64(cpu.op->rs2))
#undef COLLECTIVE

// --- DMA.

template <class Mode> static Outcome start(const Cpu<Mode> &cpu, Transfer transfer) {
  uint64_t handle = 0;
  Outcome outcome = cpu.t->system->startTransfer(*cpu.t, transfer, handle);
  if (outcome == Outcome::Next)
    cpu.setX(handle);
  return outcome;
}

FALLIBLE(d_copy) {
  ENGINE(Dma);
  Transfer transfer;
  transfer.descriptor.destination = cpu.x1();
  transfer.descriptor.source = cpu.x2();
  transfer.descriptor.count = cpu.x3();
  return start(cpu, transfer);
}
FALLIBLE(d_fill) {
  ENGINE(Dma);
  Transfer transfer;
  transfer.fill = true;
  transfer.descriptor.destination = cpu.x1();
  transfer.pattern = cpu.x2();
  transfer.descriptor.count = cpu.x3();
  return start(cpu, transfer);
}
FALLIBLE(d_desc) {
  ENGINE(Dma);
  Thread &t = *cpu.t;
  uint64_t address = cpu.x1();
  Place place = t.system->memory.translate(address, sizeof(DmaDescriptor), t.core);
  if (!place.host || (address & 7))
    return cpu.raise(Cause::BadDescriptor, address);
  Transfer transfer;
  std::memcpy(&transfer.descriptor, place.host, sizeof(DmaDescriptor));
  if (transfer.descriptor.kind == 0)
    return cpu.raise(Cause::BadDescriptor, address);
  return start(cpu, transfer);
}
FALLIBLE(d_wait) {
  ENGINE(DmaWait);
  return cpu.t->system->waitTransfer(*cpu.t, cpu.x1());
}
FALLIBLE(d_test) {
  ENGINE(DmaWait);
  uint64_t answer = 0;
  Outcome outcome = cpu.t->system->testTransfer(*cpu.t, cpu.x1(), answer);
  if (outcome == Outcome::Next)
    cpu.setX(answer);
  return outcome;
}

// --- Queues.

FALLIBLE(q_init) {
  ENGINE(Queue);
  return cpu.t->system->queueInit(*cpu.t, cpu.x1(), cpu.x2());
}
FALLIBLE(q_close) {
  ENGINE(Queue);
  return cpu.t->system->queueClose(*cpu.t, cpu.x1());
}
FALLIBLE(q_push) {
  ENGINE(Queue);
  return cpu.t->system->queuePush(*cpu.t, cpu.x1(), cpu.x2(), nullptr);
}
FALLIBLE(q_trypush) {
  ENGINE(Queue);
  bool pushed = false;
  Outcome outcome = cpu.t->system->queuePush(*cpu.t, cpu.x1(), cpu.x2(), &pushed);
  if (outcome == Outcome::Next)
    cpu.setX(pushed);
  return outcome;
}
template <class Mode> static Outcome pop(const Cpu<Mode> &cpu, bool blocking) {
  uint64_t value = 0;
  Outcome outcome = cpu.t->system->queuePop(*cpu.t, cpu.x1(), value, blocking);
  if (outcome == Outcome::Next)
    cpu.setX(value);
  return outcome;
}
FALLIBLE(q_pop) {
  ENGINE(Queue);
  return pop(cpu, true);
}
FALLIBLE(q_trypop) {
  ENGINE(Queue);
  return pop(cpu, false);
}

#undef ENGINE

} // namespace scratch::piuma
