//===- Outer.h - rows of outer products --------------------------*- C++ -*-===//
//
// Stage: expand. Column k of A times row k of B, for every k [1]: each entry of A
// scales a row of B, and what comes out is stored with the products of the same
// row of the result. Rows of products are then merged like rows of B (RowWise.h).
//
// [1] OuterSPACE: Pal et al., HPCA 2018.
//===----------------------------------------------------------------------===//
#ifndef SCRATCH_PASSES_EXPAND_SPGEMM_OUTER_H
#define SCRATCH_PASSES_EXPAND_SPGEMM_OUTER_H

#include "passes/Emission/Semiring.h"
#include "passes/Expand/Operands.h"

namespace scratch {

class OuterProduct {
public:
  /// `rows` of the result.
  OuterProduct(LoopBuilder &b, const SemiringEmitter &semiring, mlir::RankedTensorType resultType,
               mlir::Value rows)
      : b(b), semiring(semiring), resultType(resultType), rows(rows) {}

  /// Two matrices whose product has the same entries: the unit matrix, and one that
  /// holds every product in its row, in any order. A is turned unless it is stored
  /// by columns.
  std::pair<SparseOperand, SparseOperand> multiply(const SparseOperand &a, bool byColumns,
                                                   const SparseOperand &rhs);
  /// What they are made of, for the caller to release.
  LoopBuilder::Values buffers() const { return made; }

private:
  mlir::Value allocate(mlir::Type element, mlir::Value size, bool zeroed = false);
  mlir::Value sumUp(mlir::Value counts, mlir::Value size);
  SparseOperand turn(const SparseOperand &a);
  void forEntries(const SparseOperand &columns, mlir::Value first, mlir::Value last,
                  llvm::function_ref<void(mlir::Value entry, mlir::Value column)> body);
  void scaleRow(mlir::Value entry, mlir::Value column);

  LoopBuilder &b;
  const SemiringEmitter &semiring;
  mlir::RankedTensorType resultType;
  mlir::Value rows;
  SparseOperand columns, rhs, products;
  mlir::Value cursors; ///< i64: where the next product of a row goes
  LoopBuilder::Values made;
};

} // namespace scratch

#endif // SCRATCH_PASSES_EXPAND_SPGEMM_OUTER_H
