//===- Instruction.h - one instruction of Xpiuma as inline assembly -*- C++ -*-===//
//
// Stage: lower (PIUMA). Operands and encoding come from the table in
// runtime/piuma/isa, so that compiler, simulator and disassembler cannot differ.
//
//===----------------------------------------------------------------------===//
#ifndef SCRATCH_PASSES_CONVERSION_PIUMA_INSTRUCTION_H
#define SCRATCH_PASSES_CONVERSION_PIUMA_INSTRUCTION_H

#include "passes/Emission/LoopBuilder.h"
#include "runtime/piuma/isa/Encoding.h"

namespace scratch {

/// Emits `insn`. `sources` are rs1, rs2, rs3 as far as the instruction has them
/// (integers, or floats for floating operands); immediates are 0. Returns the
/// result, null where there is none. An instruction that is not `pure` is kept
/// in its place and is a barrier to the compiler's memory optimisations.
mlir::Value emitInstruction(LoopBuilder &b, piuma::Insn insn, mlir::Type result,
                            mlir::ValueRange sources, bool pure = false);

} // namespace scratch

#endif // SCRATCH_PASSES_CONVERSION_PIUMA_INSTRUCTION_H
