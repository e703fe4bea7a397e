// Draws random programs of the base instruction set that write their registers and memory
// to standard output, for comparison with another simulator.
#ifndef SCRATCH_TEST_PIUMASIM_RANDOMPROGRAM_H
#define SCRATCH_TEST_PIUMASIM_RANDOMPROGRAM_H

#include "runtime/piuma/isa/Encoding.h"

#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace guest {

using scratch::piuma::info;
using scratch::piuma::Insn;
using scratch::piuma::InsnClass;
using scratch::piuma::InsnInfo;
using scratch::piuma::kInsnCount;

/// A random word of this row that touches only registers and the buffer (x29, x30).
inline std::string drawWord(Insn insn, std::mt19937_64 &random) {
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

/// Jumps over one instruction, flags read and cleared on the way, and reservations that are
/// kept, lost or never made.
inline std::string drawSequence(std::mt19937_64 &random) {
  auto x = [&] { return "x" + std::to_string(1 + random() % 28); };
  std::string odd = random() % 2 ? "1" : "0", width = random() % 2 ? ".w " : ".d ";
  switch (random() % 4) {
  case 0:
    return "jal " + x() + ", .+8\naddi x5, x5, 1\n";
  case 1: // bit 0 of the sum is dropped; a branch before it lands behind the nop
    return "nop\nla x28, .+16\njalr " + x() + ", " + odd + "(x28)\naddi x5, x5, 1\n";
  case 2:
    return "csrrci " + x() + ", fflags, " + std::to_string(random() % 32) + "\n";
  default:
    return (random() % 4 ? "lr" + width + x() + ", (x29)\n" : "") + "sc" + width + x() +
           ", " + x() + ", (x29)\n";
  }
}

inline std::string drawProgram(uint64_t seed) {
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
    text += n % 16 ? drawWord(rows[random() % rows.size()], random) : drawSequence(random);
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
} // namespace guest

#endif // SCRATCH_TEST_PIUMASIM_RANDOMPROGRAM_H
