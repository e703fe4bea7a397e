//===- atomics.cpp - RV64A and Xpiuma's remote atomics ---------------------===//
//
// An atomic is performed by the unit at the memory that owns the address (its scratchpad
// or its DRAM controller). One host thread runs the machine, so a plain read-modify-write
// is atomic here; what differs is what the race detector and the timing model are told.
//===----------------------------------------------------------------------===//
#include "runtime/piuma/sim/Cpu.h"
#include "runtime/piuma/sim/HostFloat.h"
#include "runtime/piuma/sim/Races.h"

namespace scratch::piuma {

/// Finds the place of an aligned atomic; null after a trap, a stop or a race.
template <class T, class Mode>
static T *atomicPlace(const Cpu<Mode> &cpu, uint64_t address, Access::Kind kind,
                      AtomicOrder order) {
  if (cpu.gate())
    return nullptr;
  Thread &t = *cpu.t;
  if (address & (sizeof(T) - 1)) {
    cpu.raise(order.writes ? Cause::StoreMisaligned : Cause::LoadMisaligned, address);
    return nullptr;
  }
  Place place = t.system->memory.translate(address, sizeof(T), t.core);
  if (!place.host) {
    cpu.raise(order.writes ? Cause::StoreFault : Cause::LoadFault, address);
    return nullptr;
  }
  if (place.space == Space::Scratchpad)
    ++t.counters.scratchpad_atomics;
  else
    ++t.counters.dram_atomics;
  if (place.home != t.core) {
    ++t.counters.remote_accesses;
    t.counters.remote_bytes += sizeof(T);
  }
  if constexpr (Mode::timed)
    t.access = {kind, place.space, place.home, sizeof(T), place.offset, cpu.op};
  if constexpr (Mode::checked) {
    t.op = cpu.op;
    if (!t.system->races->initialised(place, sizeof(T))) {
      cpu.raise(Cause::Uninitialised, address);
      return nullptr;
    }
    if (!t.system->races->atomic(t, place, sizeof(T), order))
      return nullptr;
  }
  return reinterpret_cast<T *>(place.host);
}

template <class T> static T peek(const T *p) {
  T value;
  std::memcpy(&value, p, sizeof(T));
  return value;
}

/// Writes the place of the instruction's atomic. That breaks the reservations of other
/// threads, as a store does; an sc that fails writes nothing and breaks none, or two loops
/// of lr and sc could fail each other for ever.
template <class T, class Mode> static void poke(const Cpu<Mode> &cpu, T *p, T value) {
  std::memcpy(p, &value, sizeof(T));
  if constexpr (Mode::gated) {
    Thread &t = *cpu.t;
    if (t.system->reservations)
      t.system->breakReservations(
          globalAddress(t.system->memory.translate(cpu.x1(), sizeof(T), t.core)), sizeof(T),
          &t);
  }
}

template <class Mode> static AtomicOrder orderOf(const Cpu<Mode> &cpu) {
  uint32_t word = wordOf(*cpu.t, cpu.op);
  return {.reads = true,
          .writes = true,
          .acquire = (word >> 26 & 1) != 0,
          .release = (word >> 25 & 1) != 0};
}

// --- lr and sc. Without other threads in between (functional mode) a reservation lasts
// until the thread gives way; otherwise until someone else writes there. A trap ends it.

template <class T, class Mode> static Outcome loadReserved(const Cpu<Mode> &cpu) {
  AtomicOrder order = orderOf(cpu);
  order.writes = false;
  T *p = atomicPlace<T>(cpu, cpu.x1(), Access::Atomic, order);
  if (!p)
    return Outcome::Here;
  Thread &t = *cpu.t;
  if (!t.reservation)
    ++t.system->reservations;
  t.reservation = globalAddress(t.system->memory.translate(cpu.x1(), 1, t.core));
  cpu.setX(uint64_t(int64_t(std::make_signed_t<T>(peek(p)))));
  return Outcome::Next;
}

template <class T, class Mode> static Outcome storeConditional(const Cpu<Mode> &cpu) {
  Thread &t = *cpu.t;
  Place place = t.system->memory.translate(cpu.x1(), sizeof(T), t.core);
  bool holds = place.host && t.reservation == globalAddress(place);
  AtomicOrder order = orderOf(cpu);
  order.reads = false;
  T *p = atomicPlace<T>(cpu, cpu.x1(), Access::Atomic, order);
  if (!p)
    return Outcome::Here;
  if (t.reservation) {
    t.reservation = 0;
    --t.system->reservations;
  }
  if (holds)
    poke(cpu, p, T(cpu.x2()));
  cpu.setX(holds ? 0 : 1);
  return Outcome::Next;
}

FALLIBLE(lr_w) { return loadReserved<uint32_t>(cpu); }
FALLIBLE(lr_d) { return loadReserved<uint64_t>(cpu); }
FALLIBLE(sc_w) { return storeConditional<uint32_t>(cpu); }
FALLIBLE(sc_d) { return storeConditional<uint64_t>(cpu); }

// --- Read-modify-write in integers: returning (amo*) and posted (r.*).

template <class T> static T opSwap(T, T b) { return b; }
template <class T> static T opAdd(T a, T b) { return a + b; }
template <class T> static T opXor(T a, T b) { return a ^ b; }
template <class T> static T opAnd(T a, T b) { return a & b; }
template <class T> static T opOr(T a, T b) { return a | b; }
template <class T> static T opMinu(T a, T b) { return a < b ? a : b; }
template <class T> static T opMaxu(T a, T b) { return a < b ? b : a; }
template <class T> static T opMin(T a, T b) {
  using S = std::make_signed_t<T>;
  return S(a) < S(b) ? a : b;
}
template <class T> static T opMax(T a, T b) {
  using S = std::make_signed_t<T>;
  return S(a) < S(b) ? b : a;
}

template <class T, T (*operation)(T, T), class Mode>
static inline Outcome fetchAnd(const Cpu<Mode> &cpu) {
  T *p = atomicPlace<T>(cpu, cpu.x1(), Access::Atomic, orderOf(cpu));
  if (!p)
    return Outcome::Here;
  T old = peek(p);
  poke(cpu, p, operation(old, T(cpu.x2())));
  cpu.setX(uint64_t(int64_t(std::make_signed_t<T>(old))));
  return Outcome::Next;
}

template <class T, T (*operation)(T, T), class Mode>
static inline Outcome post(const Cpu<Mode> &cpu) {
  T *p = atomicPlace<T>(cpu, cpu.x1(), Access::Posted, {.reads = true, .writes = true});
  if (!p)
    return Outcome::Here;
  poke(cpu, p, operation(peek(p), T(cpu.x2())));
  return Outcome::Next;
}

#define RETURNING(name, operation)                                                      \
  FALLIBLE(name##_w) { return fetchAnd<uint32_t, operation<uint32_t>>(cpu); }           \
  FALLIBLE(name##_d) { return fetchAnd<uint64_t, operation<uint64_t>>(cpu); }
#define POSTED(name, operation)                                                         \
  FALLIBLE(name##_w) { return post<uint32_t, operation<uint32_t>>(cpu); }               \
  FALLIBLE(name##_d) { return post<uint64_t, operation<uint64_t>>(cpu); }

RETURNING(amoswap, opSwap)
RETURNING(amoadd, opAdd)
RETURNING(amoxor, opXor)
RETURNING(amoand, opAnd)
RETURNING(amoor, opOr)
RETURNING(amomin, opMin)
RETURNING(amomax, opMax)
RETURNING(amominu, opMinu)
RETURNING(amomaxu, opMaxu)
POSTED(r_add, opAdd)
POSTED(r_min, opMin)
POSTED(r_max, opMax)
POSTED(r_minu, opMinu)
POSTED(r_maxu, opMaxu)
POSTED(r_or, opOr)
POSTED(r_and, opAnd)
#undef RETURNING
#undef POSTED

// --- Compare-and-swap: acquires and releases.

template <class T, class Mode> static Outcome compareAndSwap(const Cpu<Mode> &cpu) {
  AtomicOrder order{.reads = true, .writes = true, .acquire = true, .release = true};
  T *p = atomicPlace<T>(cpu, cpu.x1(), Access::Atomic, order);
  if (!p)
    return Outcome::Here;
  T old = peek(p);
  if (old == T(cpu.x3()))
    poke(cpu, p, T(cpu.x2()));
  else
    ++cpu.t->counters.cas_failures;
  cpu.setX(uint64_t(int64_t(std::make_signed_t<T>(old))));
  return Outcome::Next;
}
FALLIBLE(r_cas_w) { return compareAndSwap<uint32_t>(cpu); }
FALLIBLE(r_cas_d) { return compareAndSwap<uint64_t>(cpu); }

// --- Floating point at the memory: round to nearest even, no flags.

template <class F> using FloatOp = soft::Bits<F> (*)(soft::Bits<F>, soft::Bits<F>);
template <class F> static soft::Bits<F> fpAdd(soft::Bits<F> a, soft::Bits<F> b) {
  return host::addQuiet<F>(a, b);
}
template <class F> static soft::Bits<F> fpMin(soft::Bits<F> a, soft::Bits<F> b) {
  uint8_t ignored = 0;
  return soft::minimum<F>(a, b, ignored);
}
template <class F> static soft::Bits<F> fpMax(soft::Bits<F> a, soft::Bits<F> b) {
  uint8_t ignored = 0;
  return soft::maximum<F>(a, b, ignored);
}

template <class Mode> static uint32_t operandOf(const Cpu<Mode> &cpu, soft::F32) {
  return cpu.f32(cpu.op->rs2);
}
template <class Mode> static uint64_t operandOf(const Cpu<Mode> &cpu, soft::F64) {
  return cpu.f64(cpu.op->rs2);
}
template <class Mode> static void resultOf(const Cpu<Mode> &cpu, uint32_t bits) {
  cpu.setF32(bits);
}
template <class Mode> static void resultOf(const Cpu<Mode> &cpu, uint64_t bits) {
  cpu.setF64(bits);
}

template <class F, FloatOp<F> operation, bool posted, class Mode>
static inline Outcome floatAtomic(const Cpu<Mode> &cpu) {
  using T = soft::Bits<F>;
  T *p = atomicPlace<T>(cpu, cpu.x1(), posted ? Access::Posted : Access::Atomic,
                        {.reads = true, .writes = true});
  if (!p)
    return Outcome::Here;
  T old = peek(p);
  poke(cpu, p, operation(old, operandOf(cpu, F{})));
  if (!posted)
    resultOf(cpu, old);
  return Outcome::Next;
}

#define FLOAT_ATOMIC(name, operation)                                                   \
  FALLIBLE(name##_d) { return floatAtomic<soft::F64, operation<soft::F64>, false>(cpu); } \
  FALLIBLE(name##_s) { return floatAtomic<soft::F32, operation<soft::F32>, false>(cpu); } \
  FALLIBLE(name##p_d) { return floatAtomic<soft::F64, operation<soft::F64>, true>(cpu); } \
  FALLIBLE(name##p_s) { return floatAtomic<soft::F32, operation<soft::F32>, true>(cpu); }
FLOAT_ATOMIC(r_fadd, fpAdd)
FLOAT_ATOMIC(r_fmin, fpMin)
FLOAT_ATOMIC(r_fmax, fpMax)
#undef FLOAT_ATOMIC

} // namespace scratch::piuma
