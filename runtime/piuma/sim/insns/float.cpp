//===- float.cpp - F and D: arithmetic, conversion, comparison -------------===//
//
// Round-to-nearest-even runs on the host FPU, other modes (and everything that is not
// plain arithmetic) in integers: SoftFloat.h.
//===----------------------------------------------------------------------===//
#include "runtime/piuma/sim/Cpu.h"
#include "runtime/piuma/sim/HostFloat.h"

namespace scratch::piuma {

using soft::F32;
using soft::F64;
using soft::Rounding;

/// Register access by format.
template <class F> struct Registers;
template <> struct Registers<F32> {
  template <class M> static uint32_t get(const Cpu<M> &cpu, unsigned r) { return cpu.f32(r); }
  template <class M> static void set(const Cpu<M> &cpu, uint32_t v) { cpu.setF32(v); }
};
template <> struct Registers<F64> {
  template <class M> static uint64_t get(const Cpu<M> &cpu, unsigned r) { return cpu.f64(r); }
  template <class M> static void set(const Cpu<M> &cpu, uint64_t v) { cpu.setF64(v); }
};

/// The rounding mode in force, or 5 for a reserved one.
template <class M> static inline unsigned rounding(const Cpu<M> &cpu) {
  return cpu.t->rounding[cpu.op->immediate];
}

template <class F, class M, class Host, class Soft>
[[gnu::always_inline]] static inline Outcome arithmetic(const Cpu<M> &cpu, Host hostOp, Soft softOp) {
  unsigned rm = rounding(cpu);
  if (__builtin_expect(rm == soft::RNE, 1)) {
    Registers<F>::set(cpu, host::bitsOf(hostOp()));
    return Outcome::Next;
  }
  if constexpr (M::quick) {
    return Outcome::Slow;
  } else {
    if (rm > soft::RMM)
      return cpu.illegal();
    Registers<F>::set(cpu, softOp(Rounding(rm), cpu.t->fflags));
    return Outcome::Next;
  }
}

#define BINARY(name, F, sign)                                                           \
  QUICK(name) {                                                                         \
    auto a = Registers<F>::get(cpu, cpu.op->rs1), b = Registers<F>::get(cpu, cpu.op->rs2); \
    return arithmetic<F>(                                                               \
        cpu, [&] { return host::value(a) sign host::value(b); },                        \
        [&](Rounding rm, uint8_t &flags) { return SOFT<F>(a, b, rm, flags); });         \
  }
#define SOFT soft::add
BINARY(fadd_s, F32, +)
BINARY(fadd_d, F64, +)
#undef SOFT
#define SOFT soft::sub
BINARY(fsub_s, F32, -)
BINARY(fsub_d, F64, -)
#undef SOFT
#define SOFT soft::mul
BINARY(fmul_s, F32, *)
BINARY(fmul_d, F64, *)
#undef SOFT
#define SOFT soft::div
BINARY(fdiv_s, F32, /)
BINARY(fdiv_d, F64, /)
#undef SOFT
#undef BINARY

template <class F, class M> static inline Outcome squareRoot(const Cpu<M> &cpu) {
  auto a = Registers<F>::get(cpu, cpu.op->rs1);
  return arithmetic<F>(
      cpu, [&] { return __builtin_elementwise_sqrt(host::value(a)); },
      [&](Rounding rm, uint8_t &flags) { return soft::sqrt<F>(a, rm, flags); });
}
QUICK(fsqrt_s) { return squareRoot<F32>(cpu); }
QUICK(fsqrt_d) { return squareRoot<F64>(cpu); }

/// (-1)^negateProduct * a * b + (-1)^negateAddend * c, rounded once.
template <class F, bool negateProduct, bool negateAddend, class M>
[[gnu::always_inline]] static inline Outcome fused(const Cpu<M> &cpu) {
  unsigned rm = rounding(cpu);
  if (rm > soft::RMM)
    return cpu.illegal();
  constexpr auto sign = soft::Bits<F>(1) << (sizeof(soft::Bits<F>) * 8 - 1);
  auto a = Registers<F>::get(cpu, cpu.op->rs1), b = Registers<F>::get(cpu, cpu.op->rs2),
       c = Registers<F>::get(cpu, cpu.op->rs3);
  a = negateProduct ? a ^ sign : a;
  c = negateAddend ? c ^ sign : c;
  decltype(host::value(a)) result;
  if (rm == soft::RNE && host::fma(host::value(a), host::value(b), host::value(c), result))
    Registers<F>::set(cpu, std::bit_cast<soft::Bits<F>>(result));
  else
    Registers<F>::set(cpu, soft::fma<F>(a, b, c, Rounding(rm), cpu.t->fflags));
  return Outcome::Next;
}
FALLIBLE(fmadd_s) { return fused<F32, false, false>(cpu); }
FALLIBLE(fmadd_d) { return fused<F64, false, false>(cpu); }
FALLIBLE(fmsub_s) { return fused<F32, false, true>(cpu); }
FALLIBLE(fmsub_d) { return fused<F64, false, true>(cpu); }
FALLIBLE(fnmsub_s) { return fused<F32, true, false>(cpu); }
FALLIBLE(fnmsub_d) { return fused<F64, true, false>(cpu); }
FALLIBLE(fnmadd_s) { return fused<F32, true, true>(cpu); }
FALLIBLE(fnmadd_d) { return fused<F64, true, true>(cpu); }

// --- Signs, extrema, comparisons, classes.

/// The sign of rs2 (n: inverted; x: exclusive-or) on the magnitude of rs1.
template <class F, int kind, class M> static inline void signInjection(const Cpu<M> &cpu) {
  constexpr auto sign = soft::Bits<F>(1) << (sizeof(soft::Bits<F>) * 8 - 1);
  auto a = Registers<F>::get(cpu, cpu.op->rs1), b = Registers<F>::get(cpu, cpu.op->rs2);
  auto from = kind == 0 ? b : kind == 1 ? ~b : a ^ b;
  Registers<F>::set(cpu, (a & ~sign) | (from & sign));
}
STRAIGHT(fsgnj_s) { signInjection<F32, 0>(cpu); }
STRAIGHT(fsgnjn_s) { signInjection<F32, 1>(cpu); }
STRAIGHT(fsgnjx_s) { signInjection<F32, 2>(cpu); }
STRAIGHT(fsgnj_d) { signInjection<F64, 0>(cpu); }
STRAIGHT(fsgnjn_d) { signInjection<F64, 1>(cpu); }
STRAIGHT(fsgnjx_d) { signInjection<F64, 2>(cpu); }

#define SOFT_BINARY(name, F, function, set)                                             \
  STRAIGHT(name) {                                                                      \
    auto a = Registers<F>::get(cpu, cpu.op->rs1), b = Registers<F>::get(cpu, cpu.op->rs2); \
    set(soft::function<F>(a, b, cpu.t->fflags));                                        \
  }
SOFT_BINARY(fmin_s, F32, minimum, cpu.setF32)
SOFT_BINARY(fmax_s, F32, maximum, cpu.setF32)
SOFT_BINARY(feq_s, F32, equal, cpu.setX)
SOFT_BINARY(flt_s, F32, less, cpu.setX)
SOFT_BINARY(fle_s, F32, lessEqual, cpu.setX)
SOFT_BINARY(fmin_d, F64, minimum, cpu.setF64)
SOFT_BINARY(fmax_d, F64, maximum, cpu.setF64)
SOFT_BINARY(feq_d, F64, equal, cpu.setX)
SOFT_BINARY(flt_d, F64, less, cpu.setX)
SOFT_BINARY(fle_d, F64, lessEqual, cpu.setX)
#undef SOFT_BINARY

STRAIGHT(fclass_s) { cpu.setX(soft::classify<F32>(cpu.f32(cpu.op->rs1))); }
STRAIGHT(fclass_d) { cpu.setX(soft::classify<F64>(cpu.f64(cpu.op->rs1))); }

// --- Moves (bits as they are) and conversions.

STRAIGHT(fmv_x_w) { cpu.setX32(uint32_t(cpu.f64(cpu.op->rs1))); }
STRAIGHT(fmv_w_x) { cpu.setF32(uint32_t(cpu.x1())); }
STRAIGHT(fmv_x_d) { cpu.setX(cpu.f64(cpu.op->rs1)); }
STRAIGHT(fmv_d_x) { cpu.setF64(cpu.x1()); }

template <class F, unsigned width, bool isSigned, class M>
[[gnu::always_inline]] static inline Outcome toInteger(const Cpu<M> &cpu) {
  unsigned rm = rounding(cpu);
  if (rm > soft::RMM)
    return cpu.illegal();
  cpu.setX(soft::toInteger<F>(Registers<F>::get(cpu, cpu.op->rs1), width, isSigned,
                              Rounding(rm), cpu.t->fflags));
  return Outcome::Next;
}
FALLIBLE(fcvt_w_s) { return toInteger<F32, 32, true>(cpu); }
FALLIBLE(fcvt_wu_s) { return toInteger<F32, 32, false>(cpu); }
FALLIBLE(fcvt_l_s) { return toInteger<F32, 64, true>(cpu); }
FALLIBLE(fcvt_lu_s) { return toInteger<F32, 64, false>(cpu); }
FALLIBLE(fcvt_w_d) { return toInteger<F64, 32, true>(cpu); }
FALLIBLE(fcvt_wu_d) { return toInteger<F64, 32, false>(cpu); }
FALLIBLE(fcvt_l_d) { return toInteger<F64, 64, true>(cpu); }
FALLIBLE(fcvt_lu_d) { return toInteger<F64, 64, false>(cpu); }

template <class F, class Integer, class M>
[[gnu::always_inline]] static inline Outcome fromInteger(const Cpu<M> &cpu) {
  unsigned rm = rounding(cpu);
  if (rm > soft::RMM)
    return cpu.illegal();
  Integer v = Integer(cpu.x1());
  bool negative = v < 0;
  uint64_t magnitude = negative ? 0 - uint64_t(int64_t(v)) : uint64_t(v);
  Registers<F>::set(cpu, soft::fromInteger<F>(negative, magnitude, Rounding(rm),
                                              cpu.t->fflags));
  return Outcome::Next;
}
FALLIBLE(fcvt_s_w) { return fromInteger<F32, int32_t>(cpu); }
FALLIBLE(fcvt_s_wu) { return fromInteger<F32, uint32_t>(cpu); }
FALLIBLE(fcvt_s_l) { return fromInteger<F32, int64_t>(cpu); }
FALLIBLE(fcvt_s_lu) { return fromInteger<F32, uint64_t>(cpu); }
FALLIBLE(fcvt_d_w) { return fromInteger<F64, int32_t>(cpu); }
FALLIBLE(fcvt_d_wu) { return fromInteger<F64, uint32_t>(cpu); }
FALLIBLE(fcvt_d_l) { return fromInteger<F64, int64_t>(cpu); }
FALLIBLE(fcvt_d_lu) { return fromInteger<F64, uint64_t>(cpu); }

FALLIBLE(fcvt_s_d) {
  unsigned rm = rounding(cpu);
  if (rm > soft::RMM)
    return cpu.illegal();
  cpu.setF32(soft::toF32(cpu.f64(cpu.op->rs1), Rounding(rm), cpu.t->fflags));
  return Outcome::Next;
}
FALLIBLE(fcvt_d_s) { // exact in every mode; a reserved one is still illegal
  if (rounding(cpu) > soft::RMM)
    return cpu.illegal();
  cpu.setF64(soft::toF64(cpu.f32(cpu.op->rs1), cpu.t->fflags));
  return Outcome::Next;
}

} // namespace scratch::piuma
