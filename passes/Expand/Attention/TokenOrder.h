//===- TokenOrder.h - which token stands where ------------------*- C++ -*-===//
//
// Stage: expand. Attention does not care about the order of keys, nor about that
// of queries as long as results go where they belong. A rewrite may therefore give
// tokens other places: side by side what a keep-list leaves, or what a mask joins.
// The orders are made here, in front of the loops that use them.
//
//===----------------------------------------------------------------------===//
#ifndef SCRATCH_PASSES_EXPAND_ATTENTION_TOKENORDER_H
#define SCRATCH_PASSES_EXPAND_ATTENTION_TOKENORDER_H

#include "passes/Emission/LoopBuilder.h"

namespace scratch {

struct TokenOrder {
  mlir::Value tokens;    ///< memref<? x ? x i32>: [list][place]; null: token = place
  mlir::Value counts;    ///< memref<? x i32>: places of a list in use; null: all
  /// A list per batch, or per query head, or one for all.
  bool perBatch = false, perHead = false;
  bool sorted = false;   ///< tokens ascend

  /// The token at a place, index.
  mlir::Value tokenAt(LoopBuilder &b, mlir::Value batch, mlir::Value head,
                      mlir::Value place) const {
    if (!tokens)
      return place;
    return b.toIndex(b.load(tokens, {perHead ? head : list(b, batch), place}));
  }
  /// Those of lists per head are all in use.
  mlir::Value countAt(LoopBuilder &b, mlir::Value batch) const {
    return b.toIndex(b.load(counts, {list(b, batch)}));
  }

private:
  mlir::Value list(LoopBuilder &b, mlir::Value batch) const {
    return perBatch ? batch : b.index(0);
  }
};

/// Numbers per token, [tokens], [batch][tokens] or [head][tokens].
struct TokenNumbers {
  mlir::Value buffer;
  bool perBatch = false, perHead = false;
};

/// The allocated buffer that `buffer` is or is a view of.
mlir::Value ownerOf(mlir::Value buffer);

/// The tokens for which none of `flags` is zero, ascending; places out of use
/// repeat the last token, so that places still ascend. `places` receives how many
/// the longest list uses.
TokenOrder orderKept(LoopBuilder &b, llvm::ArrayRef<TokenNumbers> flags, mlir::Value batches,
                     mlir::Value tokens, mlir::Value &places);

/// A dilation, at least 1 and at most `tokens` (further than any two tokens are apart).
struct Remainders {
  mlir::Value dilation;
  mlir::Value reach;  ///< further than any two ranks of one remainder
  mlir::Value stride; ///< between ranks of two: further than two of one and a window
  static Remainders of(LoopBuilder &b, mlir::Value dilation, mlir::Value tokens);
};

/// Tokens by the remainder of t + shift by a dilation, then by t: one list, or one for
/// each of `heads`, if given. `ranks` ascends with the places: it grows by one from a
/// token to the next of its remainder, and by the stride from a remainder to the next.
TokenOrder orderByRemainder(LoopBuilder &b, mlir::Value heads, mlir::Value tokens,
                            mlir::Value shift,
                            llvm::function_ref<Remainders(mlir::Value list)> remaindersOf,
                            TokenNumbers &ranks);

/// Tokens of a grid, patch by patch of 8 x 8. `rows` and `columns` receive where the
/// token of a place sits.
TokenOrder orderByPatch(LoopBuilder &b, int64_t gridRows, int64_t gridColumns,
                        TokenNumbers &rows, TokenNumbers &columns);

/// For every query the keys of its document, of sorted document numbers: from
/// `starts` to before `ends`, both ascending.
void findDocuments(LoopBuilder &b, TokenNumbers query, TokenNumbers key, mlir::Value batches,
                   mlir::Value queries, mlir::Value keys, TokenNumbers &starts,
                   TokenNumbers &ends);

} // namespace scratch

#endif // SCRATCH_PASSES_EXPAND_ATTENTION_TOKENORDER_H
