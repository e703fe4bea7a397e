//===- Blocked.cpp - dense windows of several rows ------------------------===//
//
// Stage: map (x86). A tile is one window per row, side by side; a row's view moves
// the low end, so that its columns fall into its own window. Without a view a tile is
// the window of one row.
//
// A panel of a bitmap is merged in registers: sums of 16 vectors are loaded, masked
// multiply-adds of all rows of B follow, and what was touched is noted once at the end.
//
//===----------------------------------------------------------------------===//
#include "passes/Conversion/X86/Accumulators/Dense.h"

#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace scratch;

namespace {
class BlockedAccumulator : public DenseAccumulator {
public:
  using DenseAccumulator::DenseAccumulator;

  void open(LoopBuilder &b, Value low, Value high, Value bound) override {
    DenseAccumulator::open(b, low, high, bound);
    first = low;
    width = b.roundUp(b.sub(high, low), blockedColumns(element));
    begin = b.index(0);
  }

  void row(LoopBuilder &b, RowOp op) override {
    begin = b.mul(op.getNumber(), width);
    low = b.sub(first, begin);
  }

  void accumulateBitmap(LoopBuilder &b, AccumulateBitmapOp op) override {
    Value column = b.sub(op.getColumn(), low);
    auto type = VectorType::get({panelLanes(element)}, element);
    auto columnOf = [&](int64_t v) { return b.add(column, b.index(v * type.getNumElements())); };
    LoopBuilder::Values sums;
    for (int64_t v = 0; v < kPanelVectors; ++v)
      sums.push_back(vector::LoadOp::create(b, type, values, ValueRange{columnOf(v)}));
    sums = b.loop(op.getFirst(), op.getLast(), sums, [&](Value p, ValueRange before) {
      return mergeRow(b, op, p, before);
    });
    for (int64_t v = 0; v < kPanelVectors; ++v)
      vector::StoreOp::create(b, sums[v], values, ValueRange{columnOf(v)});
    if (!known())
      notePanel(b, op, column);
  }

protected:
  /// Columns outside of what is known are added to, and dropped: were they denormal, slowly.
  bool startsClean() const override { return true; }

  Value scan(LoopBuilder &b, Value at, Emit emit) override {
    return b
        .loop(begin, b.add(begin, width), {at},
              [&](Value word, ValueRange before) {
                return LoopBuilder::Values{takeEntries(b, word, before[0], emit)};
              },
              kWord)
        .front();
  }

private:
  /// The row of the bitmap that `rows[p]` names: its number.
  static Value rowAt(LoopBuilder &b, AccumulateBitmapOp op, Value p) {
    return b.sub(b.loadIndex(op.getRows(), p), op.getBase());
  }

  /// The sums with one row of the bitmap more.
  LoopBuilder::Values mergeRow(LoopBuilder &b, AccumulateBitmapOp op, Value p,
                               ValueRange before) {
    SemiringEmitter multiply = semiring;
    multiply.semiring = op.getSemiring();
    multiply.swapped = op.getSwapped();
    int64_t lanes = panelLanes(element);
    auto vectorOf = [&](Type type) { return VectorType::get({lanes}, type); };
    Value row = rowAt(b, op, p);
    Value firstMask = b.mul(row, b.index(kPanelVectors));
    Value firstValue = b.mul(row, b.index(kPanelVectors * lanes));
    Value scale;
    if (op.getScales()) {
      Value one = b.load(op.getScales(), p);
      scale = vector::BroadcastOp::create(b, vectorOf(one.getType()), one);
    }
    LoopBuilder::Values after;
    for (int64_t v = 0; v < kPanelVectors; ++v) {
      Value bits = vector::BroadcastOp::create(
          b, VectorType::get({1}, b.getIntegerType(lanes)),
          b.load(op.getMasks(), b.add(firstMask, b.index(v))));
      Value mask = vector::BitCastOp::create(b, vectorOf(b.getI1Type()), bits);
      Value entries;
      if (op.getValues()) {
        Type stored = cast<MemRefType>(op.getValues().getType()).getElementType();
        entries = vector::LoadOp::create(b, vectorOf(stored), op.getValues(),
                                         b.add(firstValue, b.index(v * lanes)));
      }
      Value product = multiply.multiply(b, scale, entries, vectorOf(element));
      after.push_back(b.select(mask, semiring.add(b, before[v], product), before[v]));
    }
    return after;
  }

  /// Notes which columns of the panel got anything. Apart from merging, which has no register
  /// left; a row's masks are one vector.
  void notePanel(LoopBuilder &b, AccumulateBitmapOp op, Value column) {
    int64_t lanes = panelLanes(element), columns = kPanelVectors * lanes;
    auto type = VectorType::get({kPanelVectors}, b.getIntegerType(lanes));
    Value none = arith::ConstantOp::create(b, b.getZeroAttr(type));
    Value found = b.loop(op.getFirst(), op.getLast(), {none}, [&](Value p, ValueRange so) {
      Value at = b.mul(rowAt(b, op, p), b.index(kPanelVectors));
      Value masks = vector::LoadOp::create(b, type, op.getMasks(), ValueRange{at});
      return LoopBuilder::Values{b.bitOr(so[0], masks)};
    })[0];
    auto bytes = VectorType::get({columns}, b.getI8Type());
    Value set = vector::BitCastOp::create(b, VectorType::get({columns}, b.getI1Type()), found);
    Value present = vector::BroadcastOp::create(b, bytes, byte(b, kPresent));
    Value before = vector::LoadOp::create(b, bytes, states, ValueRange{column});
    vector::StoreOp::create(b, b.select(set, present, before), states, ValueRange{column});
  }

  Value first; ///< the tile's lowest column
  Value width; ///< columns of one window
  Value begin; ///< of the row at hand
};
} // namespace

std::unique_ptr<Accumulator> scratch::makeBlockedAccumulator(AccumulatorCreateOp op) {
  return op.getFormula().empty() ? std::make_unique<BlockedAccumulator>(op) : nullptr;
}
