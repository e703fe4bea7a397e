//===- NumbersTest.cpp - reals are rounded as strtod rounds them ---------===//
#include "runtime/io/Numbers.h"

#include <gtest/gtest.h>
#include <random>

using namespace scratch::io;

/// What strtod makes of the text, bit for bit; beyond the largest finite value
/// the text is refused.
template <typename Real> static void expectExact(const std::string &text) {
  const char *at = text.c_str();
  Real value = 0;
  Real expected = sizeof(Real) == 4
                      ? std::strtof(text.c_str(), nullptr)
                      : static_cast<Real>(std::strtod(text.c_str(), nullptr));
  ASSERT_EQ(parseReal(at, text.c_str() + text.size(), value),
            std::isinf(expected) ? Parsed::outOfRange : Parsed::ok)
      << text;
  EXPECT_EQ(*at, '\0') << text;
  if (std::isinf(expected))
    return;
  EXPECT_EQ(std::memcmp(&value, &expected, sizeof value), 0)
      << text << ": found " << value << ", expected " << expected;
}

TEST(Numbers, RandomDecimalsOfEveryLengthAreExact) {
  std::mt19937_64 random(11); // seed 11
  for (int k = 0; k < 300000; ++k) {
    std::string text = random() % 2 ? "-" : "";
    size_t digits = 1 + random() % 22, point = random() % (digits + 1);
    for (size_t d = 0; d < digits; ++d) {
      text += d == point ? "." : "";
      text += static_cast<char>('0' + random() % 10);
    }
    if (random() % 2)
      text += "e" + std::to_string(static_cast<int>(random() % 70) - 35);
    expectExact<double>(text);
    expectExact<float>(text);
  }
}

TEST(Numbers, HalfwayCasesRoundToEven) {
  for (const char *text :
       {"9007199254740993", "9007199254740995", "9007199254740993.0000001",
        "16777217", "16777219", "16777217.0000000001", "1.00000005960464477539",
        "8.5e22", "1e23", "5e-324", "2e-324", "1e-400", "3.4028235e38",
        "1.1754943e-38", "7e-46", "1e-46", "0.000000000000000000000000001"}) {
    expectExact<double>(text);
    if (std::strcmp(text, "1e-400") != 0)
      expectExact<float>(text);
  }
}

TEST(Numbers, IntegersKnowTheirRange) {
  auto parse = [](std::string text, int64_t &value) {
    const char *at = text.c_str();
    return parseInteger(at, at + text.size(), value);
  };
  int64_t value;
  EXPECT_EQ(parse("9223372036854775807", value), Parsed::ok);
  EXPECT_EQ(value, INT64_MAX);
  EXPECT_EQ(parse("-9223372036854775808", value), Parsed::ok);
  EXPECT_EQ(value, INT64_MIN);
  EXPECT_EQ(parse("9223372036854775808", value), Parsed::outOfRange);
  EXPECT_EQ(parse("-9223372036854775809", value), Parsed::outOfRange);
  EXPECT_EQ(parse("00000000000000000000000012", value), Parsed::ok);
  EXPECT_EQ(value, 12);
  EXPECT_EQ(parse("-", value), Parsed::malformed);
}
