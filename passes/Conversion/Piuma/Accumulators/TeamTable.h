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

  /// Fills parts of the scratchpad that are special to the kind, when created.
  virtual void prepare(LoopBuilder &b) = 0;
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
  Value counters, counts, tags, states, values; ///< buffers
  Value valueBits;                    ///< values as integers

private:
  Value placeTile(LoopBuilder &b, AppendOp op, Value total);
};

std::unique_ptr<Accumulator> makeSharedHash(AccumulatorCreateOp op);
std::unique_ptr<Accumulator> makeFragments(AccumulatorCreateOp op);

} // namespace scratch::piuma

#endif // SCRATCH_PASSES_CONVERSION_PIUMA_ACCUMULATORS_TEAMTABLE_H
