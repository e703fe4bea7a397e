//===- TeamHash.h - a hash table that a team fills --------------*- C++ -*-===//
//
// Stage: map, every target with teams. The table of SMASH [1]: a slot belongs to
// whoever changes its tag from free to row and column by compare-exchange; linear
// probing. Targets say how an element that others change is read and changed, how a
// product is merged, and how a tile is written back.
//
// Where the search for a key begins: `multiplicative` spreads row and column over the
// whole table [2]. `high` and `low` begin in the part of the table that is the row's
// share, at the place of the column's high bits (the table is then nearly in order) or
// of its low bits.
//
// [1] K. Shivdikar, arXiv 2105.14156.
// [2] Knuth, TAOCP 3, 6.4; the range is reduced by the upper half of a product, so
// that any number of slots will do.
//===----------------------------------------------------------------------===//
#ifndef SCRATCH_PASSES_CONVERSION_ACCUMULATORS_TEAMHASH_H
#define SCRATCH_PASSES_CONVERSION_ACCUMULATORS_TEAMHASH_H

#include "passes/Conversion/Accumulators/Accumulator.h"

namespace scratch {

class TeamHash : public Accumulator {
public:
  explicit TeamHash(AccumulatorCreateOp op) : Accumulator(op) {}

  void row(LoopBuilder &b, RowOp op) override;
  void deal(LoopBuilder &b, DealOp op) override;

  mlir::Value drain(LoopBuilder &, mlir::Value, mlir::Value, mlir::Value) override {
    return appended();
  }
  mlir::Value count(LoopBuilder &) override { return appended(); }
  mlir::Value drainAlong(LoopBuilder &, DrainAlongOp) override { return appended(); }
  mlir::Value countAlong(LoopBuilder &, CountAlongOp) override { return appended(); }

protected:
  using Value = mlir::Value;

  static constexpr int64_t kFree = -1;         ///< a tag of no key
  static constexpr int64_t kPresentBit = 0x80; ///< of a state, beside the bits of leaves

  /// The target's ways. Tags are i64, states i32; `take` adds `grain` to the counter of
  /// a deal, and returns, as an index, what was there before.
  virtual Value take(LoopBuilder &b, unsigned deal, Value grain) = 0;
  virtual Value tagAt(LoopBuilder &b, Value slot) = 0;
  virtual Value stateAt(LoopBuilder &b, Value slot) = 0;
  /// Puts `key` where the tag is free; returns the tag that was there before.
  virtual Value claim(LoopBuilder &b, Value slot, Value key) = 0;
  /// Sets bits of a state; returns the state that was there before.
  virtual Value setState(LoopBuilder &b, Value slot, Value bits) = 0;
  /// The same where nobody asks what was there.
  virtual void postState(LoopBuilder &b, Value slot, Value bits) { setState(b, slot, bits); }
  /// The coordinate of `slot` is present; `isNew` where it has not been before.
  virtual void merge(LoopBuilder &b, Value slot, Value isNew, Value coordinate,
                     Value product) = 0;

  void touch(LoopBuilder &b, Value coordinate, Value product) override;
  void touchMark(LoopBuilder &b, Value coordinate, int64_t bit) override;

  Value me, workers;                              ///< of the team
  Value slots;                                    ///< of the open tile: two for each entry
  Value rowNumber, rowKey, shareFirst, shareLast; ///< of the current view
  unsigned deals = 0;

private:
  static Value appended() { llvm_unreachable("a team's tile is appended"); }

  Value keyOf(LoopBuilder &b, Value coordinate);
  Value firstSlot(LoopBuilder &b, Value coordinate, Value key);
  std::pair<Value, Value> probe(LoopBuilder &b, Value first, Value key,
                                llvm::function_ref<Value(Value slot)> look);
  std::pair<Value, Value> insert(LoopBuilder &b, Value coordinate, Value key);
  Value stateOf(LoopBuilder &b, Value coordinate, Value key);
};

} // namespace scratch

#endif // SCRATCH_PASSES_CONVERSION_ACCUMULATORS_TEAMHASH_H
