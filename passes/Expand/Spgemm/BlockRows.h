//===- BlockRows.h - how many rows a block of a product has -----*- C++ -*-===//
//
// Stage: expand. Rows of A that are computed together share what they name of B (Blocks.h,
// BitmapPanel.h): how many their windows allow, and whether they name it often.
//
//===----------------------------------------------------------------------===//
#ifndef SCRATCH_PASSES_EXPAND_SPGEMM_BLOCKROWS_H
#define SCRATCH_PASSES_EXPAND_SPGEMM_BLOCKROWS_H

#include "passes/Expand/Operands.h"

namespace scratch {

/// What decides how many rows a block has, and whether there are blocks.
struct BlockLimits {
  int64_t windowBytes; ///< of a block's windows
  int64_t leastBlocks; ///< that a matrix has: workers take one at a time
  int64_t mostRows;    ///< of a block
  int64_t uses;        ///< times that a block names a row of B at least, on average
};

/// Rows of a block: at least one.
mlir::Value rowsOfBlock(LoopBuilder &b, const SparseOperand &lhs, const SparseOperand &rhs,
                        mlir::Type element, const BlockLimits &limits);
/// i1: whether blocks of `number` rows are worth it.
mlir::Value areUsedOften(LoopBuilder &b, const SparseOperand &lhs, const SparseOperand &rhs,
                         mlir::Value number, const BlockLimits &limits);
/// Where chunks of `number` rows begin, and the end of the last one.
mlir::Value partitionEvenly(LoopBuilder &b, mlir::Value rows, mlir::Value number);

} // namespace scratch

#endif // SCRATCH_PASSES_EXPAND_SPGEMM_BLOCKROWS_H
