//===- Epilogue.h - the stages after a product, as loops --------*- C++ -*-===//
//
// Stage: expand. Stages run in order on one finished row (major index) while it
// is hot; a later stage may read what an earlier `reduce` found.
//
//===----------------------------------------------------------------------===//
#ifndef SCRATCH_PASSES_EXPAND_EPILOGUE_H
#define SCRATCH_PASSES_EXPAND_EPILOGUE_H

#include "dialects/Scratch/Scratch.h"
#include "passes/Emission/LoopBuilder.h"

namespace scratch {

/// A finished row of a sparse result: `count` entries from `at` on.
struct SparseRow {
  mlir::Value coordinates, values, at, count, major;
  bool columnMajor;
};

/// Applies the stages; returns how many entries are left.
mlir::Value emitSparseEpilogue(LoopBuilder &b, mlir::Region &epilogue, const SparseRow &row);

/// Applies map stages to one entry of a dense result; returns the new value.
mlir::Value emitDenseEpilogue(LoopBuilder &b, mlir::Region &epilogue, mlir::Value value,
                              mlir::Value row, mlir::Value column);

/// Whether a product has stages at all, whether one drops entries, and whether one looks at
/// more of a row than one entry.
bool hasStages(mlir::Region &epilogue);
bool dropsEntries(mlir::Region &epilogue);
bool looksAtRows(mlir::Region &epilogue);

} // namespace scratch

#endif // SCRATCH_PASSES_EXPAND_EPILOGUE_H
