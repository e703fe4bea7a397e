//===- Outer.h - rows of outer products --------------------------*- C++ -*-===//
//
// Stage: expand. Column k of A times row k of B, for every k [1]: each entry of A
// scales a row of B, and what comes out is stored with the products of the same
// row of the result. Rows of products are then merged like rows of B (RowTiles.h).
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
  /// holds every product in its row, those of an earlier column of A first.
  std::pair<SparseOperand, SparseOperand> multiply(const SparseOperand &a, bool byColumns,
                                                   const SparseOperand &rhs);
  /// What they are made of, for the caller to release.
  LoopBuilder::Values buffers() const { return made; }

private:
  using Value = mlir::Value;
  using EachEntry = llvm::function_ref<void(Value entry, Value major)>;

  Value allocate(mlir::Type element, Value size, bool zeroed = false);
  Value sumUp(Value counts, Value size);
  SparseOperand turn(const SparseOperand &a);
  void forEntries(const SparseOperand &matrix, Value first, Value last, EachEntry body);
  Value sumProducts(Value count,
                    llvm::function_ref<void(Value first, Value last, EachEntry each)> walk);
  void placeByRows(Value entries);
  void placeByColumns(Value entries);
  void storeStarts(Value sums, Value starts);
  void scaleRow(Value at, Value column);

  LoopBuilder &b;
  const SemiringEmitter &semiring;
  mlir::RankedTensorType resultType;
  mlir::Value rows;
  SparseOperand lhs, rhs, products;
  SparseOperand columns; ///< A's, or lists of the numbers of its entries where `turned`
  bool turned = false;
  Value places; ///< i64: where the products of an entry of A begin
  LoopBuilder::Values made;
};

} // namespace scratch

#endif // SCRATCH_PASSES_EXPAND_SPGEMM_OUTER_H
