// Damaged images: an error or an ordinary run, never a crash, a hang or a bad access.
#include "runtime/piuma/sim/Simulator.h"

#include <cstdlib>
#include <cstring>
#include <gtest/gtest.h>
#include <random>
#include <vector>

using namespace scratch::piuma;

namespace {
void put(std::vector<uint8_t> &bytes, size_t at, uint64_t value, unsigned size) {
  if (bytes.size() < at + size)
    bytes.resize(at + size);
  std::memcpy(bytes.data() + at, &value, size);
}

/// A valid image of one segment holding `code`, with a section table and a symbol.
std::vector<uint8_t> image(const std::vector<uint32_t> &code) {
  std::vector<uint8_t> b(64);
  std::memcpy(b.data(), "\177ELF\2\1\1", 7);
  put(b, 16, 2, 2), put(b, 18, 243, 2), put(b, 20, 1, 4), put(b, 24, 0x80000000, 8);
  put(b, 32, 64, 8), put(b, 40, 0x1000, 8), put(b, 52, 64, 2), put(b, 54, 56, 2);
  put(b, 56, 1, 2), put(b, 58, 64, 2), put(b, 60, 3, 2);
  put(b, 64, 1 | uint64_t(7) << 32, 8), put(b, 72, 0x200, 8), put(b, 80, 0x80000000, 8);
  put(b, 96, code.size() * 4, 8), put(b, 104, code.size() * 4 + 4096, 8);
  for (size_t i = 0; i < code.size(); ++i)
    put(b, 0x200 + 4 * i, code[i], 4);
  put(b, 0x1044, 2, 4), put(b, 0x1040 + 24, 0xf00, 8), put(b, 0x1040 + 32, 48, 8);
  put(b, 0x1040 + 40, 2, 4), put(b, 0x1080 + 24, 0xf80, 8), put(b, 0x1080 + 32, 16, 8);
  put(b, 0x10bf, 0, 1);
  std::memcpy(b.data() + 0xf81, "piuma_launch", 12);
  put(b, 0xf18, 1 | uint64_t(1) << 48, 8), put(b, 0xf20, 0x80000f00, 8);
  return b;
}

/// Half random bits, half plausible instructions of every opcode in use.
uint32_t drawWord(std::mt19937_64 &random) {
  static const uint32_t opcodes[] = {0x03, 0x07, 0x0b, 0x0f, 0x13, 0x17, 0x1b, 0x23, 0x27,
                                     0x2b, 0x2f, 0x33, 0x37, 0x3b, 0x43, 0x53, 0x5b, 0x63,
                                     0x67, 0x6f, 0x73};
  uint32_t word = uint32_t(random());
  if (random() % 2)
    word = (word & ~0x7fu) | opcodes[random() % std::size(opcodes)];
  if (random() % 4 == 0)
    word &= 0x01ffffff; // funct7 = 0: engines, identity
  return word;
}
} // namespace

TEST(ElfMutation, RandomImagesNeverHarmTheHost) {
  const char *asked = std::getenv("PIUMA_MUTATIONS");
  uint64_t count = asked ? std::strtoull(asked, nullptr, 10) : 300;
  for (uint64_t seed = 1; seed <= count; ++seed) {
    SCOPED_TRACE(seed);
    std::mt19937_64 random(seed);
    std::vector<uint32_t> code(16 + random() % 200);
    for (uint32_t &word : code)
      word = drawWord(random);
    for (size_t i = 0; i < 8; ++i) // addresses to work with: lui rd
      code[i] = 0x37 | uint32_t(random() % 32) << 7 | (random() % 2 ? 0x40000000 : 0x80001000);
    std::vector<uint8_t> elf = image(code);
    for (unsigned n = unsigned(random() % 8) * unsigned(random() % 2); n > 0; --n)
      elf[random() % (random() % 2 ? 0x78 : elf.size())] = uint8_t(random());
    if (random() % 8 == 0)
      elf.resize(random() % elf.size());
    Machine machine;
    machine.cores = 1 + random() % 3;
    machine.threads_per_mtp = 2;
    machine.dram_bytes = 1 << 24;
    Options options;
    options.mode = Mode(random() % 3);
    options.seed = seed;
    options.maxInstructions = 20000;
    Simulator sim(machine, options);
    if (sim.load(elf))
      continue;
    Result result = sim.run();
    EXPECT_EQ(result.error.find('\n'), std::string::npos);
    EXPECT_FALSE(sim.disassembly().empty() && result.error.empty() && result.status);
  }
}

TEST(ElfMutation, EmptyRangesAreReadAndWritten) {
  Simulator sim(Machine{}, Options{});
  ASSERT_FALSE(sim.load(image({0x13})));
  EXPECT_TRUE(sim.read(0x80000000, {}));
  EXPECT_TRUE(sim.write(0x80000000, {}));
}
