//===- TeamTable.h - a table that the threads of a core share ----*- C++ -*-===//
//
// Stage: map (PIUMA). What shared_hash and fragments have in common beside
// TeamHash.h: the scratchpad, remote atomics, and where a tile's rows go in the result.
//
//===----------------------------------------------------------------------===//
#ifndef SCRATCH_PASSES_CONVERSION_PIUMA_ACCUMULATORS_TEAMTABLE_H
#define SCRATCH_PASSES_CONVERSION_PIUMA_ACCUMULATORS_TEAMTABLE_H

#include "dialects/Piuma/Piuma.h"
#include "passes/Conversion/Accumulators/TeamHash.h"
#include "passes/Conversion/Piuma/Accumulators/Layout.h"

namespace scratch::piuma {

/// Regions of `piuma.mark`, for the split of a run's time.
enum Phase : int64_t { kPrepare = 1, kMerge = 2, kWriteBack = 3 };

class TeamTable : public TeamHash {
public:
  explicit TeamTable(AccumulatorCreateOp op) : TeamHash(op) {}

  void create(LoopBuilder &b) override;
  void destroy(LoopBuilder &) override {}
  void open(LoopBuilder &b, mlir::Value low, mlir::Value high, mlir::Value bound) override;
  void meet(LoopBuilder &b) override { barrier(b); }
  void accumulated(LoopBuilder &b) override;
  void append(LoopBuilder &b, AppendOp op) override;

protected:
  struct Range {
    Value from, to;
  };
  /// A run of rows that one thread places in the result.
  struct Rows {
    Value from, to; ///< of the tile
    Value at;       ///< element of the result that the first one begins at
  };

  Value take(LoopBuilder &b, unsigned deal, Value grain) override;
  Value tagAt(LoopBuilder &b, Value slot) override;
  Value stateAt(LoopBuilder &b, Value slot) override;
  Value claim(LoopBuilder &b, Value slot, Value key) override;
  Value setState(LoopBuilder &b, Value slot, Value bits) override;
  void postState(LoopBuilder &b, Value slot, Value bits) override;

  /// Starts filling what the kind has for `entries` of the table.
  virtual void prepare(LoopBuilder &b, const Range &entries) = 0;
  /// Moves the rows to the result, and empties the table. The tile was not `direct`.
  virtual void write(LoopBuilder &b, AppendOp op, const Rows &rows) = 0;
  /// Before the team meets at the end of a tile's accumulation.
  virtual void finishTransfers(LoopBuilder &) {}
  /// No thread's transfers touch the tile any more.
  virtual void settle(LoopBuilder &) {}
  /// The table has been laid out anew.
  virtual void renewed(LoopBuilder &) {}

  void touchSegment(LoopBuilder &b, const Segment &segment) override;
  void touchMark(LoopBuilder &b, Value coordinate, int64_t bit) override;

  void barrier(LoopBuilder &b) { BarrierOp::create(b, TeamScope::Core); }
  void mark(LoopBuilder &b, Phase phase) { MarkOp::create(b, phase); }
  using Accumulator::mark;
  Value isLeader(LoopBuilder &b) { return b.equal(me, b.index(0)); }
  /// A buffer of the scratchpad.
  Value bufferAt(LoopBuilder &b, Value offset, Value size, mlir::Type element);
  /// Starts filling `bytes` with an element's bits.
  Value fill(LoopBuilder &b, Value offset, Value bytes, mlir::TypedAttr element);
  /// The same for elements `range` of a part that lies at `offset`.
  void fill(LoopBuilder &b, Value offset, const Range &range, mlir::TypedAttr element);
  static Range slotsOf(LoopBuilder &b, const Range &entries);
  mlir::TypedAttr word(LoopBuilder &b, int64_t value) { return b.getI64IntegerAttr(value); }
  /// Values of the scratchpad, and the same as integers.
  struct Cells {
    Value values, bits;
  };
  Cells valuesAt(LoopBuilder &b, Value offset, Value size);
  Value valuesHeld(LoopBuilder &b); ///< how many `held` are
  /// values[at] = add(values[at], product), atomically.
  void add(LoopBuilder &b, const Cells &to, Value at, Value product);
  /// Stores where each row ends and calls `each` on its place, begin and count.
  void placeRows(LoopBuilder &b, AppendOp op, const Rows &rows,
                 llvm::function_ref<void(Value row, Value at, Value count)> each);

  TeamLayout layout;
  Value counters, counts, tags, states; ///< buffers
  Cells held;

private:
  /// Starts filling these entries' part of the table as it is when it is empty.
  void fillTable(LoopBuilder &b, const Range &entries);
  Value placeTile(LoopBuilder &b, AppendOp op, Value total);
  void resetDeals(LoopBuilder &b);
  void appendRows(LoopBuilder &b, AppendOp op);

  // Tiles addressed by column (TeamDirect.cpp).
  void createDirect(LoopBuilder &b);
  void fillDirect(LoopBuilder &b);
  void openLayout(LoopBuilder &b, Value bound);
  void touchDirect(LoopBuilder &b, Value coordinate, Value product);
  void appendDirect(LoopBuilder &b, AppendOp op);

  Value direct;       ///< whether the open tile is one
  Value filled;       ///< of this thread: for which sort of tile the bytes are laid out,
                      ///< and how many of the table's entries have been filled
  Cells directValues; ///< per column of the tile
  Value directStates, directPairs; ///< i32 per column; the same two at a time
};

std::unique_ptr<Accumulator> makeSharedHash(AccumulatorCreateOp op);
std::unique_ptr<Accumulator> makeFragments(AccumulatorCreateOp op);

} // namespace scratch::piuma

#endif // SCRATCH_PASSES_CONVERSION_PIUMA_ACCUMULATORS_TEAMTABLE_H
