//===- MaskOperands.h - do operands of a mask fit its domain? ---*- C++ -*-===//
//
// Stage: expand. Checks in front of a kernel's loops: an operand that does not fit
// fails the call.
//
//===----------------------------------------------------------------------===//
#ifndef SCRATCH_PASSES_EXPAND_ATTENTION_MASKOPERANDS_H
#define SCRATCH_PASSES_EXPAND_ATTENTION_MASKOPERANDS_H

#include "passes/Expand/Attention/MaskFormula.h"

namespace scratch {

/// Tensors are aligned with the last dimensions of the mask: three are heads, queries
/// and keys where it tells heads apart, else batches, queries and keys.
bool beginsWithHeads(mlir::RankedTensorType tensor, MaskType mask);

/// The first `aligned` dimensions of a dense tensor have the domain's extents, or 1:
/// those in front of queries and keys, or any of them where `anywhere` is said.
void checkRepeats(LoopBuilder &b, mlir::Value tensor, MaskType mask, const MaskDomain &domain,
                  unsigned aligned, llvm::StringRef what, bool anywhere);

/// A dilation, or the dilations of all heads, are positive.
void checkDilation(LoopBuilder &b, mlir::Value dilation);

/// A window's offset, or those of all batches, are at most 2^26 to either side, so that
/// places of tokens fit 32 bits.
void checkOffset(LoopBuilder &b, mlir::Value offset);
/// The nearest number that `checkOffset` lets pass.
mlir::Value withinMostOffset(LoopBuilder &b, mlir::Value offset);

} // namespace scratch

#endif // SCRATCH_PASSES_EXPAND_ATTENTION_MASKOPERANDS_H
