// Random instruction sequences: final registers, flags and memory equal qemu's.
#include "Guest.h"

#include "runtime/piuma/isa/Encoding.h"

#include <cstring>
#include <gtest/gtest.h>
#include <random>

using namespace guest;
using namespace scratch::piuma;

namespace {
/// A random word of this row that touches only registers and the buffer (x29, x30).
std::string drawWord(Insn insn, std::mt19937_64 &random) {
  const InsnInfo &row = info(insn);
  uint32_t word = row.encoding.match | (uint32_t(random()) & ~row.encoding.mask);
  bool memory = row.cls == InsnClass::Load || row.cls == InsnClass::Store ||
                row.cls == InsnClass::Atomic;
  std::string_view letters = row.operands;
  auto set = [&](unsigned shift, unsigned width, uint32_t value) {
    uint32_t mask = ((1u << width) - 1) << shift;
    word = (word & ~mask) | value << shift;
  };
  if (letters.find('d') != letters.npos)
    set(7, 5, 1 + uint32_t(random() % 28)); // x29..x31 and x0 stay
  if (letters.find('m') != letters.npos) // any mode that is not reserved
    set(12, 3, random() % 3 ? 7 : uint32_t(random() % 5));
  if (memory) {
    set(15, 5, row.cls == InsnClass::Atomic ? 29 : 30);
    if (row.cls != InsnClass::Atomic)
      set(30, 2, 0); // offsets below 1024
  }
  if (row.cls == InsnClass::Branch) { // one ahead
    set(31, 1, 0), set(25, 6, 0), set(8, 4, 4), set(7, 1, 0);
  }
  return ".word " + std::to_string(word) + "\n";
}

std::string drawProgram(uint64_t seed) {
  std::mt19937_64 random(seed);
  std::vector<Insn> rows;
  for (unsigned i = 0; i < kInsnCount; ++i) {
    InsnClass c = info(Insn(i)).cls;
    std::string_view name = info(Insn(i)).mnemonic;
    bool base = (info(Insn(i)).encoding.match & 0x5f) != 0x0b; // not custom-0, custom-2
    if (base && (c <= InsnClass::Branch || c == InsnClass::Load || c == InsnClass::Store ||
                 (c == InsnClass::Atomic && name.substr(0, 3) == "amo") ||
                 (c >= InsnClass::FpAdd && c <= InsnClass::FpMisc)))
      rows.push_back(Insn(i));
  }
  std::string text = ".globl _start\n_start: la x30, values\n";
  for (int r = 0; r < 32; ++r)
    text += "fld f" + std::to_string(r) + ", " + std::to_string(r * 8) + "(x30)\n";
  for (int r = 1; r < 29; ++r)
    text += "ld x" + std::to_string(r) + ", " + std::to_string(256 + r * 8) + "(x30)\n";
  text += "la x30, buffer\nla x29, buffer+1024\nli x31, 0\n";
  for (int n = 0; n < 400; ++n) {
    if (n % 40 == 0)
      text += "fsrmi " + std::to_string(random() % 5) + "\n";
    text += drawWord(rows[random() % rows.size()], random);
  }
  text += "nop\nnop\nfrcsr x31\nla x30, dump\nsd x31, 0(x30)\n";
  for (int r = 1; r < 29; ++r)
    text += "sd x" + std::to_string(r) + ", " + std::to_string(r * 8) + "(x30)\n";
  for (int r = 0; r < 32; ++r)
    text += "fsd f" + std::to_string(r) + ", " + std::to_string(256 + r * 8) + "(x30)\n";
  text += "li a0, 1\nla a1, dump\nli a2, 2560\nli a7, 64\necall\n"
          "li a0, 0\nli a7, 93\necall\n.data\n.balign 8\nvalues:\n";
  const char *const corners[] = {"0x7ff8000000000000", "0x7ff0000000000001", "1",
                                 "0x7ff0000000000000", "0x8000000000000000",
                                 "0xffffffff7f800001", "0xffffffff00000001",
                                 "0xffffffffff800000", "0x3ff0000000000000",
                                 "0x000fffffffffffff", "0xffffffff3f800000"};
  for (int n = 0; n < 64; ++n)
    text += ".dword " + (random() % 2 ? std::string(corners[random() % 11])
                                      : std::to_string(random())) + "\n";
  return text + "dump: .skip 512\nbuffer: .skip 2048\n";
}
} // namespace

TEST(Differential, RandomSequencesEndLikeQemus) {
  const char *asked = std::getenv("PIUMA_DIFFERENTIAL_SEEDS");
  uint64_t seeds = asked ? std::strtoull(asked, nullptr, 10) : 12;
  for (uint64_t seed = 1; seed <= seeds; ++seed) {
    std::string path = build(drawProgram(seed), ".S"), out = path + ".out";
    ASSERT_EQ(std::system(("qemu-riscv64 " + path + " > " + out).c_str()), 0);
    std::string ours;
    Options options;
    options.output = [&](std::string_view text) { ours += text; };
    EXPECT_EQ(run(readBytes(path), options).error, "") << "seed " << seed;
    std::vector<uint8_t> theirs = readBytes(out);
    ASSERT_EQ(ours.size(), theirs.size()) << "seed " << seed;
    for (size_t i = 0; i + 8 <= ours.size(); i += 8)
      ASSERT_EQ(std::memcmp(ours.data() + i, theirs.data() + i, 8), 0)
          << "seed " << seed << ", 8 bytes at " << i << " of the dump, " << path;
  }
}
