//===- Team.h - row-wise SpGEMM with accumulators of teams -------*- C++ -*-===//
//
// Stage: expand. The same product as RowWise.h, cut differently: windows of rows
// that fit a team's accumulator together, each computed by the whole team.
//
//===----------------------------------------------------------------------===//
#ifndef SCRATCH_PASSES_EXPAND_SPGEMM_TEAM_H
#define SCRATCH_PASSES_EXPAND_SPGEMM_TEAM_H

#include "passes/Expand/Spgemm/RowWise.h"

namespace scratch {

class TeamProduct {
public:
  /// `product` has been opened.
  explicit TeamProduct(RowWiseProduct &product) : product(product), b(product.b) {}

  /// Fills the product's positions, coordinates and values; returns their number.
  mlir::Value compute();

private:
  using Value = mlir::Value;

  void measure();
  void cutWindows();
  void computeWindows();
  void computeWindow(Value number, Value first, Value next, Value accumulator);
  void markRows(Value tile, Value first, Value last);
  void dealRows(Value tile, Value first, Value last, Value low, Value high);
  void dealProducts(Value tile, Value first, Value last, Value low, Value high);
  Value rowOfTile(Value tile, Value row, Value first);
  void accumulate(Value row, Value entry, Value from, Value to, Value low, Value high);
  void emitAccumulate(Value row, Value entry, Value from, Value to);
  std::pair<Value, Value> everyRow();
  void finishRows();

  RowWiseProduct &product;
  LoopBuilder &b;
  Value products;      ///< i64: of all entries of A before an entry
  Value held;          ///< i64: coordinates that rows before a row may need
  Value capacity;      ///< of a tile
  Value height;        ///< rows of a tile, at most
  Value starts;        ///< i64: first row of every window; a row that is wider
                       ///< than a tile begins several
  Value lows, highs;   ///< i64: the columns of every window
  Value ledger;        ///< of the appended windows
  Value coordinates, values; ///< with room for all that is held
};

} // namespace scratch

#endif // SCRATCH_PASSES_EXPAND_SPGEMM_TEAM_H
