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
  /// Steps of a walk over all panels: each uses one row of activations.
  mlir::Value steps(LoopBuilder &b) const;
  /// Stored entries before each panel (null where every panel has as many).
  mlir::Value positions() const { return positionBuffer; }
  /// The part before the values (columns, indices, bits or deltas), the values.
  mlir::Value bytes() const { return indices; }
  mlir::Value elements() const { return values; }

  /// Records a failure unless every stored coordinate lies in the matrix, so that
  /// `op` may read through them. What comes from a pack of the same function is
  /// right (see trustParts).
  void check(LoopBuilder &b, mlir::Operation *op) const;

  /// Runs `body` over the panel's entries in ascending columns. With `chains`, as many
  /// sets of sums lie behind each other in `sums`, and steps of the walk take turns:
  /// neighbours need not wait for each other. Formats of one bit ignore all but the first.
  Values walk(LoopBuilder &b, mlir::Value panel, mlir::ValueRange sums, Body body,
              int64_t chains = 1) const;
  Values walkPlaces(LoopBuilder &b, mlir::Value panel, mlir::ValueRange sums, PlaceBody body,
                    int64_t chains = 1) const;

  /// Whether a panel can be walked piece by piece of the columns.
  bool hasPieces() const;
  /// Where a panel's walk by pieces begins.
  mlir::Value firstPlace(LoopBuilder &b, mlir::Value panel) const;
  /// Walks entries from a place on while their columns are below `stop` (a multiple of
  /// 16, or all columns); returns the place after them, and the sums.
  Values walkPiece(LoopBuilder &b, mlir::Value panel, mlir::Value place, mlir::Value stop,
                   mlir::ValueRange sums, Body body) const;

private:
  /// One step of a walk: from what it carries and one set of sums to the same.
  using Step = llvm::function_ref<Values(mlir::Value at, Values &carried, mlir::ValueRange sums)>;
  Values walkSteps(LoopBuilder &b, mlir::Value begin, mlir::Value end, mlir::ValueRange carried,
                   mlir::ValueRange sums, int64_t chains, Step step) const;
  Values walkBlocks(LoopBuilder &b, mlir::Value panel, mlir::ValueRange sums, PlaceBody body,
                    int64_t chains) const;
  /// The entries of one group.
  Values group(LoopBuilder &b, mlir::Value row, mlir::Value number, mlir::ValueRange sums,
               PlaceBody body) const;
  Values walkBits(LoopBuilder &b, mlir::Value panel, mlir::ValueRange sums, PlaceBody body) const;

  PackingAttr packing;
  int64_t height = 1, width = 1;
  bool mayBeCut = false;
  mlir::Value columns, panelCount, positionBuffer, indices, values;
};

/// Marks products of a pack's parts whose shapes say that the parts fit them.
void trustParts(PackOp pack);

} // namespace scratch

#endif // SCRATCH_PASSES_EXPAND_PRUNE_PACKEDENTRIES_H
