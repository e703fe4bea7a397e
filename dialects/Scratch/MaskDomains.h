//===- MaskDomains.h - what a mask's domain asks of operands ----*- C++ -*-===//
//
// A domain is query x key, with batch and head in front, or the shape of a matrix.
// What verifiers of leaves ask of tensors that hold something per token, per batch
// or per entry of it.
//
//===----------------------------------------------------------------------===//
#ifndef SCRATCH_DIALECTS_SCRATCH_MASKDOMAINS_H
#define SCRATCH_DIALECTS_SCRATCH_MASKDOMAINS_H

#include "dialects/Scratch/Scratch.h"

namespace scratch {

/// Extent of a mask along one axis.
int64_t extentOf(MaskType mask, Axis axis);

/// A leaf of attention: entries one by one, and nothing promised of rows.
llvm::LogicalResult verifyElements(mlir::Operation *op, MaskType mask);
/// One number, or one per batch.
llvm::LogicalResult verifyCount(mlir::Operation *op, MaskType mask, llvm::StringRef name,
                                mlir::Value count);
/// [tokens] or [batch, tokens] along an axis; `listed` tensors may name fewer.
llvm::LogicalResult verifyTokens(mlir::Operation *op, MaskType mask, llvm::StringRef name,
                                 mlir::Type type, Axis axis, bool listed = false);
/// A dense tensor aligned with the mask's last dimensions; it may lack leading
/// dimensions, or have extent 1 in them or, where said so, anywhere, and repeats
/// along them.
llvm::LogicalResult verifyRepeats(mlir::Operation *op, MaskType mask,
                                  mlir::RankedTensorType tensor, int64_t aligned,
                                  bool anywhere);

} // namespace scratch

#endif // SCRATCH_DIALECTS_SCRATCH_MASKDOMAINS_H
