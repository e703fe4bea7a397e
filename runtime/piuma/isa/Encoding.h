//===- Encoding.h - Fixed bits of the instruction formats ------------------===//
//
// The functions that the last column of Instructions.def is written with, and the list
// of instructions as an enum. A word is an instruction when (word & mask) == match.
// Plain header: the compiler's PIUMA column and the simulator both include it.
//===----------------------------------------------------------------------===//
#ifndef SCRATCH_RUNTIME_PIUMA_ISA_ENCODING_H
#define SCRATCH_RUNTIME_PIUMA_ISA_ENCODING_H

#include <cstdint>

namespace scratch::piuma {

/// The fixed bits of one instruction.
struct Encoding {
  uint32_t match;
  uint32_t mask;
};

namespace encoding {
constexpr uint32_t kFunct3 = 7u << 12, kFunct7 = 0x7fu << 25, kRd = 31u << 7,
                   kRs1 = 31u << 15, kRs2 = 31u << 20;

constexpr Encoding opcode(uint32_t op) { return {op, 0x7f}; }
constexpr Encoding whole(uint32_t word) { return {word, 0xffffffffu}; }
constexpr Encoding f3(uint32_t op, uint32_t f3) {
  return {op | f3 << 12, 0x7f | kFunct3};
}
constexpr Encoding f7(uint32_t op, uint32_t f3, uint32_t f7) {
  return {op | f3 << 12 | f7 << 25, 0x7f | kFunct3 | kFunct7};
}
constexpr Encoding f6(uint32_t op, uint32_t f3, uint32_t f6) {
  return {op | f3 << 12 | f6 << 26, 0x7f | kFunct3 | 0x3fu << 26};
}
constexpr Encoding amo(uint32_t f3, uint32_t f5) {
  return {0x2f | f3 << 12 | f5 << 27, 0x7f | kFunct3 | 0x1fu << 27};
}
constexpr Encoding lr(uint32_t f3) {
  return {0x2f | f3 << 12 | 2u << 27, 0x7f | kFunct3 | 0x1fu << 27 | kRs2};
}
/// OP-FP with a rounding mode; rm1 has rs2 fixed.
constexpr Encoding rm(uint32_t f7) { return {0x53 | f7 << 25, 0x7f | kFunct7}; }
constexpr Encoding rm1(uint32_t f7, uint32_t rs2) {
  return {0x53 | f7 << 25 | rs2 << 20, 0x7f | kFunct7 | kRs2};
}
/// Three sources: with rounding mode (fused multiply-add), or with funct3.
constexpr Encoding r4m(uint32_t op, uint32_t f2) {
  return {op | f2 << 25, 0x7f | 3u << 25};
}
constexpr Encoding r4(uint32_t op, uint32_t f3, uint32_t f2) {
  return {op | f3 << 12 | f2 << 25, 0x7f | kFunct3 | 3u << 25};
}
/// R format with unused fields fixed to 0; the letters are the fields in use.
constexpr Encoding r1(uint32_t op, uint32_t f3, uint32_t f7, uint32_t rs2) {
  return {op | f3 << 12 | f7 << 25 | rs2 << 20, 0x7f | kFunct3 | kFunct7 | kRs2};
}
constexpr Encoding ds(uint32_t op, uint32_t f3, uint32_t f7) {
  return r1(op, f3, f7, 0);
}
constexpr Encoding r0(uint32_t op, uint32_t f3, uint32_t f7) {
  return {op | f3 << 12 | f7 << 25, 0x7f | kFunct3 | kFunct7 | kRs1 | kRs2};
}
constexpr Encoding st(uint32_t op, uint32_t f3, uint32_t f7) {
  return {op | f3 << 12 | f7 << 25, 0x7f | kFunct3 | kFunct7 | kRd};
}
constexpr Encoding s(uint32_t op, uint32_t f3, uint32_t f7) {
  return {op | f3 << 12 | f7 << 25, 0x7f | kFunct3 | kFunct7 | kRd | kRs2};
}
constexpr Encoding i0(uint32_t op, uint32_t f3) {
  return {op | f3 << 12, 0x7f | kFunct3 | kRd};
}
} // namespace encoding

/// One value per row of Instructions.def, in its order.
enum class Insn : uint16_t {
#define INSN(id, mnemonic, operands, cls, bytes, enc) id,
#include "runtime/piuma/isa/Instructions.def"
  Count
};

/// One value per row of Classes.def.
enum class InsnClass : uint8_t {
#define CLASS(id, name, latency) id,
#include "runtime/piuma/isa/Classes.def"
  Count
};

constexpr unsigned kInsnCount = unsigned(Insn::Count);
constexpr unsigned kClassCount = unsigned(InsnClass::Count);

/// One row of the table.
struct InsnInfo {
  const char *mnemonic;
  const char *operands;
  InsnClass cls;
  uint8_t bytes;
  Encoding encoding;
};

inline const InsnInfo &info(Insn insn) {
  using namespace encoding;
  static constexpr InsnInfo table[] = {
#define INSN(id, mnemonic, operands, cls, bytes, enc)                          \
  {mnemonic, operands, InsnClass::cls, bytes, enc},
#include "runtime/piuma/isa/Instructions.def"
  };
  return table[unsigned(insn)];
}

} // namespace scratch::piuma

#endif // SCRATCH_RUNTIME_PIUMA_ISA_ENCODING_H
