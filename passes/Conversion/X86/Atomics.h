//===- Atomics.h - elements of buffers that workers share -------*- C++ -*-===//
//
// Stage: map (x86). Loads and compare-exchanges of one element; upstream's memref
// dialect has neither. Integers only: a floating-point value goes by its bits.
//
//===----------------------------------------------------------------------===//
#ifndef SCRATCH_PASSES_CONVERSION_X86_ATOMICS_H
#define SCRATCH_PASSES_CONVERSION_X86_ATOMICS_H

#include "passes/Emission/LoopBuilder.h"

namespace scratch {

/// An element of a one-dimensional buffer whose other users may change it.
class SharedElement {
public:
  SharedElement(LoopBuilder &b, mlir::Value buffer, mlir::Value at);

  mlir::Value load(LoopBuilder &b) const;
  /// Stores `desired` where `expected` stands; returns what stood there.
  mlir::Value compareExchange(LoopBuilder &b, mlir::Value expected, mlir::Value desired) const;

private:
  mlir::Type type;
  mlir::Value address;
};

/// buffer[at] = buffer[at] `kind` amount; returns what was there before.
mlir::Value atomicUpdate(LoopBuilder &b, mlir::arith::AtomicRMWKind kind, mlir::Value amount,
                         mlir::Value buffer, mlir::Value at);

} // namespace scratch

#endif // SCRATCH_PASSES_CONVERSION_X86_ATOMICS_H
