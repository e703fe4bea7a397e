// Random instruction sequences: final registers, flags and memory equal qemu's
// in all three modes.
#include "Guest.h"
#include "RandomProgram.h"

#include <cstring>
#include <gtest/gtest.h>

using namespace guest;
using scratch::piuma::Mode;

TEST(Differential, RandomSequencesEndLikeQemus) {
  const char *asked = std::getenv("PIUMA_DIFFERENTIAL_SEEDS");
  uint64_t seeds = asked ? std::strtoull(asked, nullptr, 10) : 12;
  for (uint64_t seed = 1; seed <= seeds; ++seed) {
    std::string path = build(drawProgram(seed), ".S"), out = path + ".out";
    ASSERT_EQ(std::system(("qemu-riscv64 " + path + " > " + out).c_str()), 0);
    std::vector<uint8_t> theirs = readBytes(out);
    for (Mode mode : {Mode::Functional, Mode::Check, Mode::Timing}) {
      std::string ours;
      Options options;
      options.mode = mode;
      options.output = [&](std::string_view text) { ours += text; };
      EXPECT_EQ(run(readBytes(path), options).error, "") << "seed " << seed;
      ASSERT_EQ(ours.size(), theirs.size()) << "seed " << seed;
      for (size_t i = 0; i + 8 <= ours.size(); i += 8)
        ASSERT_EQ(std::memcmp(ours.data() + i, theirs.data() + i, 8), 0)
            << "seed " << seed << ", mode " << int(mode) << ", 8 bytes at " << i
            << " of the dump, " << path;
    }
  }
}
