//===- Csr.h - Control and status registers --------------------------------===//
//
// fflags, frm and fcsr mean what the F extension says; counters and identity are read-only;
// the machine- and supervisor-mode registers that bare-metal programs set are plain storage.
//===----------------------------------------------------------------------===//
#ifndef SCRATCH_RUNTIME_PIUMA_SIM_CSR_H
#define SCRATCH_RUNTIME_PIUMA_SIM_CSR_H

#include "runtime/piuma/sim/Thread.h"

namespace scratch::piuma::csr {

enum Number : uint32_t {
  Fflags = 0x001, Frm = 0x002, Fcsr = 0x003,
  Mstatus = 0x300, Misa = 0x301, Mtvec = 0x305, Mcounteren = 0x306,
  Mepc = 0x341, Mcause = 0x342, Mtval = 0x343, Mcycle = 0xb00, Minstret = 0xb02,
  Cycle = 0xc00, Time = 0xc01, Instret = 0xc02, Mhartid = 0xf14
};

bool isFloat(uint32_t number);
/// Bits 9:8 of a register's number are the lowest mode that may touch it; counters are
/// user mode's where mcounteren says so.
bool isAllowed(const Thread &t, uint32_t number);

/// False: no such register, or not writable (an illegal instruction). `retired` is the
/// thread's instruction count.
bool read(Thread &t, uint32_t number, uint64_t retired, uint64_t &value);
bool write(Thread &t, uint32_t number, uint64_t retired, uint64_t value);

/// Whether the program has set mtvec, so that faults are its own business.
bool hasTrapVector(const Thread &t);
/// Records the fault as machine mode does; returns the vector's address.
uint64_t enterTrap(Thread &t, const Trap &trap);
/// mret; returns mepc.
uint64_t returnFromTrap(Thread &t);

} // namespace scratch::piuma::csr

#endif // SCRATCH_RUNTIME_PIUMA_SIM_CSR_H
