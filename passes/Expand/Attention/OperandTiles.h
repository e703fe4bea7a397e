//===- OperandTiles.h - keys or values, tile by tile ------------*- C++ -*-===//
//
// Stage: expand. Where tiles find their keys or values: rows in the caller's memory;
// units packed in front of the tasks (TokenPacking.h), which several blocks of queries
// share; or, where one task alone reads a list (few queries: decoding, short
// sequences), units that its worker packs when a tile's turn comes and that never leave
// the cache. Tiles that a mask skips are then not packed at all.
//
//===----------------------------------------------------------------------===//
#ifndef SCRATCH_PASSES_EXPAND_ATTENTION_OPERANDTILES_H
#define SCRATCH_PASSES_EXPAND_ATTENTION_OPERANDTILES_H

#include "passes/Expand/Attention/TokenPacking.h"

namespace scratch {

class OperandTiles {
public:
  OperandTiles() = default;
  /// Rows in place, of lists of `places`.
  static OperandTiles inPlace(TokenRows rows, mlir::Value places);
  /// `alone`: whether one task alone reads a list.
  static OperandTiles packed(LoopBuilder &b, const TokenPacking &packing, mlir::Value alone);

  /// What a worker packs a tile of so many tokens into; null where rows are in place.
  mlir::Value allocate(LoopBuilder &b, int64_t tokens) const;

  struct Tile {
    mlir::Value buffer, first; ///< the first unit there
  };
  /// `count` tokens of a list from `firstToken` on, which begins a unit.
  Tile open(LoopBuilder &b, mlir::Value own, mlir::Value list, mlir::Value firstToken,
            mlir::Value count) const;

  void release(LoopBuilder &b) const;

private:
  std::optional<TokenPacking> packing;
  mlir::Value alone;
  mlir::Value places;
  mlir::Value all;   ///< the caller's rows, or units of all lists
  mlir::Value owned; ///< null: nothing
};

} // namespace scratch

#endif // SCRATCH_PASSES_EXPAND_ATTENTION_OPERANDTILES_H
