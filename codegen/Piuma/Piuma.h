//===- Piuma.h - the PIUMA column of codegen --------------------*- C++ -*-===//
#ifndef SCRATCH_CODEGEN_PIUMA_PIUMA_H
#define SCRATCH_CODEGEN_PIUMA_PIUMA_H

#include "codegen/Artifact.h"
#include "dialects/Scratch/Scratch.h"

#include "mlir/IR/BuiltinOps.h"

#include "llvm/Support/Error.h"
#include "llvm/Support/MemoryBuffer.h"

namespace scratch::piuma {

/// `#scratch.target` of the machine. There is one processor, "generic-rv64" (or
/// nothing): RV64IMAFD with Xpiuma.
llvm::Expected<TargetAttr> resolveTarget(mlir::MLIRContext *context, llvm::StringRef cpu,
                                         llvm::StringRef features);

/// Makes an artifact of a lowered module (llvm dialect), optimised.
llvm::Expected<std::unique_ptr<llvm::MemoryBuffer>> emit(mlir::ModuleOp module, Artifact kind);

/// Links an object and the guest runtime to an image that the simulator runs;
/// `entry` is the entry point that it starts. Uses ld.lld.
llvm::Expected<std::unique_ptr<llvm::MemoryBuffer>> link(llvm::StringRef object,
                                                         llvm::StringRef entry);

} // namespace scratch::piuma

#endif // SCRATCH_CODEGEN_PIUMA_PIUMA_H
