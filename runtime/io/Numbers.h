//===- Numbers.h - exact numbers from text -------------------------------===//
//
// Reads a number at the start of a range of characters. Reals are rounded once,
// to nearest even, like strtod:
//   - up to 19 digits and a decimal exponent within +-27 take one operation in
//     80-bit arithmetic: digits and power of ten are exact there, so the
//     quotient or product is correctly rounded to 64 bits, and rounding it
//     again to 53 is right unless the 11 bits that fall away are exactly one
//     half [1];
//   - everything else, that case included, goes to std::from_chars.
//
// [1] W. Clinger, How to read floating point numbers accurately, PLDI 1990
//     (for the exact powers of ten; the second rounding is argued above).
//===----------------------------------------------------------------------===//
#ifndef SCRATCH_IO_NUMBERS_H
#define SCRATCH_IO_NUMBERS_H

#include <cctype>
#include <cfloat>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <string>

namespace scratch::io {

enum class Parsed {
  ok,
  malformed,
  outOfRange, ///< a number, but too large for its type
};

inline bool isDigit(char c) { return static_cast<unsigned>(c - '0') < 10; }

/// A decimal integer with an optional sign. `at` moves behind it unless
/// malformed.
inline Parsed parseInteger(const char *&at, const char *end, int64_t &value) {
  const char *p = at;
  bool negative = p < end && *p == '-';
  if (p < end && (*p == '-' || *p == '+'))
    ++p;
  const char *digits = p;
  uint64_t sum = 0;
  while (p < end && isDigit(*p) && p - digits < 18)
    sum = sum * 10 + static_cast<uint64_t>(*p++ - '0');
  if (p == digits)
    return Parsed::malformed;
  bool fits = true;
  const uint64_t limit = (uint64_t(1) << 63) - (negative ? 0 : 1);
  for (; p < end && isDigit(*p); ++p) {
    uint64_t digit = static_cast<uint64_t>(*p - '0');
    fits = fits && sum <= (limit - digit) / 10;
    if (fits)
      sum = sum * 10 + digit;
  }
  at = p;
  value = static_cast<int64_t>(negative ? 0 - sum : sum);
  return fits ? Parsed::ok : Parsed::outOfRange;
}

/// The way of std::from_chars, widened by what it leaves out: a plus sign, a
/// Fortran exponent (1.5D+03), and values below the smallest (they become 0).
template <typename Real>
Parsed parseRealSlowly(const char *&at, const char *end, Real &value) {
  const char *stop = at;
  while (stop < end &&
         (isDigit(*stop) || std::isalpha(static_cast<unsigned char>(*stop)) ||
          std::strchr("+-.()_", *stop)) &&
         *stop)
    ++stop;
  std::string token(at, stop);
  for (char &c : token)
    if (c == 'd' || c == 'D')
      c = 'e';
  size_t skip = token.size() > 1 && token[0] == '+' && token[1] != '-' ? 1 : 0;
  const char *first = token.c_str() + skip,
             *last = token.c_str() + token.size();
  auto result = std::from_chars(first, last, value);
  if (result.ec == std::errc::invalid_argument)
    return Parsed::malformed;
  at += result.ptr - token.c_str();
  bool written = isDigit(*first) || *first == '.' || isDigit(first[1]) ||
                 first[1] == '.'; // in digits, not as "inf"
  if (result.ec == std::errc::result_out_of_range) {
    value = static_cast<Real>(sizeof(Real) == sizeof(float)
                                  ? std::strtof(first, nullptr)
                                  : std::strtod(first, nullptr));
  }
  return written && std::isinf(value) ? Parsed::outOfRange : Parsed::ok;
}

/// A real of type double or float.
template <typename Real>
inline Parsed parseReal(const char *&at, const char *end, Real &value) {
#if LDBL_MANT_DIG == 64 && defined(__x86_64__)
  static const long double powers[] = {
      1e0L,  1e1L,  1e2L,  1e3L,  1e4L,  1e5L,  1e6L,  1e7L,  1e8L,  1e9L,
      1e10L, 1e11L, 1e12L, 1e13L, 1e14L, 1e15L, 1e16L, 1e17L, 1e18L, 1e19L,
      1e20L, 1e21L, 1e22L, 1e23L, 1e24L, 1e25L, 1e26L, 1e27L};
  const char *p = at;
  bool negative = p < end && *p == '-';
  if (p < end && (*p == '-' || *p == '+'))
    ++p;
  const char *whole = p;
  uint64_t digits = 0;
  while (p < end && isDigit(*p))
    digits = digits * 10 + static_cast<uint64_t>(*p++ - '0');
  std::ptrdiff_t count = p - whole;
  int64_t exponent = 0;
  if (p < end && *p == '.') {
    const char *fraction = ++p;
    while (p < end && isDigit(*p))
      digits = digits * 10 + static_cast<uint64_t>(*p++ - '0');
    exponent = -(p - fraction);
    count += p - fraction;
  }
  if (count == 0 || count > 19)
    return parseRealSlowly(at, end, value);
  if (p < end && (*p == 'e' || *p == 'E')) {
    const char *mark = p + 1;
    int64_t written = 0;
    if (parseInteger(mark, end, written) != Parsed::ok || written > 1000 ||
        written < -1000)
      return parseRealSlowly(at, end, value);
    exponent += written;
    p = mark;
  } else if (p < end && std::isalpha(static_cast<unsigned char>(*p))) {
    return parseRealSlowly(at, end, value);
  }
  if (exponent < -27 || exponent > 27)
    return parseRealSlowly(at, end, value);
  long double exact = static_cast<long double>(digits);
  exact = exponent < 0 ? exact / powers[-exponent] : exact * powers[exponent];
  // What falls away in the second rounding: 11 bits for double, 40 for float.
  constexpr int lost = 64 - std::numeric_limits<Real>::digits;
  uint64_t mantissa;
  std::memcpy(&mantissa, &exact, sizeof mantissa);
  if ((mantissa & ((uint64_t(1) << lost) - 1)) == uint64_t(1) << (lost - 1))
    return parseRealSlowly(at, end, value);
  Real rounded = static_cast<Real>(exact);
  if (sizeof(Real) == sizeof(float) &&
      (std::isinf(rounded) || (digits && rounded < Real(FLT_MIN))))
    return parseRealSlowly(at, end, value);
  value = negative ? -rounded : rounded;
  at = p;
  return Parsed::ok;
#else
  return parseRealSlowly(at, end, value);
#endif
}

} // namespace scratch::io
#endif // SCRATCH_IO_NUMBERS_H
