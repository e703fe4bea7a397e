//===- Decode.h - From a 32-bit word to its instruction and operands -------===//
//
// Driven by Instructions.def: the encoding column finds the row, the operand letters say
// which fields to extract.
//===----------------------------------------------------------------------===//
#ifndef SCRATCH_RUNTIME_PIUMA_SIM_DECODE_H
#define SCRATCH_RUNTIME_PIUMA_SIM_DECODE_H

#include "runtime/piuma/isa/Encoding.h"

#include <optional>
#include <string>

namespace scratch::piuma {

/// A word taken apart. Registers as encoded (rd = 0 means x0).
struct Decoded {
  Insn insn;
  uint8_t rd, rs1, rs2, rs3;
  int32_t immediate; // branch and jump distances in bytes; rounding mode; CSR number
};

/// Nothing for a reserved word.
std::optional<Decoded> decode(uint32_t word);

/// "addi a0, a1, 4"; targets are printed as addresses. ".word 0x..." if reserved.
std::string disassemble(uint32_t word, uint64_t pc);

} // namespace scratch::piuma

#endif // SCRATCH_RUNTIME_PIUMA_SIM_DECODE_H
