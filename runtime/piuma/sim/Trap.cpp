//===- Trap.cpp - Names of the faults --------------------------------------===//
#include "runtime/piuma/sim/Trap.h"

namespace scratch::piuma {

const char *name(Cause cause) {
  switch (cause) {
  case Cause::FetchMisaligned: return "misaligned instruction address";
  case Cause::FetchFault: return "instruction access fault";
  case Cause::IllegalInstruction: return "illegal instruction";
  case Cause::Breakpoint: return "breakpoint";
  case Cause::LoadMisaligned: return "misaligned load-reserved";
  case Cause::LoadFault: return "load access fault";
  case Cause::StoreMisaligned: return "misaligned atomic";
  case Cause::StoreFault: return "store access fault";
  case Cause::UserCall: return "environment call from user mode";
  case Cause::MachineCall: return "environment call from machine mode";
  case Cause::BadScope: return "unknown scope of a barrier or collective";
  case Cause::BadDescriptor: return "malformed DMA request";
  case Cause::BadHandle: return "unknown DMA handle";
  case Cause::BadQueue: return "malformed queue";
  case Cause::BadService: return "unknown host function";
  case Cause::Uninitialised: return "read of uninitialised scratchpad";
  case Cause::None: return "none";
  }
  return "unknown";
}

} // namespace scratch::piuma
