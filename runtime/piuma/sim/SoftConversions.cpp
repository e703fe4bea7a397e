//===- SoftConversions.cpp - between floats, and to and from integers ------===//
#include "runtime/piuma/sim/SoftRounding.h"

namespace scratch::piuma::soft {

uint64_t toF64(uint32_t a, uint8_t &flags) {
  if (isNan<F32>(a)) {
    propagate<F32>(a, a, flags);
    return F64::kNan;
  }
  if (isInfinite<F32>(a))
    return infinity<F64>(negative<F32>(a));
  Finite x = unpack<F32>(a);
  return pack<F64>(x.negative, x.exponent, x.significand, false, RNE, flags);
}

uint32_t toF32(uint64_t a, Rounding rm, uint8_t &flags) {
  if (isNan<F64>(a)) {
    propagate<F64>(a, a, flags);
    return F32::kNan;
  }
  if (isInfinite<F64>(a))
    return infinity<F32>(negative<F64>(a));
  Finite x = unpack<F64>(a);
  return pack<F32>(x.negative, x.exponent, x.significand, false, rm, flags);
}

template <class F>
Bits<F> fromInteger(bool negative, uint64_t magnitude, Rounding rm, uint8_t &flags) {
  return magnitude ? pack<F>(negative, 0, magnitude, false, rm, flags) : 0;
}

template <class F>
uint64_t toInteger(Bits<F> a, unsigned width, bool isSigned, Rounding rm,
                   uint8_t &flags) {
  bool sign = negative<F>(a) && !isNan<F>(a);
  uint64_t most = isSigned ? (uint64_t(1) << (width - 1)) - 1 : ~uint64_t(0) >> (64 - width);
  uint64_t least = isSigned ? ~most : 0; // two's complement, sign-extended
  auto extend = [&](uint64_t v) { return width == 32 ? uint64_t(int32_t(v)) : v; };
  bool outside = isNan<F>(a) || isInfinite<F>(a);
  u128 whole = 0;
  bool inexact = false;
  if (!outside) {
    Finite x = unpack<F>(a);
    if (x.exponent > 64) {
      outside = true;
    } else {
      Dropped d = drop(x.significand, -x.exponent, false);
      inexact = d.half || d.below;
      whole = d.kept + (roundsUp(sign, d.kept & 1, d.half, d.below, rm) ? 1 : 0);
      outside = sign ? whole > (isSigned ? u128(most) + 1 : 0) : whole > most;
    }
  }
  if (outside) {
    flags |= NV;
    return extend(sign ? least : most);
  }
  flags |= inexact ? NX : 0;
  return extend(sign ? 0 - uint64_t(whole) : uint64_t(whole));
}

#define INSTANTIATE(F)                                                                  \
  template Bits<F> fromInteger<F>(bool, uint64_t, Rounding, uint8_t &);                 \
  template uint64_t toInteger<F>(Bits<F>, unsigned, bool, Rounding, uint8_t &);
INSTANTIATE(F32)
INSTANTIATE(F64)
#undef INSTANTIATE

} // namespace scratch::piuma::soft
