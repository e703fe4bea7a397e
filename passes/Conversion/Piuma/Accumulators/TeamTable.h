//===- TeamTable.h - a table that the threads of a core share ----*- C++ -*-===//
//
// Stage: map (PIUMA). What shared_hash and fragments have in common: finding the
// slot of a row and column by compare-exchange, merging by remote atomics,
// dealing work, and where a tile's rows go in the result.
//
//===----------------------------------------------------------------------===//
#ifndef SCRATCH_PASSES_CONVERSION_PIUMA_ACCUMULATORS_TEAMTABLE_H
#define SCRATCH_PASSES_CONVERSION_PIUMA_ACCUMULATORS_TEAMTABLE_H

#include "dialects/Piuma/Piuma.h"
#include "passes/Conversion/Accumulators/Accumulator.h"
#include "passes/Conversion/Piuma/Accumulators/Layout.h"

namespace scratch::piuma {

/// Regions of `piuma.mark`, for the split of a run's time.
enum Phase : int64_t { kPrepare = 1, kMerge = 2, kWriteBack = 3 };

class TeamTable : public Accumulator {
public:
  explicit TeamTable(AccumulatorCreateOp op) : Accumulator(op) {}

  void create(LoopBuilder &b) override;
  void destroy(LoopBuilder &) override {}
  void open(LoopBuilder &b, mlir::Value low, mlir::Value high, mlir::Value bound) override;
  void row(LoopBuilder &b, RowOp op) override;
  void deal(LoopBuilder &b, DealOp op) override;
  void meet(LoopBuilder &b) override { barrier(b); }
  void accumulated(LoopBuilder &b) override;
  void append(LoopBuilder &b, AppendOp op) override;

  mlir::Value drain(LoopBuilder &, mlir::Value, mlir::Value, mlir::Value) override {
    llvm_unreachable("a team's tile is appended");
  }
  mlir::Value count(LoopBuilder &) override { llvm_unreachable("a team's tile is appended"); }

  mlir::Value drainAlong(LoopBuilder &, DrainAlongOp) override {
    llvm_unreachable("a team's tile is appended");
  }
  mlir::Value countAlong(LoopBuilder &, CountAlongOp) override {
    llvm_unreachable("a team's tile is appended");
  }

protected:
  using Value = mlir::Value;

  /// A run of rows that one thread places in the result.
  struct Rows {
    Value from, to; ///< of the tile
    Value at;       ///< element of the result that the first one begins at
  };

  void touch(LoopBuilder &b, Value coordinate, Value product) override;
  void touchMark(LoopBuilder &b, Value coordinate, int64_t bit) override;

  /// Fills parts of the scratchpad that are special to the kind, when created.
  virtual void prepare(LoopBuilder &b) = 0;
  /// The coordinate of `slot` is present; `isNew` where it has not been before.
  virtual void merge(LoopBuilder &b, Value slot, Value isNew, Value coordinate,
                     Value product) = 0;
  /// Moves the rows to the result, and empties the table.
  virtual void write(LoopBuilder &b, AppendOp op, const Rows &rows) = 0;
  /// Before the team meets at the end of a tile's accumulation.
  virtual void finishTransfers(LoopBuilder &) {}

  void barrier(LoopBuilder &b) { BarrierOp::create(b, TeamScope::Core); }
  void mark(LoopBuilder &b, Phase phase) { MarkOp::create(b, phase); }
  using Accumulator::mark;
  Value isLeader(LoopBuilder &b) { return b.equal(me, b.index(0)); }
  /// A buffer of the scratchpad.
  Value bufferAt(LoopBuilder &b, Value offset, Value size, mlir::Type element);
  /// Starts filling `bytes` with an element's bits.
  Value fill(LoopBuilder &b, Value offset, Value bytes, mlir::TypedAttr element);
  mlir::TypedAttr word(LoopBuilder &b, int64_t value) { return b.getI64IntegerAttr(value); }
  /// values[at] = add(values[at], product), atomically.
  void add(LoopBuilder &b, Value at, Value product);
  /// Stores where each row ends and calls `each` on its place, begin and count.
  void placeRows(LoopBuilder &b, AppendOp op, const Rows &rows,
                 llvm::function_ref<void(Value row, Value at, Value count)> each);

  TeamLayout layout;
  Value me, threads;                  ///< within the core
  Value counters, counts, tags, states, values; ///< buffers
  Value valueBits;                    ///< values as integers
  Value slots;                        ///< of the open tile: two for each coordinate
  Value rowNumber, rowKey, shareFirst, shareLast; ///< of the current view

private:
  Value startOf(LoopBuilder &b, Value column, Value key);
  std::pair<Value, Value> insert(LoopBuilder &b, Value start, Value key);
  Value stateOf(LoopBuilder &b, Value start, Value key);
  Value keyOf(LoopBuilder &b, Value coordinate);
  Value next(LoopBuilder &b, Value slot);
  Value placeTile(LoopBuilder &b, AppendOp op, Value total);

  unsigned deals = 0;
};

std::unique_ptr<Accumulator> makeSharedHash(AccumulatorCreateOp op);
std::unique_ptr<Accumulator> makeFragments(AccumulatorCreateOp op);

} // namespace scratch::piuma

#endif // SCRATCH_PASSES_CONVERSION_PIUMA_ACCUMULATORS_TEAMTABLE_H
