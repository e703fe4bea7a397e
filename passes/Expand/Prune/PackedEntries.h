//===- PackedEntries.h - the entries of packed weights, in order -*- C++ -*-===//
//
// Stage: expand. A *panel* is what one walk over the format computes: a row, or
// the R rows of a row of blocks.
//
//===----------------------------------------------------------------------===//
#ifndef SCRATCH_PASSES_EXPAND_PRUNE_PACKEDENTRIES_H
#define SCRATCH_PASSES_EXPAND_PRUNE_PACKEDENTRIES_H

#include "dialects/Scratch/Scratch.h"
#include "passes/Emission/LoopBuilder.h"

namespace scratch {

/// On a product whose parts were made by a pack of the same function, or by the
/// compiler: they are right.
inline constexpr llvm::StringLiteral kTrustedParts = "scratch.trusted_parts";

class PackedEntries {
public:
  using Values = LoopBuilder::Values;
  /// Adds an entry: its column, its value in every row of the panel.
  using Body = llvm::function_ref<Values(mlir::Value column, llvm::ArrayRef<mlir::Value> values,
                                         mlir::ValueRange sums)>;

  /// The same, with the places of the values in their part.
  using PlaceBody = llvm::function_ref<Values(mlir::Value column, llvm::ArrayRef<mlir::Value> places,
                                              mlir::ValueRange sums)>;

  /// `rows` and `columns` of the weights. Lengths of the parts are checked
  /// against them where the format tells.
  PackedEntries(LoopBuilder &b, PackingAttr packing, mlir::ValueRange parts, mlir::Value rows,
                mlir::Value columns);

  int64_t panelHeight() const { return height; }
  /// Whether the right border may cut blocks, where that is not known: i1, else null.
  mlir::Value isCut(LoopBuilder &b) const;
  /// The same entries where it cuts none.
  PackedEntries uncut() const {
    PackedEntries entries = *this;
    entries.mayBeCut = false;
    return entries;
  }
  mlir::Value panels() const { return panelCount; }
  /// Stored entries before each panel (null where every panel has as many).
  mlir::Value positions() const { return positionBuffer; }
  /// The part before the values (columns, indices, bits or deltas), the values.
  mlir::Value bytes() const { return indices; }
  mlir::Value elements() const { return values; }

  /// Records a failure unless every stored coordinate lies in the matrix, so that
  /// `op` may read through them. What comes from a pack of the same function is
  /// right (see trustParts).
  void check(LoopBuilder &b, mlir::Operation *op) const;

  /// Runs `body` over the panel's entries in ascending columns.
  Values walk(LoopBuilder &b, mlir::Value panel, mlir::ValueRange sums, Body body) const;
  Values walkPlaces(LoopBuilder &b, mlir::Value panel, mlir::ValueRange sums,
                    PlaceBody body) const;

private:
  Values walkBlocks(LoopBuilder &b, mlir::Value panel, mlir::ValueRange sums, PlaceBody body) const;
  Values walkGroups(LoopBuilder &b, mlir::Value panel, mlir::ValueRange sums, PlaceBody body) const;
  Values walkBits(LoopBuilder &b, mlir::Value panel, mlir::ValueRange sums, PlaceBody body) const;
  Values walkDeltas(LoopBuilder &b, mlir::Value panel, mlir::ValueRange sums, PlaceBody body) const;

  PackingAttr packing;
  int64_t height = 1, width = 1;
  bool mayBeCut = false;
  mlir::Value columns, panelCount, positionBuffer, indices, values;
};

/// Marks products of a pack's parts whose shapes say that the parts fit them.
void trustParts(PackOp pack);

} // namespace scratch

#endif // SCRATCH_PASSES_EXPAND_PRUNE_PACKEDENTRIES_H
