//===- RowLoops.h - what the expansions share -------------------*- C++ -*-===//
//
// Stage: expand. Guards, parallel loops over rows, partitions by weight.
//
//===----------------------------------------------------------------------===//
#ifndef SCRATCH_PASSES_EXPAND_ROWLOOPS_H
#define SCRATCH_PASSES_EXPAND_ROWLOOPS_H

#include "dialects/Scratch/Scratch.h"
#include "passes/Emission/LoopBuilder.h"

namespace scratch {

/// `count` while the call is all right, else 0: what follows then does nothing.
mlir::Value countIfOk(LoopBuilder &b, mlir::Value count);

/// Records a shape mismatch unless two extents agree.
void checkExtents(LoopBuilder &b, mlir::Value found, mlir::Value expected, llvm::StringRef what);

/// Runs `body` on ranges of rows, in parallel, in equal shares.
void parallelRows(LoopBuilder &b, mlir::Value rows,
                  llvm::function_ref<void(mlir::Value first, mlir::Value last)> body);

/// Runs `body` on the chunks of a partition, in parallel; `setup` makes a
/// worker's state and `teardown` ends it.
void parallelChunks(LoopBuilder &b, mlir::Value starts,
                    llvm::function_ref<LoopBuilder::Values()> setup,
                    llvm::function_ref<void(mlir::Value chunk, mlir::Value first,
                                            mlir::Value last, mlir::ValueRange state)>
                        body,
                    llvm::function_ref<void(mlir::ValueRange state)> teardown);

/// The same, every chunk by a whole team (TeamOps.td).
void parallelTeams(LoopBuilder &b, mlir::Value starts,
                   llvm::function_ref<LoopBuilder::Values()> setup,
                   llvm::function_ref<void(mlir::Value chunk, mlir::Value first,
                                           mlir::Value last, mlir::ValueRange state)>
                       body,
                   llvm::function_ref<void(mlir::ValueRange state)> teardown);

/// Chunk bounds for the rows of a compressed matrix: a row weighs its stored
/// entries times `perEntry`, plus `perRow`.
mlir::Value partitionByEntries(LoopBuilder &b, mlir::Value positions, mlir::Value rows,
                               mlir::Value perEntry, int64_t perRow);

void recordCount(LoopBuilder &b, llvm::StringRef field, int64_t lane, mlir::Value amount);

} // namespace scratch

#endif // SCRATCH_PASSES_EXPAND_ROWLOOPS_H
