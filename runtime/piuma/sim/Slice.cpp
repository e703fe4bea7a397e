//===- Slice.cpp - One turn of one thread ----------------------------------===//
#include "runtime/piuma/sim/Csr.h"
#include "runtime/piuma/sim/HostFloat.h"
#include "runtime/piuma/sim/Schedule.h"

#include <cstring>

namespace scratch::piuma {

static void loseReservation(System &system, Thread &t) {
  if (!t.reservation)
    return;
  t.reservation = 0;
  --system.reservations;
}

template <class Mode>
void runSlice(System &system, Thread &t, int64_t budget, int64_t grant) {
  t.sliceBudget = uint64_t(budget);
  t.grant = grant;
  t.access.kind = Access::None;
  t.extraCycles = 0;
  bool flags = system.collectsFlags();
  if (flags)
    _mm_setcsr(host::kMxcsr);
  // Addresses beyond the limit take the long way; all do where owners need a division.
  uint64_t limit = system.memory.homesByMask() ? system.memory.dramSize() - 8 : 0;
  uintptr_t counts = t.counts;
  const Op *op = t.op;
  ++countAt(counts, op);
  op->handler(&t, op, op, budget, counts, system.memory.dramHost(), limit);
  t.instructions += uint64_t(budget - t.left);
  if (flags)
    t.fflags |= host::takeFlags();
  if constexpr (!Mode::gated)
    loseReservation(system, t); // when the thread gives way
}

template void runSlice<Functional>(System &, Thread &, int64_t, int64_t);
template void runSlice<Timed>(System &, Thread &, int64_t, int64_t);
template void runSlice<Checked>(System &, Thread &, int64_t, int64_t);

/// The host-target interface of bare-metal test programs: an odd value ends the program, a
/// console command (device 1, command 1) prints its low byte.
static void pollMailbox(System &system) {
  uint8_t *mailbox = system.memory.translate(system.hostAddress, 8, 0).host;
  uint64_t value;
  std::memcpy(&value, mailbox, 8);
  if (value == 0)
    return;
  if (value >> 48 == 0x0101) {
    char letter = char(value & 0xff);
    if (system.output)
      system.output({&letter, 1});
    std::memset(mailbox, 0, 8);
    if (uint8_t *reply = system.memory.translate(system.hostReply, 8, 0).host)
      std::memset(reply, 1, 1);
  } else if (value & 1) {
    system.ended = true;
    system.status = int64_t(value >> 1);
  }
}

static bool go(System &system, Thread &t, uint64_t pc) {
  if (const Op *op = system.code.resolve(t, pc)) {
    t.op = op;
    return true;
  }
  t.trap = {(pc & 3) ? Cause::FetchMisaligned : Cause::FetchFault, pc, t.id, pc};
  return false;
}

bool settle(System &system, Thread &t) {
  if (t.nextPhase) {
    system.enterPhase(t, *t.nextPhase);
    t.nextPhase.reset();
  }
  if (system.invalidateCode) {
    system.code.invalidate(system.threads);
    system.invalidateCode = false;
  }
  if (system.hostAddress)
    pollMailbox(system);
  if (t.redirect) {
    uint64_t pc = *t.redirect;
    t.redirect.reset();
    go(system, t, pc);
  }
  if (!t.trap || system.ended)
    return true;
  // The program's own handler, unless it would fault at its first instruction again.
  if (!csr::hasTrapVector(t) || t.trap.cause >= Cause::BadScope)
    return false;
  Trap trap = t.trap;
  uint64_t vector = csr::enterTrap(t, trap);
  loseReservation(system, t); // in every mode, so that they agree
  if (vector == trap.pc)
    return false;
  t.trap.cause = Cause::None;
  return go(system, t, vector);
}

bool allDone(System &system) {
  for (unsigned i = 0; i < system.running; ++i)
    if (system.threads[i].state != ThreadState::Done)
      return false;
  for (unsigned i = 0; i < system.running && system.status == 0; ++i)
    system.status = system.threads[i].exitStatus;
  return true;
}

} // namespace scratch::piuma
