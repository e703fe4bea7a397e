//===- Transpose.h - a matrix stored the other way round --------*- C++ -*-===//
#ifndef SCRATCH_PASSES_EXPAND_TRANSPOSE_H
#define SCRATCH_PASSES_EXPAND_TRANSPOSE_H

#include "passes/Expand/Operands.h"

namespace scratch {

/// Entries per minor index: as positions of the transposed matrix, one place late
/// (`segment` of index j is [j + 1, j + 2) of the buffer). Enough to weigh work by.
/// All zero unless `wanted` (i1).
mlir::Value emitTransposedPositions(LoopBuilder &b, const SparseOperand &matrix,
                                    mlir::Value wanted);

/// The same matrix with its levels exchanged, ordered, in new buffers of the same
/// types; takes `positions` of emitTransposedPositions over. Without `values` only
/// the structure is moved; the values are null.
SparseOperand emitTranspose(LoopBuilder &b, const SparseOperand &matrix, mlir::Value positions,
                            bool values);

} // namespace scratch

#endif // SCRATCH_PASSES_EXPAND_TRANSPOSE_H
