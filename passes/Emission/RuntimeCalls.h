//===- RuntimeCalls.h - calls of the runtime's services ---------*- C++ -*-===//
//
// Functions are named and typed by runtime/abi; a declaration is added to the
// module on first use.
//
//===----------------------------------------------------------------------===//
#ifndef SCRATCH_PASSES_EMISSION_RUNTIMECALLS_H
#define SCRATCH_PASSES_EMISSION_RUNTIMECALLS_H

#include "passes/Emission/LoopBuilder.h"

#include "mlir/IR/BuiltinOps.h"

namespace scratch {

/// The services that generated code may call.
bool isRuntimeFunction(llvm::StringRef name);

/// Calls a service; `result` may be null.
mlir::Value callRuntime(LoopBuilder &b, mlir::ModuleOp module, llvm::StringRef name,
                        mlir::Type result, mlir::ValueRange arguments);

/// Address of a buffer's first element.
mlir::Value addressOf(LoopBuilder &b, mlir::Value buffer);

/// A buffer over memory; `sizes` are its dynamic extents.
mlir::Value bufferAt(LoopBuilder &b, mlir::Value address, mlir::MemRefType type,
                     mlir::ValueRange sizes);

} // namespace scratch

#endif // SCRATCH_PASSES_EMISSION_RUNTIMECALLS_H
