//===- PackedConstants.h - weights packed at compile time -------*- C++ -*-===//
//
// Stage: expand. What passes/Expand/Prune/Pack.cpp does at run time, on constants:
// the parts of `#scratch.packing` for the entries that are not zero.
//
//===----------------------------------------------------------------------===//
#ifndef SCRATCH_PASSES_PRUNE_PACKEDCONSTANTS_H
#define SCRATCH_PASSES_PRUNE_PACKEDCONSTANTS_H

#include "dialects/Scratch/Scratch.h"

#include "mlir/IR/BuiltinAttributes.h"

namespace scratch {

/// The parts of a matrix of f32 or f64. `n_m` keeps the first entries of a group
/// that has fewer than N; a group with more has no packing: nothing comes back.
/// Likewise a row of `fixed, K`.
std::optional<llvm::SmallVector<mlir::DenseElementsAttr>>
packConstant(mlir::DenseElementsAttr weights, PackingAttr packing);

} // namespace scratch

#endif // SCRATCH_PASSES_PRUNE_PACKEDCONSTANTS_H
