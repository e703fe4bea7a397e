//===- SoftFloat.cpp - IEEE 754 arithmetic in integers, all RISC-V modes ---===//
//
// Every operation forms its exact result, and rounds it once in `pack`.
//===----------------------------------------------------------------------===//
#include "runtime/piuma/sim/SoftRounding.h"

#include <utility>

namespace scratch::piuma::soft {

/// Sum of two exact numbers whose significands have at most 107 bits, `a` the one whose
/// lowest bit is worth more. Where the gap is too wide, the lower one becomes sticky.
template <class F>
static Bits<F> addExact(bool an, int ae, u128 a, bool bn, int be, u128 b, Rounding rm,
                        uint8_t &flags) {
  if (a == 0 && b == 0)
    return signBit<F>(an == bn ? an : rm == RDN);
  if (a == 0)
    return pack<F>(bn, be, b, false, rm, flags);
  if (b == 0)
    return pack<F>(an, ae, a, false, rm, flags);
  if (ae < be) {
    std::swap(an, bn);
    std::swap(ae, be);
    std::swap(a, b);
  }
  int room = 126 - width(a), gap = ae - be;
  int up = gap < room ? gap : room, down = gap - up;
  a <<= up;
  bool sticky = false;
  if (down > 0) {
    Dropped d = drop(b, down, false);
    b = d.kept;
    sticky = d.half || d.below;
  }
  int exponent = ae - up;
  if (an == bn)
    return pack<F>(an, exponent, a + b, sticky, rm, flags);
  if (a == b && !sticky)
    return signBit<F>(rm == RDN);
  if (a > b) // a - (b + epsilon) = (a - b - 1) + (1 - epsilon)
    return pack<F>(an, exponent, a - b - (sticky ? 1 : 0), sticky, rm, flags);
  return pack<F>(bn, exponent, b - a, sticky, rm, flags);
}

template <class F> Bits<F> add(Bits<F> a, Bits<F> b, Rounding rm, uint8_t &flags) {
  if (isNan<F>(a) || isNan<F>(b))
    return propagate<F>(a, b, flags);
  if (isInfinite<F>(a))
    return isInfinite<F>(b) && a != b ? invalid<F>(flags) : a;
  if (isInfinite<F>(b))
    return b;
  Finite x = unpack<F>(a), y = unpack<F>(b);
  return addExact<F>(x.negative, x.exponent, x.significand, y.negative, y.exponent,
                     y.significand, rm, flags);
}

template <class F> Bits<F> sub(Bits<F> a, Bits<F> b, Rounding rm, uint8_t &flags) {
  if (isNan<F>(a) || isNan<F>(b))
    return propagate<F>(a, b, flags);
  return add<F>(a, b ^ signBit<F>(true), rm, flags);
}

template <class F> Bits<F> mul(Bits<F> a, Bits<F> b, Rounding rm, uint8_t &flags) {
  if (isNan<F>(a) || isNan<F>(b))
    return propagate<F>(a, b, flags);
  bool sign = negative<F>(a) != negative<F>(b);
  Finite x = unpack<F>(a), y = unpack<F>(b);
  if (isInfinite<F>(a) || isInfinite<F>(b)) {
    if (magnitude<F>(a) == 0 || magnitude<F>(b) == 0)
      return invalid<F>(flags);
    return infinity<F>(sign);
  }
  return pack<F>(sign, x.exponent + y.exponent, u128(x.significand) * y.significand,
                 false, rm, flags);
}

template <class F> Bits<F> div(Bits<F> a, Bits<F> b, Rounding rm, uint8_t &flags) {
  if (isNan<F>(a) || isNan<F>(b))
    return propagate<F>(a, b, flags);
  bool sign = negative<F>(a) != negative<F>(b);
  if (isInfinite<F>(a))
    return isInfinite<F>(b) ? invalid<F>(flags) : infinity<F>(sign);
  if (isInfinite<F>(b))
    return signBit<F>(sign);
  Finite x = unpack<F>(a), y = unpack<F>(b);
  if (y.significand == 0) {
    if (x.significand == 0)
      return invalid<F>(flags);
    flags |= DZ;
    return infinity<F>(sign);
  }
  u128 dividend = u128(x.significand) << 64;
  return pack<F>(sign, x.exponent - 64 - y.exponent, dividend / y.significand,
                 dividend % y.significand != 0, rm, flags);
}

template <class F> Bits<F> sqrt(Bits<F> a, Rounding rm, uint8_t &flags) {
  if (isNan<F>(a))
    return propagate<F>(a, a, flags);
  if (magnitude<F>(a) == 0)
    return a;
  if (negative<F>(a))
    return invalid<F>(flags);
  if (isInfinite<F>(a))
    return a;
  Finite x = unpack<F>(a);
  int shift = 126 - width(x.significand);
  if ((x.exponent - shift) & 1)
    --shift;
  u128 rest = u128(x.significand) << shift, root = 0;
  for (int bit = 63; bit >= 0; --bit) { // root^2 <= value
    u128 trial = root | u128(1) << bit;
    if (trial * trial <= rest)
      root = trial;
  }
  return pack<F>(false, (x.exponent - shift) / 2, root, root * root != rest, rm, flags);
}

template <class F>
Bits<F> fma(Bits<F> a, Bits<F> b, Bits<F> c, Rounding rm, uint8_t &flags) {
  bool sign = negative<F>(a) != negative<F>(b);
  bool zeroTimesInfinity = (isInfinite<F>(a) && magnitude<F>(b) == 0) ||
                           (isInfinite<F>(b) && magnitude<F>(a) == 0);
  if (zeroTimesInfinity) // invalid even when the addend is a quiet NaN
    return invalid<F>(flags);
  if (isNan<F>(a) || isNan<F>(b) || isNan<F>(c)) {
    propagate<F>(a, b, flags);
    return propagate<F>(c, c, flags);
  }
  if (isInfinite<F>(a) || isInfinite<F>(b))
    return isInfinite<F>(c) && negative<F>(c) != sign ? invalid<F>(flags)
                                                      : infinity<F>(sign);
  if (isInfinite<F>(c))
    return c;
  Finite x = unpack<F>(a), y = unpack<F>(b), z = unpack<F>(c);
  return addExact<F>(sign, x.exponent + y.exponent, u128(x.significand) * y.significand,
                     z.negative, z.exponent, z.significand, rm, flags);
}

#define INSTANTIATE(F)                                                                  \
  template Bits<F> add<F>(Bits<F>, Bits<F>, Rounding, uint8_t &);                       \
  template Bits<F> sub<F>(Bits<F>, Bits<F>, Rounding, uint8_t &);                       \
  template Bits<F> mul<F>(Bits<F>, Bits<F>, Rounding, uint8_t &);                       \
  template Bits<F> div<F>(Bits<F>, Bits<F>, Rounding, uint8_t &);                       \
  template Bits<F> sqrt<F>(Bits<F>, Rounding, uint8_t &);                               \
  template Bits<F> fma<F>(Bits<F>, Bits<F>, Bits<F>, Rounding, uint8_t &);
INSTANTIATE(F32)
INSTANTIATE(F64)
#undef INSTANTIATE

} // namespace scratch::piuma::soft
