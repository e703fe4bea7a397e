//===- Fingerprint.h - a few words that tell structures apart ---*- C++ -*-===//
#ifndef SCRATCH_PASSES_EXPAND_FINGERPRINT_H
#define SCRATCH_PASSES_EXPAND_FINGERPRINT_H

#include "passes/Expand/Operands.h"

namespace scratch {

/// Major and minor extent, entries, and a hash of positions and coordinates, each
/// an i64. Reads the structure once; 0 entries after a failure.
llvm::SmallVector<mlir::Value, 4> emitFingerprint(LoopBuilder &b, const SparseOperand &matrix);

} // namespace scratch

#endif // SCRATCH_PASSES_EXPAND_FINGERPRINT_H
