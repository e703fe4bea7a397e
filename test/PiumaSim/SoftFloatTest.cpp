// Integer arithmetic against the host's FPU in the four modes that both have.
#include "runtime/piuma/sim/SoftFloat.h"

#include <bit>
#include <cfenv>
#include <cmath>
#include <gtest/gtest.h>
#include <random>

using namespace scratch::piuma::soft;

namespace {
uint8_t hostFlags() {
  int e = std::fetestexcept(FE_ALL_EXCEPT);
  return uint8_t((e & FE_INEXACT ? NX : 0) | (e & FE_UNDERFLOW ? UF : 0) |
                 (e & FE_OVERFLOW ? OF : 0) | (e & FE_DIVBYZERO ? DZ : 0) |
                 (e & FE_INVALID ? NV : 0));
}

/// Corner values and random ones, many with exponents near each other.
template <class F> Bits<F> draw(std::mt19937_64 &random) {
  Bits<F> bits = Bits<F>(random());
  switch (random() % 8) {
  case 0:
    return bits & ~((Bits<F>(1) << F::kMantissa) - 1); // powers of two, 0, infinity
  case 1:
    return bits & (Bits<F>(-1) >> (F::kExponent + 1)); // subnormal
  case 2:
    return (F::kNan & ~(F::kNan >> 2)) | (bits & 3); // around infinity and NaN
  case 3: case 4: {
    Bits<F> one = Bits<F>((1 << (F::kExponent - 1)) - 1 + int(random() % 8)) << F::kMantissa;
    return (bits & ~(Bits<F>((1 << F::kExponent) - 1) << F::kMantissa)) | one;
  }
  default:
    return bits;
  }
}

template <class F, class T> void compare(uint64_t seed) {
  std::mt19937_64 random(seed);
  const int modes[4] = {FE_TONEAREST, FE_TOWARDZERO, FE_DOWNWARD, FE_UPWARD};
  for (int n = 0; n < 200000; ++n) {
    Bits<F> a = draw<F>(random), b = draw<F>(random), c = draw<F>(random);
    int mode = int(random() % 4), operation = int(random() % 6);
    volatile T x = std::bit_cast<T>(a), y = std::bit_cast<T>(b), z = std::bit_cast<T>(c);
    uint8_t flags = 0;
    Rounding rm = Rounding(mode);
    Bits<F> soft = operation == 0   ? add<F>(a, b, rm, flags)
                   : operation == 1 ? sub<F>(a, b, rm, flags)
                   : operation == 2 ? mul<F>(a, b, rm, flags)
                   : operation == 3 ? div<F>(a, b, rm, flags)
                   : operation == 4 ? sqrt<F>(a, rm, flags)
                                    : fma<F>(a, b, c, rm, flags);
    std::fesetround(modes[mode]);
    std::feclearexcept(FE_ALL_EXCEPT);
    volatile T r = operation == 0   ? x + y
                   : operation == 1 ? x - y
                   : operation == 2 ? x * y
                   : operation == 3 ? x / y
                   : operation == 4 ? std::sqrt(x)
                                    : std::fma(x, y, z);
    uint8_t expected = hostFlags();
    std::fesetround(FE_TONEAREST);
    if (operation == 5 && isNan<F>(c)) // hosts differ about 0 * infinity + NaN
      continue;
    Bits<F> want = r != r ? F::kNan : std::bit_cast<Bits<F>>(T(r));
    ASSERT_EQ(soft, want) << std::hex << "operation " << operation << " mode " << mode
                          << " on " << a << " " << b << " " << c;
    ASSERT_EQ(int(flags), int(expected)) << std::hex << "flags of operation " << operation
                                         << " mode " << mode << " on " << a << " " << b
                                         << " " << c;
  }
}
} // namespace

TEST(SoftFloat, Binary32AgreesWithTheHost) { compare<F32, float>(11); }
TEST(SoftFloat, Binary64AgreesWithTheHost) { compare<F64, double>(12); }

TEST(SoftFloat, TiesGoAwayFromZeroInMaxMagnitudeMode) {
  uint8_t flags = 0;
  uint64_t one = std::bit_cast<uint64_t>(1.0), half = std::bit_cast<uint64_t>(0x1p-53);
  EXPECT_EQ(add<F64>(one, half, RMM, flags), one + 1);
  EXPECT_EQ(add<F64>(one, half, RNE, flags), one);
  EXPECT_EQ(flags, NX);
  EXPECT_EQ(toInteger<F64>(std::bit_cast<uint64_t>(-2.5), 32, true, RMM, flags),
            uint64_t(-3));
}

TEST(SoftFloat, ConversionsSaturate) {
  uint8_t flags = 0;
  EXPECT_EQ(toInteger<F64>(F64::kNan, 32, false, RTZ, flags), ~uint64_t(0));
  EXPECT_EQ(toInteger<F64>(std::bit_cast<uint64_t>(-1.0), 64, false, RTZ, flags), 0u);
  EXPECT_EQ(toInteger<F32>(std::bit_cast<uint32_t>(3e9f), 32, true, RTZ, flags),
            uint64_t(0x7fffffff));
  EXPECT_EQ(flags, NV);
}
