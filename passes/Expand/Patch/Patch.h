//===- Patch.h - keep-lists and rows become loops ---------------*- C++ -*-===//
//
// Stage: expand. One function per op of dialects/Scratch/PatchOps.td; each writes
// loops in front of the op and returns what replaces its results.
//
//===----------------------------------------------------------------------===//
#ifndef SCRATCH_PASSES_EXPAND_PATCH_PATCH_H
#define SCRATCH_PASSES_EXPAND_PATCH_PATCH_H

#include "dialects/Scratch/Scratch.h"
#include "passes/Emission/LoopBuilder.h"

namespace scratch {

LoopBuilder::Values expandPatchSample(LoopBuilder &b, PatchSampleOp op);
mlir::Value expandGatherRows(LoopBuilder &b, GatherRowsOp op);
mlir::Value expandScatterRows(LoopBuilder &b, ScatterRowsOp op);

} // namespace scratch

#endif // SCRATCH_PASSES_EXPAND_PATCH_PATCH_H
