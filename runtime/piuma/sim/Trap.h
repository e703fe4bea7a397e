//===- Trap.h - Faults of the guest, as values -----------------------------===//
//
// A fault never unwinds the host: the handler notes it here and the run stops.
//===----------------------------------------------------------------------===//
#ifndef SCRATCH_RUNTIME_PIUMA_SIM_TRAP_H
#define SCRATCH_RUNTIME_PIUMA_SIM_TRAP_H

#include <cstdint>

namespace scratch::piuma {

/// RISC-V's mcause numbers; from 24 on (custom use), Xpiuma's.
enum class Cause : uint8_t {
  FetchMisaligned = 0,
  FetchFault = 1,
  IllegalInstruction = 2,
  Breakpoint = 3,
  LoadMisaligned = 4,
  LoadFault = 5,
  StoreMisaligned = 6,
  StoreFault = 7,
  UserCall = 8,
  MachineCall = 11,
  BadScope = 24,
  BadDescriptor = 25,
  BadHandle = 26,
  BadQueue = 27,
  BadService = 28,
  Uninitialised = 29,
  None = 63
};

/// "load access fault" and the like.
const char *name(Cause cause);

struct Trap {
  Cause cause = Cause::None;
  uint64_t pc = 0;
  uint32_t thread = 0;
  uint64_t address = 0; // of the access, or the instruction's word

  explicit operator bool() const { return cause != Cause::None; }
};

} // namespace scratch::piuma

#endif // SCRATCH_RUNTIME_PIUMA_SIM_TRAP_H
