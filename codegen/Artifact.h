//===- Artifact.h - what emit can make of a module --------------*- C++ -*-===//
#ifndef SCRATCH_CODEGEN_ARTIFACT_H
#define SCRATCH_CODEGEN_ARTIFACT_H

namespace scratch {

enum class Artifact {
  Object,   ///< relocatable, position-independent
  Assembly, ///< text, as the target's assembler reads it
  Bitcode,  ///< LLVM IR, binary
  LlvmIr,   ///< LLVM IR, text
};

} // namespace scratch

#endif // SCRATCH_CODEGEN_ARTIFACT_H
