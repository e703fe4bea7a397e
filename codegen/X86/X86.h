//===- X86.h - the x86 column of codegen ------------------------*- C++ -*-===//
#ifndef SCRATCH_CODEGEN_X86_X86_H
#define SCRATCH_CODEGEN_X86_X86_H

#include "codegen/Artifact.h"
#include "dialects/Scratch/Scratch.h"

#include "mlir/IR/BuiltinOps.h"

#include "llvm/Support/Error.h"
#include "llvm/Support/MemoryBuffer.h"

namespace scratch::x86 {

/// `#scratch.target` of a 64-bit x86 processor. Of `features` ("+avx2,...") only
/// those are kept that differ from what the processor's name implies; the width
/// of vectors follows from the sum of both.
llvm::Expected<TargetAttr> resolveTarget(mlir::MLIRContext *context, llvm::StringRef cpu,
                                         llvm::StringRef features);

/// An error when code for `target` may use instructions that a processor with
/// `features` ("+avx2,-avx512f,...", every one spelled out) does not have.
llvm::Error checkRunsWith(TargetAttr target, llvm::StringRef features);

/// Makes an artifact of a lowered module (llvm and omp dialects), optimised for
/// the module's `#scratch.target`.
llvm::Expected<std::unique_ptr<llvm::MemoryBuffer>> emit(mlir::ModuleOp module, Artifact kind);

} // namespace scratch::x86

#endif // SCRATCH_CODEGEN_X86_X86_H
