//===- SoftComparisons.cpp - order, extrema and classes of floats ----------===//
//
// Quiet NaNs lose to numbers in extrema; all comparisons but equality signal them.
//===----------------------------------------------------------------------===//
#include "runtime/piuma/sim/SoftRounding.h"

namespace scratch::piuma::soft {

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

#define INSTANTIATE(F)                                                                  \
  template Bits<F> minimum<F>(Bits<F>, Bits<F>, uint8_t &);                             \
  template Bits<F> maximum<F>(Bits<F>, Bits<F>, uint8_t &);                             \
  template bool equal<F>(Bits<F>, Bits<F>, uint8_t &);                                  \
  template bool less<F>(Bits<F>, Bits<F>, uint8_t &);                                   \
  template bool lessEqual<F>(Bits<F>, Bits<F>, uint8_t &);                              \
  template unsigned classify<F>(Bits<F>);                                               \
  template bool isNan<F>(Bits<F>);                                                      \
  template bool isSignalling<F>(Bits<F>);
INSTANTIATE(F32)
INSTANTIATE(F64)
#undef INSTANTIATE

} // namespace scratch::piuma::soft
