//===- memory.cpp - Loads, stores, uncached access, prefetch, fences -------===//
#include "runtime/piuma/sim/Cpu.h"
#include "runtime/piuma/sim/Races.h"

namespace scratch::piuma {

void countAccess(Thread &t, const Place &place, unsigned bytes, bool isStore) {
  Counters &c = t.counters;
  if (place.space == Space::Scratchpad) {
    ++(isStore ? c.scratchpad_stores : c.scratchpad_loads);
    (isStore ? c.scratchpad_store_bytes : c.scratchpad_load_bytes) += bytes;
  }
  if (place.home != t.core) {
    ++c.remote_accesses;
    c.remote_bytes += bytes;
  }
}

/// memcpy of 1, 2, 4 or 8 bytes, without a call.
static void copyFew(void *to, const void *from, unsigned bytes) {
  switch (bytes) {
  case 1:
    std::memcpy(to, from, 1);
    return;
  case 2:
    std::memcpy(to, from, 2);
    return;
  case 4:
    std::memcpy(to, from, 4);
    return;
  default:
    std::memcpy(to, from, 8);
  }
}

template <class Mode>
static void noteAccess(Thread &t, const Op *op, const Place &place, unsigned bytes,
                       Access::Kind kind) {
  if constexpr (Mode::timed)
    t.access = {kind, place.space, place.home, bytes, place.offset, op};
}

template <class Mode>
Outcome slowLoad(Thread &t, const Op *op, uint64_t address, unsigned bytes,
                 Access::Kind kind, uint64_t &bits) {
  if (Mode::gated && t.grant-- <= 0)
    return Outcome::Here;
  t.op = op;
  Place place = t.system->memory.translate(address, bytes, t.core);
  if (!place.host)
    return t.system->raise(t, Cause::LoadFault, address);
  if constexpr (Mode::checked) {
    bool uncached = kind == Access::Uncached;
    if (!t.system->races->initialised(place, bytes))
      return t.system->raise(t, Cause::Uninitialised, address);
    if (uncached ? !t.system->races->atomic(t, place, bytes, {.reads = true})
                 : !t.system->races->read(t, place, bytes))
      return Outcome::Here;
  }
  bits = 0;
  copyFew(&bits, place.host, bytes);
  countAccess(t, place, bytes, false);
  noteAccess<Mode>(t, op, place, bytes, kind);
  return Outcome::Next;
}

template <class Mode>
Outcome slowStore(Thread &t, const Op *op, uint64_t address, unsigned bytes,
                  Access::Kind kind, uint64_t bits) {
  if (Mode::gated && t.grant-- <= 0)
    return Outcome::Here;
  t.op = op;
  Place place = t.system->memory.translate(address, bytes, t.core);
  if (!place.host)
    return t.system->raise(t, Cause::StoreFault, address);
  if constexpr (Mode::gated) {
    if (t.system->reservations)
      t.system->breakReservations(globalAddress(place), bytes, &t);
  }
  if constexpr (Mode::checked) {
    bool uncached = kind == Access::UncachedStore;
    t.system->races->initialise(place, bytes);
    if (uncached ? !t.system->races->atomic(t, place, bytes, {.writes = true})
                 : !t.system->races->write(t, place, bytes))
      return Outcome::Here;
  }
  copyFew(place.host, &bits, bytes);
  countAccess(t, place, bytes, true);
  noteAccess<Mode>(t, op, place, bytes, kind);
  return Outcome::Next;
}

#define INSTANTIATE(Mode)                                                               \
  template Outcome slowLoad<Mode>(Thread &, const Op *, uint64_t, unsigned,             \
                                  Access::Kind, uint64_t &);                            \
  template Outcome slowStore<Mode>(Thread &, const Op *, uint64_t, unsigned,            \
                                   Access::Kind, uint64_t);
INSTANTIATE(Functional)
INSTANTIATE(Timed)
INSTANTIATE(Checked)
#undef INSTANTIATE

/// Loads a T, of which the register gets the sign or zero extension.
template <class T, class Mode> [[gnu::always_inline]] static inline Outcome loadX(const Cpu<Mode> &cpu) {
  T value;
  Outcome outcome = cpu.load(value, cpu.x1() + uint64_t(cpu.imm()));
  if (outcome == Outcome::Next)
    cpu.setX(uint64_t(int64_t(value)));
  return outcome;
}
template <class T, class Mode> [[gnu::always_inline]] static inline Outcome storeX(const Cpu<Mode> &cpu) {
  return cpu.store(T(cpu.x2()), cpu.x1() + uint64_t(cpu.imm()));
}
QUICK(lb) { return loadX<int8_t>(cpu); }
QUICK(lh) { return loadX<int16_t>(cpu); }
QUICK(lw) { return loadX<int32_t>(cpu); }
QUICK(ld) { return loadX<int64_t>(cpu); }
QUICK(lbu) { return loadX<uint8_t>(cpu); }
QUICK(lhu) { return loadX<uint16_t>(cpu); }
QUICK(lwu) { return loadX<uint32_t>(cpu); }
QUICK(sb) { return storeX<uint8_t>(cpu); }
QUICK(sh) { return storeX<uint16_t>(cpu); }
QUICK(sw) { return storeX<uint32_t>(cpu); }
QUICK(sd) { return storeX<uint64_t>(cpu); }

QUICK(flw) {
  uint32_t value;
  Outcome outcome = cpu.load(value, cpu.x1() + uint64_t(cpu.imm()));
  if (outcome == Outcome::Next)
    cpu.setF32(value);
  return outcome;
}
QUICK(fld) {
  uint64_t value;
  Outcome outcome = cpu.load(value, cpu.x1() + uint64_t(cpu.imm()));
  if (outcome == Outcome::Next)
    cpu.setF64(value);
  return outcome;
}
QUICK(fsw) {
  return cpu.store(uint32_t(cpu.f64(cpu.op->rs2)), cpu.x1() + uint64_t(cpu.imm()));
}
QUICK(fsd) { return cpu.store(cpu.f64(cpu.op->rs2), cpu.x1() + uint64_t(cpu.imm())); }

// --- Uncached access: to memory itself, 4 or 8 bytes, aligned.

template <class T, class Mode>
[[gnu::always_inline]] static inline Outcome uncachedLoad(const Cpu<Mode> &cpu, T &value) {
  uint64_t address = cpu.x1() + uint64_t(cpu.imm());
  if (address & (sizeof(T) - 1))
    return cpu.raise(Cause::LoadMisaligned, address);
  return cpu.load(value, address, Access::Uncached);
}
template <class T, class Mode>
[[gnu::always_inline]] static inline Outcome uncachedStore(const Cpu<Mode> &cpu, T value) {
  uint64_t address = cpu.x1() + uint64_t(cpu.imm());
  if (address & (sizeof(T) - 1))
    return cpu.raise(Cause::StoreMisaligned, address);
  return cpu.store(value, address, Access::UncachedStore);
}
FALLIBLE(r_ld) {
  uint64_t value;
  Outcome outcome = uncachedLoad(cpu, value);
  if (outcome == Outcome::Next)
    cpu.setX(value);
  return outcome;
}
FALLIBLE(r_lw) {
  int32_t value;
  Outcome outcome = uncachedLoad(cpu, value);
  if (outcome == Outcome::Next)
    cpu.setX(uint64_t(int64_t(value)));
  return outcome;
}
FALLIBLE(r_fld) {
  uint64_t value;
  Outcome outcome = uncachedLoad(cpu, value);
  if (outcome == Outcome::Next)
    cpu.setF64(value);
  return outcome;
}
FALLIBLE(r_flw) {
  uint32_t value;
  Outcome outcome = uncachedLoad(cpu, value);
  if (outcome == Outcome::Next)
    cpu.setF32(value);
  return outcome;
}
FALLIBLE(r_sd) { return uncachedStore<uint64_t>(cpu, cpu.x2()); }
FALLIBLE(r_sw) { return uncachedStore<uint32_t>(cpu, uint32_t(cpu.x2())); }
FALLIBLE(r_fsd) { return uncachedStore<uint64_t>(cpu, cpu.f64(cpu.op->rs2)); }
FALLIBLE(r_fsw) { return uncachedStore<uint32_t>(cpu, uint32_t(cpu.f64(cpu.op->rs2))); }

/// A hint: addresses outside of memory are ignored.
FALLIBLE(p_prefetch) {
  if (cpu.gate())
    return Outcome::Here;
  if constexpr (Mode::timed) {
    uint64_t address = cpu.x1() + uint64_t(cpu.imm());
    Place place = cpu.t->system->memory.translate(address, 1, cpu.t->core);
    cpu.note(Access::None);
    if (place.host)
      noteAccess<Mode>(*cpu.t, cpu.op, place, 1, Access::Prefetch);
  }
  return Outcome::Next;
}

/// Predecessor set in bits 27:24, successor set in 23:20; w is bit 0 and r bit 1 of each.
FALLIBLE(fence) {
  if (cpu.gate())
    return Outcome::Here;
  cpu.note(Access::Fence);
  if constexpr (Mode::checked)
    cpu.t->system->races->fence(*cpu.t);
  return Outcome::Next;
}

FALLIBLE(fence_i) {
  if (cpu.gate())
    return Outcome::Here;
  cpu.note(Access::None);
  cpu.t->system->invalidateCode = true;
  return Outcome::After;
}

} // namespace scratch::piuma
