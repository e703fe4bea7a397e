//===- TokenPacking.h - the forms in which tiles read tokens ----*- C++ -*-===//
//
// Stage: expand. Keys and values come from memory as [batch, head, token, size], in any
// layout, order and type; tiles read
//   panels  [unit][size][P]   P tokens side by side, for products with rows
//   rows    [unit][padded]    one token each, for weighted sums
// of f32, or of bf16 in pairs (words of i32) along what is summed over.
// A list is the tokens of one batch and head; where heads that share keys each have an
// order of their own, a list is of one query head. Whoever reads a list decides whether
// all units are packed at once or those of a tile when it is their turn.
//
//===----------------------------------------------------------------------===//
#ifndef SCRATCH_PASSES_EXPAND_ATTENTION_TOKENPACKING_H
#define SCRATCH_PASSES_EXPAND_ATTENTION_TOKENPACKING_H

#include "passes/Expand/Attention/HeadTensors.h"
#include "passes/Expand/Attention/TokenOrder.h"

#include <functional>

namespace scratch {

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

/// How one unit of a list (a panel, or a row) is made.
struct TokenPacking {
  mlir::MemRefType type;      ///< of a buffer: units first
  mlir::Value lists;          ///< batches x heads
  mlir::Value units;          ///< of a list
  mlir::Value size;           ///< the dynamic extent of a unit
  int64_t tokens;             ///< of a unit
  /// Packs `unit` of `list` as unit `at` of `buffer`.
  std::function<void(LoopBuilder &b, mlir::Value list, mlir::Value unit, mlir::Value buffer,
                     mlir::Value at)>
      pack;

  mlir::Value allocate(LoopBuilder &b, mlir::Value count) const;
  /// All units of all lists, by all workers; of no list unless `wanted`, if given.
  mlir::Value packAll(LoopBuilder &b, mlir::Value wanted = {}) const;
};

/// Places beyond the last are zero.
TokenPacking packingOfPanels(LoopBuilder &b, const HeadLists &lists, int64_t width, int64_t lanes);
TokenPacking packingOfPairedPanels(LoopBuilder &b, const HeadLists &lists, int64_t width,
                                   int64_t lanes);
/// Padded to whole vectors with zeros.
TokenPacking packingOfRows(LoopBuilder &b, const HeadLists &lists, int64_t lanes);
TokenPacking packingOfPairedRows(LoopBuilder &b, const HeadLists &lists, int64_t lanes);

/// Entries 2 * d and 2 * d + 1 of a token as one word; what is beyond `size` is zero.
mlir::Value loadPair(LoopBuilder &b, const HeadTensor &tensor, mlir::Value batch,
                     mlir::Value head, mlir::Value token, mlir::Value d, mlir::Value size);

/// Whether the caller's memory holds rows as tiles read them.
bool areRowsInPlace(const HeadLists &lists, int64_t lanes);

/// Whether every vector of rows in place would straddle two cache lines there, and each row
/// is read by many `readers`.
mlir::Value areRowsWorthCopying(LoopBuilder &b, const HeadLists &lists, int64_t lanes,
                                mlir::Value readers);

/// Rows of f32 of all lists, [list * place][size].
struct TokenRows {
  mlir::Value buffer, size;
  mlir::Value owned; ///< what was packed here, to be released; null: nothing
};
/// Those in place are used as they are unless they are worth copying.
TokenRows openRows(LoopBuilder &b, const HeadLists &lists, int64_t lanes, mlir::Value readers);

} // namespace scratch

#endif // SCRATCH_PASSES_EXPAND_ATTENTION_TOKENPACKING_H
