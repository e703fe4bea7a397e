//===- MatrixMarketMutationTest.cpp - damaged files never crash the reader ===//
//
// Each file is a sound one with a few bytes changed, dropped, doubled or cut.
// It either reads as a sound tensor, or fails with a text and leaks nothing.
//===----------------------------------------------------------------------===//
#include "test/Runtime/MatrixFile.h"

#include <gtest/gtest.h>
#include <random>

static std::string mutate(std::string text, std::mt19937_64 &random) {
  static const std::string bytes("0123456789 .-+eEdDnaifx%\n\r\t\0\xff", 29);
  for (uint64_t edits = 1 + random() % 4; edits-- > 0 && !text.empty();) {
    size_t at = random() % text.size();
    switch (random() % 5) {
    case 0:
      text[at] = bytes[random() % bytes.size()];
      break;
    case 1:
      text.erase(at, 1 + random() % 3);
      break;
    case 2: // at most two more characters, so that sizes stay moderate
      text.insert(at, 1, bytes[random() % bytes.size()]);
      break;
    case 3:
      text.insert(at, text.substr(at, random() % 2));
      break;
    default:
      if (random() % 4 == 0)
        text.resize(at);
    }
  }
  return text;
}

TEST(MatrixMarketMutation, ThousandsOfDamagedFilesAreSurvived) {
  const uint64_t seed = 20240607;
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937_64 random(seed);
  const std::string sound[] = {
      banner("coordinate real general") +
          "% c\n5 6 4\n1 1 1.5\n5 6 -2e-3\n2 2 0\n2 2 nan\n",
      banner("coordinate integer symmetric") + "4 4 3\n1 1 12\n4 2 -7\n3 3 1\n",
      banner("coordinate pattern general") + "3 3 2\n1 2\n3 3\n",
      banner("array real skew-symmetric") + "3 3\n1\n2\n3.25\n",
      banner("array integer general") + "2 2\n1\n-2\n3\n4\n"};
  const scratch_element elements[] = {SCRATCH_F64, SCRATCH_F32, SCRATCH_I64,
                                      SCRATCH_I32, SCRATCH_I8};
  scratch_reset_peak_bytes();
  const int64_t before = scratch_peak_bytes();
  int failed = 0;
  const int files = 3000;
  for (int k = 0; k < files; ++k) {
    std::string text = mutate(sound[random() % 5], random);
    if (random() % 4 == 0)
      text = random() % 2 ? gzipped(text) : mutate(gzipped(text), random);
    ReadResult result(text, elements[random() % 5], random() % 2 ? 32 : 64);
    if (result.status) {
      ++failed;
      EXPECT_FALSE(result.error.empty());
      EXPECT_EQ(result.tensor.values, nullptr);
    } else {
      EXPECT_EQ(scratch_tensor_check(&result.tensor), SCRATCH_OK)
          << text << scratch_last_error();
    }
  }
  EXPECT_GT(failed, files / 3);
  EXPECT_LT(failed, files);
  scratch_reset_peak_bytes();
  EXPECT_EQ(scratch_peak_bytes(), before);
}
