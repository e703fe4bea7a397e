//===- X86.h - the x86 column of codegen ------------------------*- C++ -*-===//
#ifndef SCRATCH_CODEGEN_X86_X86_H
#define SCRATCH_CODEGEN_X86_X86_H

#include "dialects/Scratch/Scratch.h"

#include "llvm/Support/Error.h"

namespace scratch::x86 {

/// `#scratch.target` of a 64-bit x86 processor. Of `features` ("+avx2,...") only
/// those are kept that differ from what the processor's name implies; the width
/// of vectors follows from the sum of both.
llvm::Expected<TargetAttr> resolveTarget(mlir::MLIRContext *context, llvm::StringRef cpu,
                                         llvm::StringRef features);

} // namespace scratch::x86

#endif // SCRATCH_CODEGEN_X86_X86_H
