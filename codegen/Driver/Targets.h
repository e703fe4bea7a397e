//===- Targets.h - the table of targets -------------------------*- C++ -*-===//
//
// What the driver needs of a target. A target is one line in Targets.cpp; its
// stages map and lower are registered in passes/Pipelines.
//
//===----------------------------------------------------------------------===//
#ifndef SCRATCH_CODEGEN_DRIVER_TARGETS_H
#define SCRATCH_CODEGEN_DRIVER_TARGETS_H

#include "codegen/Artifact.h"
#include "dialects/Scratch/Scratch.h"

#include "mlir/IR/BuiltinOps.h"

#include "llvm/Support/Error.h"
#include "llvm/Support/MemoryBuffer.h"

namespace scratch {

struct TargetColumn {
  llvm::StringLiteral name;
  /// `#scratch.target` for a processor and its features; the error names a
  /// processor that the target does not have.
  llvm::Expected<TargetAttr> (*resolve)(mlir::MLIRContext *context, llvm::StringRef cpu,
                                        llvm::StringRef features);
  /// The stage emit, on a module that went through lower.
  llvm::Expected<std::unique_ptr<llvm::MemoryBuffer>> (*emit)(mlir::ModuleOp module,
                                                              Artifact kind);
  /// Makes an object into an image of its own that starts at `entry`; null where
  /// objects are loaded into a process of this machine.
  llvm::Expected<std::unique_ptr<llvm::MemoryBuffer>> (*link)(llvm::StringRef object,
                                                              llvm::StringRef entry) = nullptr;
};

/// The column of a target; the error says whether the word is unknown or the
/// target not built yet.
llvm::Expected<const TargetColumn *> findTarget(llvm::StringRef name);

/// Resolves `cpu`, where `native` (or nothing) means the machine we run on, or the
/// only one there is where images are simulated.
llvm::Expected<TargetAttr> resolveTarget(mlir::MLIRContext *context, const TargetColumn &target,
                                         llvm::StringRef cpu);

} // namespace scratch

#endif // SCRATCH_CODEGEN_DRIVER_TARGETS_H
