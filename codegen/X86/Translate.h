//===- Translate.h - from the llvm and omp dialects to LLVM IR --*- C++ -*-===//
#ifndef SCRATCH_CODEGEN_X86_TRANSLATE_H
#define SCRATCH_CODEGEN_X86_TRANSLATE_H

#include "dialects/Scratch/Scratch.h"

#include "mlir/IR/BuiltinOps.h"

#include "llvm/IR/Module.h"
#include "llvm/Support/Error.h"
#include "llvm/Target/TargetMachine.h"

namespace scratch::x86 {

/// LLVM's code generator for a target; it optimises as -O3.
llvm::Expected<std::unique_ptr<llvm::TargetMachine>> makeTargetMachine(TargetAttr target);

/// LLVM IR of a lowered module: every function carries the processor, its
/// features and the vector width of `#scratch.target`. Not optimised yet.
llvm::Expected<std::unique_ptr<llvm::Module>> translate(mlir::ModuleOp module,
                                                        llvm::LLVMContext &context,
                                                        const llvm::TargetMachine &machine);

/// The -O3 pipeline.
void optimize(llvm::Module &module, llvm::TargetMachine &machine);

} // namespace scratch::x86

#endif // SCRATCH_CODEGEN_X86_TRANSLATE_H
