//===- SoftFloat.h - IEEE 754 arithmetic in integers, all RISC-V modes -----===//
//
// Binary32 and binary64 on bit patterns, with RISC-V's rounding modes (round-to-nearest-
// max-magnitude too, which x86 does not have), exception flags and canonical NaNs. The
// simulator uses the host's FPU for round-to-nearest-even and this for everything else;
// tests compare the two.
//===----------------------------------------------------------------------===//
#ifndef SCRATCH_RUNTIME_PIUMA_SIM_SOFTFLOAT_H
#define SCRATCH_RUNTIME_PIUMA_SIM_SOFTFLOAT_H

#include <cstdint>

namespace scratch::piuma::soft {

enum Rounding : uint8_t { RNE = 0, RTZ = 1, RDN = 2, RUP = 3, RMM = 4 };
/// Exception flags as in fflags.
enum Flag : uint8_t { NX = 1, UF = 2, OF = 4, DZ = 8, NV = 16 };

struct F32 {
  using Bits = uint32_t;
  static constexpr int kExponent = 8, kMantissa = 23;
  static constexpr Bits kNan = 0x7fc00000u;
};
struct F64 {
  using Bits = uint64_t;
  static constexpr int kExponent = 11, kMantissa = 52;
  static constexpr Bits kNan = 0x7ff8000000000000u;
};

/// Results of an operation; flags are or-ed into `flags`.
template <class F> using Bits = typename F::Bits;
template <class F> Bits<F> add(Bits<F> a, Bits<F> b, Rounding rm, uint8_t &flags);
template <class F> Bits<F> sub(Bits<F> a, Bits<F> b, Rounding rm, uint8_t &flags);
template <class F> Bits<F> mul(Bits<F> a, Bits<F> b, Rounding rm, uint8_t &flags);
template <class F> Bits<F> div(Bits<F> a, Bits<F> b, Rounding rm, uint8_t &flags);
template <class F> Bits<F> sqrt(Bits<F> a, Rounding rm, uint8_t &flags);
/// a * b + c, rounded once.
template <class F>
Bits<F> fma(Bits<F> a, Bits<F> b, Bits<F> c, Rounding rm, uint8_t &flags);

template <class F> Bits<F> minimum(Bits<F> a, Bits<F> b, uint8_t &flags);
template <class F> Bits<F> maximum(Bits<F> a, Bits<F> b, uint8_t &flags);
template <class F> bool equal(Bits<F> a, Bits<F> b, uint8_t &flags);     // quiet
template <class F> bool less(Bits<F> a, Bits<F> b, uint8_t &flags);      // signalling
template <class F> bool lessEqual(Bits<F> a, Bits<F> b, uint8_t &flags); // signalling
/// The ten-bit mask of fclass.
template <class F> unsigned classify(Bits<F> a);
template <class F> bool isNan(Bits<F> a);
template <class F> bool isSignalling(Bits<F> a);

/// Widen or narrow.
uint64_t toF64(uint32_t a, uint8_t &flags);
uint32_t toF32(uint64_t a, Rounding rm, uint8_t &flags);

/// Integer to float: magnitude and sign.
template <class F>
Bits<F> fromInteger(bool negative, uint64_t magnitude, Rounding rm, uint8_t &flags);
/// Float to an integer of `width` bits, saturated; 32-bit results are sign-extended.
template <class F>
uint64_t toInteger(Bits<F> a, unsigned width, bool isSigned, Rounding rm, uint8_t &flags);

} // namespace scratch::piuma::soft

#endif // SCRATCH_RUNTIME_PIUMA_SIM_SOFTFLOAT_H
