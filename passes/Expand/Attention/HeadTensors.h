//===- HeadTensors.h - queries, keys and values, and packing them -*- C++ -*-===//
//
// Stage: expand. The operands of attention as [batch, head, token, size] whatever
// their layout, their extents, and the two packed forms that tiles read:
//   panels  [list * panel][size][P]   P tokens side by side, for products with rows
//   rows    [list * place][padded]    one token each, for weighted sums
// A list is the tokens of one batch and head; where heads that share keys each have an
// order of their own, a list is of one query head.
//
//===----------------------------------------------------------------------===//
#ifndef SCRATCH_PASSES_EXPAND_ATTENTION_HEADTENSORS_H
#define SCRATCH_PASSES_EXPAND_ATTENTION_HEADTENSORS_H

#include "dialects/Scratch/Scratch.h"
#include "passes/Emission/LoopBuilder.h"
#include "passes/Expand/Attention/TokenOrder.h"

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

/// Lists of a tensor: its batches and heads, and how many tokens are in each.
struct HeadLists {
  HeadTensor tensor;
  mlir::Value batches, heads, places, size;
  TokenOrder order;        ///< which token is where
  mlir::Value shared = {}; ///< lists that are of one head of the tensor; null: one

  /// The head of the tensor that a list is of.
  mlir::Value headOf(LoopBuilder &b, mlir::Value list) const {
    return shared ? mlir::arith::DivUIOp::create(b, list, shared).getResult() : list;
  }
};

/// Places beyond the last are zero.
mlir::Value packPanels(LoopBuilder &b, const HeadLists &lists, int64_t width, int64_t lanes);

/// The same of bf16 in pairs along the size: [list * panel][size / 2][P] of i32.
mlir::Value packPanelsInPairs(LoopBuilder &b, const HeadLists &lists, int64_t width,
                              int64_t lanes);

/// Entries 2 * d and 2 * d + 1 of a token as one word; what is beyond `size` is zero.
mlir::Value loadPair(LoopBuilder &b, const HeadTensor &tensor, mlir::Value batch,
                     mlir::Value head, mlir::Value token, mlir::Value d, mlir::Value size);

/// Rows of f32, [list * place][size], padded to whole vectors with zeros.
struct TokenRows {
  mlir::Value buffer, size;
  mlir::Value owned; ///< what was packed here, to be released; null: nothing
};
/// Those that already are so in the caller's memory are used as they are, unless every
/// vector would straddle two cache lines there and each row is read by many `readers`.
TokenRows openRows(LoopBuilder &b, const HeadLists &lists, int64_t lanes, mlir::Value readers);

/// Rows of bf16 in pairs of places: [list * (places / 2)][size] of i32.
TokenRows packRowsInPairs(LoopBuilder &b, const HeadLists &lists, int64_t lanes);

/// 1 / sqrt(size) unless given, times `unit`; f32.
mlir::Value emitScale(LoopBuilder &b, std::optional<llvm::APFloat> given, mlir::Value size,
                      double unit);

/// A result's buffer: its static extents, and the others as they are.
mlir::Value allocateResult(LoopBuilder &b, mlir::Type type, llvm::ArrayRef<mlir::Value> extents,
                           bool zeroed = false);

} // namespace scratch

#endif // SCRATCH_PASSES_EXPAND_ATTENTION_HEADTENSORS_H
