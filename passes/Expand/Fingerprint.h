//===- Fingerprint.h - a few words that tell structures apart ---*- C++ -*-===//
#ifndef SCRATCH_PASSES_EXPAND_FINGERPRINT_H
#define SCRATCH_PASSES_EXPAND_FINGERPRINT_H

#include "passes/Expand/Operands.h"

namespace scratch {

/// Major and minor extent, entries, and a hash of the storage order, positions and coordinates of
/// a sparse matrix, each an i64. Reads the structure once; 0 entries after a failure.
llvm::SmallVector<mlir::Value, 4> emitFingerprint(LoopBuilder &b, mlir::Value matrix);

} // namespace scratch

#endif // SCRATCH_PASSES_EXPAND_FINGERPRINT_H
