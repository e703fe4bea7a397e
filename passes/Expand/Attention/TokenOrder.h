//===- TokenOrder.h - which token stands where ------------------*- C++ -*-===//
//
// Stage: expand. Attention does not care about the order of keys, nor about that
// of queries as long as results go where they belong. A rewrite may therefore give
// tokens other places: side by side what a keep-list leaves, or what a mask joins.
//
//===----------------------------------------------------------------------===//
#ifndef SCRATCH_PASSES_EXPAND_ATTENTION_TOKENORDER_H
#define SCRATCH_PASSES_EXPAND_ATTENTION_TOKENORDER_H

#include "passes/Emission/LoopBuilder.h"

namespace scratch {

struct TokenOrder {
  mlir::Value tokens;   ///< memref<? x ? x i32>: [list][place]; null: token = place
  bool perBatch = false, perHead = false; ///< what a list belongs to; neither: one for all

  /// The token at a place, index.
  mlir::Value tokenAt(LoopBuilder &b, mlir::Value batch, mlir::Value head,
                      mlir::Value place) const {
    if (!tokens)
      return place;
    mlir::Value list = perBatch ? batch : perHead ? head : b.index(0);
    return b.toIndex(b.load(tokens, {list, place}));
  }
};

} // namespace scratch

#endif // SCRATCH_PASSES_EXPAND_ATTENTION_TOKENORDER_H
