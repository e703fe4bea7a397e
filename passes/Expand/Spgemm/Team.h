//===- Team.h - row-wise SpGEMM with accumulators of teams -------*- C++ -*-===//
//
// Stage: expand. The same product as Workers.h, cut differently: windows of rows
// that fit a team's accumulator together, each computed by the whole team.
//
//===----------------------------------------------------------------------===//
#ifndef SCRATCH_PASSES_EXPAND_SPGEMM_TEAM_H
#define SCRATCH_PASSES_EXPAND_SPGEMM_TEAM_H

#include "passes/Expand/Spgemm/Variants.h"

namespace scratch {

class TeamProduct {
public:
  /// `product` has been opened; the first variant is a team's.
  TeamProduct(LoopBuilder &b, const OpenProduct &product, const Variants &variants)
      : b(b), product(product), variants(variants) {}

  /// What windows are cut by; first.
  void measure();
  /// Whether the team's variant is cheaper than the second.
  mlir::Value isCheaper();
  /// Positions, coordinates and values of the result.
  LoopBuilder::Values compute();

  /// Instead of it, for workers by themselves: prefixes of the rows' weights as Bounds has
  /// them, the products of the longest row, and what they are to release.
  mlir::Value weighRows();
  mlir::Value longestRow() const { return longest; }
  LoopBuilder::Values buffers() const { return {held, products}; }

private:
  using Value = mlir::Value;
  /// Of `extremes`: of rows that no table holds, products, coordinates, products that
  /// further windows of their row look at again, windows; products of the longest row.
  enum : int64_t { kWide, kWideHeld, kAgain, kPieces, kLongest, kExtremes };

  /// Rows that a tile holds together, or some columns of one.
  struct Window {
    Value first, last;
    Value base; ///< coordinates held before
    Value low, high;
    bool narrow; ///< not all columns
  };

  void openTile();
  Value room();
  Value lengthOf(Value row);
  LoopBuilder::Values sampleRow(Value row, Value most, mlir::ValueRange carried);
  LoopBuilder::Values
  sumOfSamples(llvm::function_ref<LoopBuilder::Values(Value row, mlir::ValueRange carried)> each);
  /// Entries of the result, those of long rows twice where they are sorted.
  Value estimateResult(Value all);
  void addTo(Value buffer, int64_t at, Value amount);
  void cutWindows();
  void computeWindows();
  void computeWindow(Value number, Value first, Value next, Value accumulator);
  void markRows(Value tile, const Window &window);
  void dealRows(Value tile, const Window &window);
  void dealProducts(Value tile, const Window &window);
  LoopBuilder::Values dealEntries(Value row, mlir::ValueRange begin, Value end, Value behind,
                                  const Window &window);
  Value rowOfTile(Value tile, Value row, const Window &window);
  void accumulate(Value row, Value entry, Value from, Value to, const Window &window);
  void emitAccumulate(Value row, Value entry, Value from, Value to);
  std::pair<Value, Value> everyRow();
  void finishRows();

  LoopBuilder &b;
  const OpenProduct &product;
  const Variants &variants;
  Value products;      ///< i64: of all entries of A before an entry
  Value held;          ///< i64: coordinates that rows before a row may need
  Value takesColumns;  ///< whether keys hold them; null: they do
  Value extremes;      ///< i64, until they are known; all where variants are compared
  Value longest;       ///< of them, afterwards
  Value capacity;      ///< of a tile
  Value height;        ///< rows of a tile, at most
  Value pieces, width; ///< windows of a row that no tile holds, and columns of each
  Value starts;        ///< i64: first row of every window; a row that no tile
                       ///< holds may begin several
  Value lows, highs;   ///< i64: the columns of every window
  Value ledger;        ///< of the appended windows
  Value positions;           ///< of the result
  Value coordinates, values; ///< with room for all that is held
};

} // namespace scratch

#endif // SCRATCH_PASSES_EXPAND_SPGEMM_TEAM_H
