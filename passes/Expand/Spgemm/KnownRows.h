//===- KnownRows.h - rows of a product whose columns are known --*- C++ -*-===//
//
// Stage: expand. Per row: the pattern's columns start from the identity, all products are added
// without a test, the columns are gathered. Short rows may be summed in lanes (LaneSums.h). Where B
// has runs of columns, they are added in groups (RowGroups.h), where it is full, in blocks of rows
// from a bitmap (BitmapPanel.h). Elsewhere products go to the places that a plan has for them
// (PlacedRows.h).
//
//===----------------------------------------------------------------------===//
#ifndef SCRATCH_PASSES_EXPAND_SPGEMM_KNOWNROWS_H
#define SCRATCH_PASSES_EXPAND_SPGEMM_KNOWNROWS_H

#include "passes/Emission/Semiring.h"
#include "passes/Expand/Operands.h"
#include "passes/Expand/Spgemm/LaneSums.h"
#include "passes/Expand/Spgemm/PlacedRows.h"
#include "passes/Expand/Spgemm/RowGroups.h"

namespace scratch {

/// What is computed, and where it is written: a row's entries where the pattern has them.
struct KnownStructure {
  mlir::Operation *kernel;
  SemiringEmitter semiring;
  SparseOperand pattern, lhs, rhs; ///< in the roles of A and B
  mlir::Value coordinates, values;
  std::optional<PlacedRows> places;
};

class KnownRows {
public:
  /// Finds out how the matrices are best computed.
  KnownRows(LoopBuilder &b, const KnownStructure &known);

  /// All rows, by workers; `finish` is called for each one that is written.
  void compute(llvm::function_ref<void(mlir::Value row)> finish);

private:
  mlir::Value meanLength(mlir::Value safeRows) const;
  void decideGroups(mlir::Value mean);
  void decideBlocks();
  void decidePlaces();
  mlir::Value partition(mlir::Value safeRows, mlir::Value mean) const;
  mlir::Value makeAccumulator(AccumulatorKind kind, mlir::Value window) const;
  LoopBuilder::Values openWorker() const;
  void closeWorker(mlir::ValueRange state) const;
  void sumRow(mlir::Value row, llvm::function_ref<void(mlir::Value row)> sumLongRow) const;
  void accumulateRow(mlir::Value accumulator, mlir::Value row) const;
  void placeRow(mlir::Value row) const;
  void accumulateBlock(mlir::Value accumulator, mlir::ValueRange buffers, mlir::Value first,
                       mlir::Value last) const;
  void computeChunk(mlir::ValueRange state, mlir::Value first, mlir::Value last,
                    llvm::function_ref<void(mlir::Value row)> finish) const;

  LoopBuilder &b;
  const KnownStructure &known;
  const SparseOperand &pattern, &lhs, &rhs;
  const SemiringEmitter &semiring;
  LaneSums lanes;
  std::optional<RowGroups> groups; ///< B's rows
  mlir::Value asBitmap;            ///< i1: B is taken as a bitmap; null: no kernel for it
  mlir::Value inPlace;             ///< i1: places of the plan are used; null: there is no plan
  mlir::Value blockRows;           ///< rows of a block, then
  mlir::Value starts;              ///< of chunks
  LoopBuilder::Values held;        ///< buffers to release in the end
};

} // namespace scratch

#endif // SCRATCH_PASSES_EXPAND_SPGEMM_KNOWNROWS_H
