//===- Vectors.h - width of vectors, and their reduction --------*- C++ -*-===//
//
// Stage: expand. Loops over dense rows are written with vectors as wide as the
// machine of #scratch.target says; a target without vectors gets scalars.
//
//===----------------------------------------------------------------------===//
#ifndef SCRATCH_PASSES_EXPAND_VECTORS_H
#define SCRATCH_PASSES_EXPAND_VECTORS_H

#include "passes/Emission/Semiring.h"
#include "passes/Emission/LoopBuilder.h"

namespace scratch {

/// Bits of the machine's vectors; 0 where it has none.
int64_t vectorBits(mlir::Operation *kernel);

/// Whether the module's target names a feature, as "+avx512bf16"; those that kernels
/// choose by are always named (codegen/X86/ResolveTarget.cpp).
bool targetNames(mlir::Operation *kernel, llvm::StringRef feature);

/// Whether the target intersects two vectors of 512 bits in a cycle or two: Zen 5 does. Tiger Lake's
/// VP2INTERSECT is slower than what it replaces [1].
/// [1] G. Diez-Canas, "Faster-Than-Native Alternatives for x86 VP2INTERSECT Instructions", 2021.
bool intersectsFast(mlir::Operation *kernel);
/// What lanes without a column hold on either side then: neither is one, and they do not meet.
inline constexpr int64_t kNotWanted = -1, kNotThere = -2;

/// Elements per vector for a kernel, at least 1. Custom semirings are scalar.
int64_t vectorLength(mlir::Operation *kernel, const SemiringEmitter &semiring);

/// Folds the lanes of a vector with the semiring's add, in a fixed tree.
mlir::Value reduceLanes(LoopBuilder &b, const SemiringEmitter &semiring, mlir::Value vector);

} // namespace scratch

#endif // SCRATCH_PASSES_EXPAND_VECTORS_H
