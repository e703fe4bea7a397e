//===- Csr.cpp - Control and status registers ------------------------------===//
#include "runtime/piuma/sim/Csr.h"

#include "runtime/piuma/sim/System.h"

namespace scratch::piuma::csr {

// mstatus: MIE bit 3, MPIE bit 7, MPP bits 12:11, FS bits 14:13, MPRV bit 17, SD bit 63.
constexpr uint64_t kMie = 1 << 3, kMpie = 1 << 7, kMpp = 3 << 11, kFs = 3 << 13,
                   kMprv = 1 << 17;

static uint64_t stored(const Thread &t, uint32_t number) {
  auto found = t.csrs.find(number);
  return found == t.csrs.end() ? 0 : found->second;
}

bool isAllowed(const Thread &t, uint32_t number) {
  if (t.privilege < 3 && number >= Cycle && number < Cycle + 32)
    return stored(t, Mcounteren) >> (number - Cycle) & 1;
  return (number >> 8 & 3) <= t.privilege;
}

bool isFloat(uint32_t number) { return number >= Fflags && number <= Fcsr; }

/// Registers that hold what is written to them.
static bool isStorage(uint32_t n) {
  auto in = [n](uint32_t first, uint32_t last) { return n >= first && n <= last; };
  return in(0x100, 0x106) || in(0x140, 0x144) || n == 0x180 || // supervisor, satp
         in(0x302, 0x306) || n == 0x30a || in(0x320, 0x33f) || in(0x340, 0x344) ||
         n == 0x34a || n == 0x34b ||                           // machine
         in(0x3a0, 0x3ef) ||                                   // pmpcfg, pmpaddr
         in(0x740, 0x747) || in(0x7a0, 0x7a3) || in(0xb03, 0xb1f); // counters of no event
}

static uint64_t cycles(const Thread &t, uint64_t retired) {
  return t.system->timed ? t.system->now : retired;
}

bool read(Thread &t, uint32_t number, uint64_t retired, uint64_t &value) {
  switch (number) {
  case Fflags:
    value = t.fflags;
    return true;
  case Frm:
    value = t.frm();
    return true;
  case Fcsr:
    value = t.frm() << 5 | t.fflags;
    return true;
  case Mstatus: { // floating point is always on and dirty
    value = stored(t, Mstatus) | kFs | uint64_t(1) << 63 | uint64_t(2) << 32;
    return true;
  }
  case Misa: // RV64 A D F I M U
    value = uint64_t(2) << 62 | 1 << 0 | 1 << 3 | 1 << 5 | 1 << 8 | 1 << 12 | 1 << 20;
    return true;
  case Cycle: case Mcycle:
    value = cycles(t, retired) + stored(t, Mcycle);
    return true;
  case Time:
    value = cycles(t, retired);
    return true;
  case Instret: case Minstret:
    value = retired + stored(t, Minstret);
    return true;
  case 0xf11: case 0xf12: case 0xf13: case 0xf15: // vendor, architecture, implementation
    value = 0;
    return true;
  case Mhartid:
    value = t.id;
    return true;
  default:
    value = stored(t, number);
    return isStorage(number);
  }
}

bool write(Thread &t, uint32_t number, uint64_t retired, uint64_t value) {
  switch (number) {
  // What is stored of a counter is how far it is ahead; the instruction that writes it
  // does not count.
  case Mcycle:
    t.csrs[number] = value - cycles(t, retired + 1);
    return true;
  case Minstret:
    t.csrs[number] = value - (retired + 1);
    return true;
  case Fflags:
    t.fflags = value & 31;
    return true;
  case Fcsr:
    t.fflags = value & 31;
    value >>= 5;
    [[fallthrough]];
  case Frm:
    t.rounding[7] = value & 7;
    return true;
  case Mstatus:
    value &= kMie | kMpie | kMpp | kFs | kMprv | 1 << 1 | 1 << 5 | 1 << 8;
    if ((value & kMpp) == 2 << 11) // no such mode
      value &= ~kMpp;
    t.csrs[number] = value;
    return true;
  case Misa:
    return true; // fixed
  case Mepc: case 0x141:
    t.csrs[number] = value & ~uint64_t(3);
    return true;
  default:
    if (!isStorage(number))
      return false;
    t.csrs[number] = value;
    return true;
  }
}

bool hasTrapVector(const Thread &t) { return stored(t, Mtvec) != 0; }

uint64_t enterTrap(Thread &t, const Trap &trap) {
  // A jump out of memory has been made; what could not be fetched is its target.
  t.csrs[Mepc] = trap.cause == Cause::FetchFault ? trap.address : trap.pc;
  t.csrs[Mcause] = uint64_t(trap.cause);
  t.csrs[Mtval] = trap.address;
  uint64_t status = stored(t, Mstatus) & ~(kMpp | kMpie);
  status |= (status & kMie) ? kMpie : 0;
  status |= uint64_t(t.privilege) << 11;
  t.csrs[Mstatus] = status & ~kMie;
  t.privilege = 3;
  return stored(t, Mtvec) & ~uint64_t(3);
}

uint64_t returnFromTrap(Thread &t) {
  uint64_t status = stored(t, Mstatus);
  t.privilege = uint8_t(status >> 11 & 3);
  if (t.privilege < 3)
    status &= ~kMprv;
  status = (status & ~(kMie | kMpp)) | kMpie | ((status & kMpie) ? kMie : 0);
  t.csrs[Mstatus] = status;
  return stored(t, Mepc);
}

} // namespace scratch::piuma::csr
