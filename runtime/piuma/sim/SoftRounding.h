//===- SoftRounding.h - floats taken apart, and put together once rounded --===//
//
// An exact result is (significand + epsilon) * 2^exponent, with a 128-bit significand and
// a sticky bit for the epsilon. For the files of SoftFloat.h.
//===----------------------------------------------------------------------===//
#ifndef SCRATCH_RUNTIME_PIUMA_SIM_SOFTROUNDING_H
#define SCRATCH_RUNTIME_PIUMA_SIM_SOFTROUNDING_H

#include "runtime/piuma/sim/SoftFloat.h"

#include <bit>

namespace scratch::piuma::soft {

using u128 = unsigned __int128;

/// A finite non-zero number: significand * 2^exponent, its top bit at kMantissa.
struct Finite {
  bool negative;
  int exponent;
  uint64_t significand; // 0: the number is zero
};

inline int width(u128 v) { // position of the top bit + 1
  uint64_t high = uint64_t(v >> 64);
  return high ? 64 + std::bit_width(high) : std::bit_width(uint64_t(v));
}

template <class F> constexpr int bias() { return (1 << (F::kExponent - 1)) - 1; }
template <class F> bool negative(Bits<F> a) {
  return (a >> (F::kExponent + F::kMantissa)) & 1;
}
template <class F> Bits<F> signBit(bool negative) {
  return Bits<F>(negative) << (F::kExponent + F::kMantissa);
}
template <class F> Bits<F> infinity(bool negative) {
  return signBit<F>(negative) | Bits<F>((1u << F::kExponent) - 1) << F::kMantissa;
}
template <class F> Bits<F> magnitude(Bits<F> a) {
  return a & ~signBit<F>(true);
}
template <class F> bool isInfinite(Bits<F> a) {
  return magnitude<F>(a) == infinity<F>(false);
}
template <class F> bool isNan(Bits<F> a) {
  return magnitude<F>(a) > infinity<F>(false);
}
template <class F> bool isSignalling(Bits<F> a) {
  return isNan<F>(a) && !((a >> (F::kMantissa - 1)) & 1);
}

template <class F> Finite unpack(Bits<F> a) {
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

inline bool roundsUp(bool negative, bool odd, bool half, bool below, Rounding rm) {
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

/// What dropping the lowest `shift` bits leaves.
struct Dropped {
  u128 kept;
  bool half, below;
};

inline Dropped drop(u128 significand, int shift, bool sticky) {
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
Bits<F> pack(bool negative, int exponent, u128 significand, bool sticky, Rounding rm,
             uint8_t &flags) {
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

template <class F> Bits<F> invalid(uint8_t &flags) {
  flags |= NV;
  return F::kNan;
}
template <class F> Bits<F> propagate(Bits<F> a, Bits<F> b, uint8_t &flags) {
  if (isSignalling<F>(a) || isSignalling<F>(b))
    flags |= NV;
  return F::kNan;
}

} // namespace scratch::piuma::soft

#endif // SCRATCH_RUNTIME_PIUMA_SIM_SOFTROUNDING_H
