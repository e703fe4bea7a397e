//===- Source.h - what a dense product reads --------------------*- C++ -*-===//
//
// Stage: expand. The operand `a` as a flat buffer with strides. A tensor that was
// padded with zeros, or spread out by inserting it into zeros at a stride, is
// copied once with its zeros (never per tap of a filter: no im2col); any other is
// read where it is.
//
//===----------------------------------------------------------------------===//
#ifndef SCRATCH_PASSES_EXPAND_DENSE_SOURCE_H
#define SCRATCH_PASSES_EXPAND_DENSE_SOURCE_H

#include "dialects/Scratch/Scratch.h"
#include "passes/Emission/LoopBuilder.h"

namespace scratch {

struct DenseSource {
  mlir::Value flat;            ///< rank 1
  LoopBuilder::Values extents; ///< of every dimension, zeros included
  bool copied = false;         ///< to be released after use

  /// Elements between neighbours of each dimension.
  LoopBuilder::Values strides(LoopBuilder &b) const;
};

/// As elements of type `element`, widened in the copy where the tensor has others;
/// `lanes`: elements that one copy moves.
DenseSource openSource(LoopBuilder &b, mlir::Value tensor, mlir::Type element, int64_t lanes);

/// Floats, or vectors of them, as wider ones; themselves where types agree.
mlir::Value widen(LoopBuilder &b, mlir::Value value, mlir::Type element);

/// to[target + i] = from[source + i], widened where types differ.
void copyRun(LoopBuilder &b, mlir::Value from, mlir::Value source, mlir::Value to,
             mlir::Value target, mlir::Value count, int64_t lanes);

/// A contiguous buffer of any rank as one of rank 1.
mlir::Value flatten(LoopBuilder &b, mlir::Value buffer);

/// Chunks for `parallelChunks` of items that weigh the same, in products of vectors.
/// Without chunks if the call is not all right. Released like any buffer.
mlir::Value equalChunks(LoopBuilder &b, mlir::Value items, mlir::Value weight);

} // namespace scratch

#endif // SCRATCH_PASSES_EXPAND_DENSE_SOURCE_H
