//===- TopK.h - keep the largest entries of a row ---------------*- C++ -*-===//
#ifndef SCRATCH_PASSES_EXPAND_TOPK_H
#define SCRATCH_PASSES_EXPAND_TOPK_H

#include "passes/Expand/Epilogue.h"

namespace scratch {

/// Entries [row.at, end) of which the `k` largest move up, in order; returns the
/// new end.
mlir::Value emitTopK(LoopBuilder &b, TopKOp op, mlir::Value k, const SparseRow &row,
                     mlir::Value end);

} // namespace scratch

#endif // SCRATCH_PASSES_EXPAND_TOPK_H
