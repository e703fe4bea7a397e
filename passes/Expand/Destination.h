//===- Destination.h - results written over an operand ----------*- C++ -*-===//
//
// Stage: expand. Destination style: a kernel's `outs` say where a result may go. It goes
// there where the caller permits it (bufferization.writable on an argument of the entry
// point) and nobody else could see: the operand has no other reader, the kernel runs once
// per call, and no other function calls this one. Elsewhere `outs` only says which type and
// extents the result has.
//
//===----------------------------------------------------------------------===//
#ifndef SCRATCH_PASSES_EXPAND_DESTINATION_H
#define SCRATCH_PASSES_EXPAND_DESTINATION_H

#include "passes/Emission/LoopBuilder.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace scratch {

/// Whether the caller lets a dense argument be overwritten.
bool isWritable(mlir::func::FuncOp function, unsigned argument);

/// The buffer of the result that `op` makes of `out`; null if it needs one of its own.
mlir::Value bufferOfDestination(LoopBuilder &b, mlir::Operation *op, mlir::Value out);

} // namespace scratch

#endif // SCRATCH_PASSES_EXPAND_DESTINATION_H
