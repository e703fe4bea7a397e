//===- RowProducts.h - how many products a row has --------------*- C++ -*-===//
#ifndef SCRATCH_PASSES_EXPAND_SPGEMM_ROWPRODUCTS_H
#define SCRATCH_PASSES_EXPAND_SPGEMM_ROWPRODUCTS_H

#include "passes/Expand/Operands.h"

namespace scratch {

/// Entries of the rows of `rhs` that a row of `lhs` names. `lastEntry`: that of `lhs`.
mlir::Value productsOfRow(LoopBuilder &b, const SparseOperand &lhs, const SparseOperand &rhs,
                          mlir::Value row, mlir::Value lastEntry);

} // namespace scratch

#endif // SCRATCH_PASSES_EXPAND_SPGEMM_ROWPRODUCTS_H
