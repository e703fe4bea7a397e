//===- SoftFloat.cpp - IEEE 754 arithmetic in integers, all RISC-V modes ---===//
//
// Every operation forms its exact result as (significand + epsilon) * 2^exponent, with a
// 128-bit significand and a sticky bit for the epsilon, and rounds it once in `pack`.
//===----------------------------------------------------------------------===//
#include "runtime/piuma/sim/SoftFloat.h"

#include <bit>
#include <utility>

namespace scratch::piuma::soft {

namespace {
using u128 = unsigned __int128;

/// A finite non-zero number: significand * 2^exponent, its top bit at kMantissa.
struct Finite {
  bool negative;
  int exponent;
  uint64_t significand; // 0: the number is zero
};
} // namespace

static int width(u128 v) { // position of the top bit + 1
  uint64_t high = uint64_t(v >> 64);
  return high ? 64 + std::bit_width(high) : std::bit_width(uint64_t(v));
}

template <class F> static constexpr int bias() { return (1 << (F::kExponent - 1)) - 1; }
template <class F> static bool negative(Bits<F> a) {
  return (a >> (F::kExponent + F::kMantissa)) & 1;
}
template <class F> static Bits<F> signBit(bool negative) {
  return Bits<F>(negative) << (F::kExponent + F::kMantissa);
}
template <class F> static Bits<F> infinity(bool negative) {
  return signBit<F>(negative) | Bits<F>((1u << F::kExponent) - 1) << F::kMantissa;
}
template <class F> static Bits<F> magnitude(Bits<F> a) {
  return a & ~signBit<F>(true);
}
template <class F> static bool isInfinite(Bits<F> a) {
  return magnitude<F>(a) == infinity<F>(false);
}
template <class F> bool isNan(Bits<F> a) {
  return magnitude<F>(a) > infinity<F>(false);
}
template <class F> bool isSignalling(Bits<F> a) {
  return isNan<F>(a) && !((a >> (F::kMantissa - 1)) & 1);
}

template <class F> static Finite unpack(Bits<F> a) {
  int field = int(magnitude<F>(a) >> F::kMantissa);
  uint64_t fraction = a & ((Bits<F>(1) << F::kMantissa) - 1);
  if (field)
    return {negative<F>(a), field - bias<F>() - F::kMantissa,
            fraction | uint64_t(1) << F::kMantissa};
  if (!fraction)
    return {negative<F>(a), 0, 0};
  int shift = F::kMantissa + 1 - std::bit_width(fraction);
  return {negative<F>(a), 1 - bias<F>() - F::kMantissa - shift, fraction << shift};
}

static bool roundsUp(bool negative, bool odd, bool half, bool below, Rounding rm) {
  switch (rm) {
  case RNE:
    return half && (below || odd);
  case RTZ:
    return false;
  case RDN:
    return negative && (half || below);
  case RUP:
    return !negative && (half || below);
  case RMM:
    return half;
  }
  return false;
}

namespace {
/// What dropping the lowest `shift` bits leaves.
struct Dropped {
  u128 kept;
  bool half, below;
};
} // namespace

static Dropped drop(u128 significand, int shift, bool sticky) {
  if (shift <= 0)
    return {significand << -shift, false, sticky};
  if (shift > 128)
    return {0, false, significand != 0 || sticky};
  bool half = (significand >> (shift - 1)) & 1;
  bool below = (significand & ((u128(1) << (shift - 1)) - 1)) != 0;
  return {shift == 128 ? 0 : significand >> shift, half, below || sticky};
}

/// Rounds (significand + sticky * epsilon) * 2^exponent. Underflow is detected after
/// rounding, as RISC-V asks.
template <class F>
static Bits<F> pack(bool negative, int exponent, u128 significand, bool sticky,
                    Rounding rm, uint8_t &flags) {
  if (significand == 0 && !sticky)
    return signBit<F>(negative);
  constexpr int least = 1 - bias<F>();
  int top = exponent + width(significand) - 1;
  bool subnormal = top < least;
  int lowest = (subnormal ? least : top) - F::kMantissa;
  Dropped d = drop(significand, lowest - exponent, sticky);
  bool inexact = d.half || d.below;
  Bits<F> kept = Bits<F>(d.kept);
  if (roundsUp(negative, kept & 1, d.half, d.below, rm))
    ++kept;
  if (subnormal && inexact) {
    bool tiny = true;
    if (top == least - 1) { // would it reach the least normal number unbounded?
      Dropped full = drop(significand, top - F::kMantissa - exponent, sticky);
      u128 ones = (u128(1) << (F::kMantissa + 1)) - 1;
      tiny = !(full.kept == ones &&
               roundsUp(negative, true, full.half, full.below, rm));
    }
    flags |= tiny ? UF : 0;
  }
  flags |= inexact ? NX : 0;
  if (subnormal)
    return signBit<F>(negative) | kept; // 2^kMantissa is the least normal number
  // The implicit bit adds one to the exponent field, as does a carry out of `kept`.
  int field = top + bias<F>() - 1;
  if (field + int(kept >> F::kMantissa) >= (1 << F::kExponent) - 1) {
    flags |= OF | NX;
    bool toMax = rm == RTZ || (rm == RDN && !negative) || (rm == RUP && negative);
    return infinity<F>(negative) - (toMax ? 1 : 0);
  }
  return signBit<F>(negative) + (Bits<F>(field) << F::kMantissa) + kept;
}

template <class F> static Bits<F> invalid(uint8_t &flags) {
  flags |= NV;
  return F::kNan;
}
template <class F>
static Bits<F> propagate(Bits<F> a, Bits<F> b, uint8_t &flags) {
  if (isSignalling<F>(a) || isSignalling<F>(b))
    flags |= NV;
  return F::kNan;
}

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

/// Order of two numbers that are not NaN: -0 before +0.
template <class F> static bool before(Bits<F> a, Bits<F> b) {
  if (negative<F>(a) != negative<F>(b))
    return negative<F>(a);
  return negative<F>(a) ? a > b : a < b;
}

template <class F>
static Bits<F> extremum(Bits<F> a, Bits<F> b, bool least, uint8_t &flags) {
  if (isSignalling<F>(a) || isSignalling<F>(b))
    flags |= NV;
  if (isNan<F>(a))
    return isNan<F>(b) ? F::kNan : b;
  if (isNan<F>(b))
    return a;
  return before<F>(a, b) == least ? a : b;
}
template <class F> Bits<F> minimum(Bits<F> a, Bits<F> b, uint8_t &flags) {
  return extremum<F>(a, b, true, flags);
}
template <class F> Bits<F> maximum(Bits<F> a, Bits<F> b, uint8_t &flags) {
  return extremum<F>(a, b, false, flags);
}

template <class F> static bool bothZero(Bits<F> a, Bits<F> b) {
  return magnitude<F>(Bits<F>(a | b)) == 0;
}
template <class F> bool equal(Bits<F> a, Bits<F> b, uint8_t &flags) {
  if (isNan<F>(a) || isNan<F>(b)) {
    propagate<F>(a, b, flags);
    return false;
  }
  return a == b || bothZero<F>(a, b);
}
template <class F> bool less(Bits<F> a, Bits<F> b, uint8_t &flags) {
  if (isNan<F>(a) || isNan<F>(b)) {
    flags |= NV;
    return false;
  }
  return before<F>(a, b) && !bothZero<F>(a, b);
}
template <class F> bool lessEqual(Bits<F> a, Bits<F> b, uint8_t &flags) {
  if (isNan<F>(a) || isNan<F>(b)) {
    flags |= NV;
    return false;
  }
  return a == b || before<F>(a, b) || bothZero<F>(a, b);
}

template <class F> unsigned classify(Bits<F> a) {
  bool sign = negative<F>(a);
  Bits<F> size = magnitude<F>(a);
  if (isNan<F>(a))
    return isSignalling<F>(a) ? 1 << 8 : 1 << 9;
  if (size == infinity<F>(false))
    return sign ? 1 << 0 : 1 << 7;
  if (size == 0)
    return sign ? 1 << 3 : 1 << 4;
  if (size >> F::kMantissa)
    return sign ? 1 << 1 : 1 << 6;
  return sign ? 1 << 2 : 1 << 5;
}

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
  template Bits<F> add<F>(Bits<F>, Bits<F>, Rounding, uint8_t &);                       \
  template Bits<F> sub<F>(Bits<F>, Bits<F>, Rounding, uint8_t &);                       \
  template Bits<F> mul<F>(Bits<F>, Bits<F>, Rounding, uint8_t &);                       \
  template Bits<F> div<F>(Bits<F>, Bits<F>, Rounding, uint8_t &);                       \
  template Bits<F> sqrt<F>(Bits<F>, Rounding, uint8_t &);                               \
  template Bits<F> fma<F>(Bits<F>, Bits<F>, Bits<F>, Rounding, uint8_t &);              \
  template Bits<F> minimum<F>(Bits<F>, Bits<F>, uint8_t &);                             \
  template Bits<F> maximum<F>(Bits<F>, Bits<F>, uint8_t &);                             \
  template bool equal<F>(Bits<F>, Bits<F>, uint8_t &);                                  \
  template bool less<F>(Bits<F>, Bits<F>, uint8_t &);                                   \
  template bool lessEqual<F>(Bits<F>, Bits<F>, uint8_t &);                              \
  template unsigned classify<F>(Bits<F>);                                               \
  template bool isNan<F>(Bits<F>);                                                      \
  template bool isSignalling<F>(Bits<F>);                                               \
  template Bits<F> fromInteger<F>(bool, uint64_t, Rounding, uint8_t &);                 \
  template uint64_t toInteger<F>(Bits<F>, unsigned, bool, Rounding, uint8_t &);
INSTANTIATE(F32)
INSTANTIATE(F64)
#undef INSTANTIATE

} // namespace scratch::piuma::soft
