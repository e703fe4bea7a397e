//===- HeadTensors.h - queries, keys and values of attention ----*- C++ -*-===//
//
// Stage: expand. The operands of attention as [batch, head, token, size] whatever
// their layout, and their extents.
//
//===----------------------------------------------------------------------===//
#ifndef SCRATCH_PASSES_EXPAND_ATTENTION_HEADTENSORS_H
#define SCRATCH_PASSES_EXPAND_ATTENTION_HEADTENSORS_H

#include "dialects/Scratch/Scratch.h"
#include "passes/Emission/LoopBuilder.h"

namespace scratch {

struct HeadTensor {
  mlir::Value buffer;
  bool headsFirst = true;

  LoopBuilder::Values at(mlir::Value batch, mlir::Value head, mlir::Value token,
                         mlir::Value d) const {
    if (headsFirst)
      return {batch, head, token, d};
    return {batch, token, head, d};
  }
};

HeadTensor openHeads(LoopBuilder &b, mlir::Value tensor, Layout layout);

/// Extents of attention; those that types leave open are checked against each
/// other at run time.
struct AttentionExtents {
  mlir::Value batches, queryHeads, keyHeads, queries, keys, size, valueSize;
  mlir::Value shared; ///< query heads per key head

  static AttentionExtents open(LoopBuilder &b, mlir::Value query, mlir::Value key,
                               mlir::Value value, Layout layout);
};

/// 1 / sqrt(size) unless given, times `unit`; f32.
mlir::Value emitScale(LoopBuilder &b, std::optional<llvm::APFloat> given, mlir::Value size,
                      double unit);

/// A result's buffer: its static extents, and the others as they are.
mlir::Value allocateResult(LoopBuilder &b, mlir::Type type, llvm::ArrayRef<mlir::Value> extents,
                           bool zeroed = false);

} // namespace scratch

#endif // SCRATCH_PASSES_EXPAND_ATTENTION_HEADTENSORS_H
