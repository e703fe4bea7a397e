//===- Machine.h - what select knows about a machine ------------*- C++ -*-===//
//
// Stage: select. Prices of the steps that kernels are made of, in cycles of one
// core. The numbers are in Machines/<Target>.cpp, each with unit and source.
//
//===----------------------------------------------------------------------===//
#ifndef SCRATCH_PASSES_STRATEGY_MACHINE_H
#define SCRATCH_PASSES_STRATEGY_MACHINE_H

#include "dialects/Scratch/Kinds.h"

#include "llvm/ADT/StringRef.h"

#include <cstdint>
#include <optional>

namespace scratch {

struct MachineModel {
  int64_t firstCacheBytes;  ///< data, one core
  int64_t secondCacheBytes; ///< one core

  double rowOpen;    ///< per row: measure it, open and close its tile
  double rowChoice;  ///< per row and form: evaluate, compare, branch
  double entry;      ///< per entry of A: start a segment of B
  double valueLoad;  ///< per product: read one operand's value
  double windowMerge; ///< per product: load-modify-store of a window, state store
  double tierStore;  ///< per product: note the word of 64 columns
  double hashProbe;  ///< per product: find the slot and merge
  double mergeStep;  ///< per product: one of two rows advances, the result is stored
  double listProduct; ///< per product: append to a short list, sort, emit
  double maskTest;   ///< per product: look at the mask's bits, branch
  double windowMark; ///< per mask entry: set a bit of a window's state
  double hashMark;   ///< per mask entry: insert a key

  double windowScan;  ///< per column: find and clear states of a window
  double windowCold;  ///< per column: misses of a window beyond the second cache
  double wordVisit;   ///< per touched word of 64 columns, when tiers are scanned
  double windowEmit;  ///< per result entry: from a window, already in order
  double hashEmit;    ///< per result entry: sort it, look it up, free its slot

  // Tables that a team shares, per product or result entry, cycles of the core.
  double teamMerge = 0;    ///< per product: hash, compare-exchange, add
  double teamImbalance = 1; ///< factor: waiting for the last worker, rows dealt by number
  double tokenShare = 0;   ///< per product: taking and locating pieces
  double scanEmit = 0;     ///< per result entry: scan the table, store, free the slot
  double fragmentPlace = 0; ///< per result entry: a place in the row's fragment
  double fragmentRow = 0;  ///< per row: two transfers

  double compactPerByte; ///< per byte of the result: move a chunk into place
  double firstTouchPerByte; ///< per byte: the page fault of fresh memory
  double columnProbe;    ///< per entry of a column: look it up in a row, add
  double turnEntry;      ///< per entry of a matrix: move it to its column
  double dotProduct;     ///< per product of dense rows or vectors, vectorised

  /// Accumulators that the target has a lowering for, one bit per kind: by
  /// default all but those of teams.
  uint32_t accumulators = ~(1u << static_cast<uint32_t>(AccumulatorKind::SharedHash) |
                            1u << static_cast<uint32_t>(AccumulatorKind::Fragments));
  bool lowers(AccumulatorKind kind) const {
    return accumulators >> static_cast<uint32_t>(kind) & 1;
  }

  /// Whether results may be merged in the order of arrival, which differs between runs.
  bool mergesAsTheyCome = false;

  /// The model of a target's column, or nothing where none is registered.
  static std::optional<MachineModel> of(llvm::StringRef target, unsigned vectorBits);
  /// The registered targets, for messages.
  static llvm::StringRef expectedTargets();
};

/// The processor that code is made for where nobody names one.
struct BaselineTarget {
  llvm::StringRef cpu, features;
  unsigned vectorBits;

  static std::optional<BaselineTarget> of(llvm::StringRef target);
};

} // namespace scratch

#endif // SCRATCH_PASSES_STRATEGY_MACHINE_H
