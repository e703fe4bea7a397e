//===- Decode.cpp - From a 32-bit word to its instruction and operands -----===//
#include "runtime/piuma/sim/Decode.h"

#include <array>
#include <cstring>
#include <vector>

namespace scratch::piuma {

/// Rows of the table by major opcode.
static const std::array<std::vector<Insn>, 128> &rowsByOpcode() {
  static const auto rows = [] {
    std::array<std::vector<Insn>, 128> table;
    for (unsigned i = 0; i < kInsnCount; ++i)
      table[info(Insn(i)).encoding.match & 0x7f].push_back(Insn(i));
    return table;
  }();
  return rows;
}

static int32_t branchDistance(uint32_t w) {
  return int32_t((w & 0x80000000) ? 0xfffff000 : 0) | int32_t((w >> 7 & 1) << 11) |
         int32_t((w >> 25 & 0x3f) << 5) | int32_t((w >> 8 & 15) << 1);
}

static int32_t jumpDistance(uint32_t w) {
  return int32_t((w & 0x80000000) ? 0xfff00000 : 0) | int32_t(w & 0xff000) |
         int32_t((w >> 20 & 1) << 11) | int32_t((w >> 21 & 0x3ff) << 1);
}

static int32_t immediateOf(char letter, uint32_t w) {
  switch (letter) {
  case 'i':
    return int32_t(w) >> 20;
  case 'q':
    return (int32_t(w) >> 25) * 32 + int32_t(w >> 7 & 31);
  case 'u':
    return int32_t(w & 0xfffff000);
  case 'p':
    return branchDistance(w);
  case 'a':
    return jumpDistance(w);
  case 'h':
    return int32_t(w >> 20 & 63);
  case 'w':
    return int32_t(w >> 20 & 31);
  case 'c':
    return int32_t(w >> 20);
  case 'm':
    return int32_t(w >> 12 & 7);
  default:
    return 0;
  }
}

std::optional<Decoded> decode(uint32_t word) {
  for (Insn insn : rowsByOpcode()[word & 0x7f]) {
    const InsnInfo &row = info(insn);
    if ((word & row.encoding.mask) != row.encoding.match)
      continue;
    Decoded d{insn, 0, 0, 0, 0, 0};
    for (const char *letter = row.operands; *letter; ++letter) {
      switch (*letter) {
      case 'd': case 'D': d.rd = word >> 7 & 31; break;
      case 's': case 'S': case 'z': d.rs1 = word >> 15 & 31; break;
      case 't': case 'T': d.rs2 = word >> 20 & 31; break;
      case 'r': case 'R': d.rs3 = word >> 27 & 31; break;
      case ',': case '(': case ')': case 'x': break;
      default: d.immediate = immediateOf(*letter, word); break;
      }
    }
    if (std::strchr(row.operands, 'm') && (d.immediate == 5 || d.immediate == 6))
      return std::nullopt; // reserved rounding modes
    return d;
  }
  return std::nullopt;
}

// --- Printing.

static std::string hex(uint64_t value) {
  char buffer[24];
  std::snprintf(buffer, sizeof(buffer), "0x%llx", static_cast<unsigned long long>(value));
  return buffer;
}

static const char *integerName(unsigned r) {
  static const char *const names[32] = {
      "zero", "ra", "sp", "gp", "tp",  "t0",  "t1", "t2", "s0", "s1", "a0",
      "a1",   "a2", "a3", "a4", "a5",  "a6",  "a7", "s2", "s3", "s4", "s5",
      "s6",   "s7", "s8", "s9", "s10", "s11", "t3", "t4", "t5", "t6"};
  return names[r];
}

static const char *floatName(unsigned r) {
  static const char *const names[32] = {
      "ft0", "ft1", "ft2",  "ft3",  "ft4", "ft5", "ft6",  "ft7",  "fs0", "fs1", "fa0",
      "fa1", "fa2", "fa3",  "fa4",  "fa5", "fa6", "fa7",  "fs2",  "fs3", "fs4", "fs5",
      "fs6", "fs7", "fs8",  "fs9",  "fs10", "fs11", "ft8", "ft9", "ft10", "ft11"};
  return names[r];
}

static std::string operand(char letter, const Decoded &d, uint64_t pc) {
  static const char *const modes[8] = {", rne", ", rtz", ", rdn", ", rup",
                                       ", rmm", "",      "",      ""};
  switch (letter) {
  case 'd': return integerName(d.rd);
  case 's': return integerName(d.rs1);
  case 't': return integerName(d.rs2);
  case 'r': return integerName(d.rs3);
  case 'D': return floatName(d.rd);
  case 'S': return floatName(d.rs1);
  case 'T': return floatName(d.rs2);
  case 'R': return floatName(d.rs3);
  case 'z': return std::to_string(d.rs1);
  case 'p': case 'a': return hex(pc + uint64_t(int64_t(d.immediate)));
  case 'u': return hex(uint32_t(d.immediate) >> 12);
  case 'c': return hex(uint32_t(d.immediate));
  case 'm': return modes[d.immediate];
  case ',': return ", ";
  case '(': case ')': return std::string(1, letter);
  case 'x': return "";
  default: return std::to_string(d.immediate);
  }
}

std::string disassemble(uint32_t word, uint64_t pc) {
  std::optional<Decoded> d = decode(word);
  if (!d)
    return ".word " + hex(word);
  const InsnInfo &row = info(d->insn);
  std::string text = row.mnemonic;
  if (*row.operands == 'x') {
    static const char *const orders[4] = {"", ".rl", ".aq", ".aqrl"};
    text += orders[word >> 25 & 3];
  }
  for (const char *letter = row.operands; *letter; ++letter) {
    if (letter == row.operands)
      text += ' ';
    text += operand(*letter, *d, pc);
  }
  return text;
}

} // namespace scratch::piuma
