//===- MatrixVector.h - a dense matrix times one vector ---------*- C++ -*-===//
#ifndef SCRATCH_PASSES_EXPAND_DENSE_MATRIXVECTOR_H
#define SCRATCH_PASSES_EXPAND_DENSE_MATRIXVECTOR_H

#include "passes/Emission/LoopBuilder.h"
#include "passes/Expand/Dense/Contraction.h"

namespace scratch {

/// Whether a product is a matrix, stored by the rows of the result, times a vector.
bool isMatrixVector(const DenseContraction &product);

/// Its loops and its consumers'; the last result.
mlir::Value expandMatrixVector(LoopBuilder &b, const DenseContraction &product, int64_t lanes);

} // namespace scratch

#endif // SCRATCH_PASSES_EXPAND_DENSE_MATRIXVECTOR_H
