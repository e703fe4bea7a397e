//===- system.cpp - CSRs, environment calls, return from a trap ------------===//
//
// The machine-mode environment that bare-metal test programs expect: most CSRs are plain
// storage, no interrupts, no translation, no protection.
//===----------------------------------------------------------------------===//
#include "runtime/piuma/sim/Cpu.h"
#include "runtime/piuma/sim/Csr.h"
#include "runtime/piuma/sim/HostFloat.h"

namespace scratch::piuma {

template <class Mode>
static Outcome accessCsr(const Cpu<Mode> &cpu, uint64_t operand, bool writes,
                         uint64_t (*combine)(uint64_t, uint64_t)) {
  Thread &t = *cpu.t;
  uint32_t number = uint32_t(cpu.op->immediate);
  if (!csr::isAllowed(t, number))
    return cpu.illegal();
  if (csr::isFloat(number) && t.system->collectsFlags())
    t.fflags |= host::takeFlags();
  uint64_t old;
  if (!csr::read(t, number, cpu.retired(), old))
    return cpu.illegal();
  if (writes && !csr::write(t, number, cpu.retired(), combine(old, operand)))
    return cpu.illegal();
  cpu.setX(old);
  return Outcome::Next;
}

static uint64_t replaceBits(uint64_t, uint64_t b) { return b; }
static uint64_t setBits(uint64_t a, uint64_t b) { return a | b; }
static uint64_t clearBits(uint64_t a, uint64_t b) { return a & ~b; }

FALLIBLE(csrrw) { return accessCsr(cpu, cpu.x1(), true, replaceBits); }
FALLIBLE(csrrs) { return accessCsr(cpu, cpu.x1(), cpu.op->rs1 != 0, setBits); }
FALLIBLE(csrrc) { return accessCsr(cpu, cpu.x1(), cpu.op->rs1 != 0, clearBits); }
FALLIBLE(csrrwi) { return accessCsr(cpu, cpu.op->rs1, true, replaceBits); }
FALLIBLE(csrrsi) { return accessCsr(cpu, cpu.op->rs1, cpu.op->rs1 != 0, setBits); }
FALLIBLE(csrrci) { return accessCsr(cpu, cpu.op->rs1, cpu.op->rs1 != 0, clearBits); }

FALLIBLE(ecall) {
  cpu.t->op = cpu.op;
  if (csr::hasTrapVector(*cpu.t))
    return cpu.raise(cpu.t->privilege == 3 ? Cause::MachineCall : Cause::UserCall, 0);
  return cpu.t->system->environmentCall(*cpu.t);
}

FALLIBLE(ebreak) { return cpu.raise(Cause::Breakpoint, cpu.pc()); }

FALLIBLE(mret) {
  Thread &t = *cpu.t;
  if (t.privilege != 3)
    return cpu.illegal();
  t.redirect = csr::returnFromTrap(t); // going there is the scheduler's work
  return Outcome::After;
}

/// There are no interrupts to wait for.
STRAIGHT(wfi) { (void)cpu; }

} // namespace scratch::piuma
