//===- KernelRegions.h - semirings and epilogues of kernels -----*- C++ -*-===//
//
// What the verifiers of kernels ask of a semiring, built in or of the kernel's
// own regions, and of the stages of its epilogue.
//
//===----------------------------------------------------------------------===//
#ifndef SCRATCH_DIALECTS_SCRATCH_KERNELREGIONS_H
#define SCRATCH_DIALECTS_SCRATCH_KERNELREGIONS_H

#include "dialects/Scratch/Scratch.h"

namespace scratch {

/// The semiring multiplies elements of types `lhs` and `rhs` into `result`.
llvm::LogicalResult verifySemiring(KernelOpInterface kernel, mlir::Type lhs, mlir::Type rhs,
                                   mlir::Type result);
/// `keepIsLegal`: stages may drop entries. `reduceIsLegal`: rows are sparse.
llvm::LogicalResult verifyEpilogue(KernelOpInterface kernel, bool keepIsLegal,
                                   bool reduceIsLegal);

} // namespace scratch

#endif // SCRATCH_DIALECTS_SCRATCH_KERNELREGIONS_H
