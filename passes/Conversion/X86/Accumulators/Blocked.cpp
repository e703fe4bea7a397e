//===- Blocked.cpp - dense windows of several rows ------------------------===//
//
// Stage: map (x86). A tile is one window per row, side by side; a row's view moves
// the low end, so that its columns fall into its own window. Without a view a tile is
// the window of one row.
//
// A panel of a bitmap is merged in registers: its sums are loaded, multiply-adds of all rows
// of B follow, masked unless what has no bit is neutral, and what was touched is noted once at
// the end.
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
    const int64_t vectors = vectorsOf(op), columns = vectors * type.getNumElements();
    const bool notes = !known(), inWord = notes && columns <= kWordColumns;
    LoopBuilder::Values sums;
    for (int64_t v = 0; v < vectors; ++v)
      sums.push_back(vector::LoadOp::create(b, type, values, ValueRange{columnOf(v)}));
    if (inWord)
      sums.push_back(b.integer(0, b.getIntegerType(columns)));
    sums = b.loop(op.getFirst(), op.getLast(), sums, [&](Value p, ValueRange before) {
      LoopBuilder::Values after = mergeRow(b, op, p, before);
      if (inWord)
        after.push_back(b.bitOr(before.back(), wordOf(b, op, p)));
      return after;
    });
    for (int64_t v = 0; v < vectors; ++v)
      vector::StoreOp::create(b, sums[v], values, ValueRange{columnOf(v)});
    if (inWord)
      noteWord(b, sums.back(), column);
    else if (notes)
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
  static int64_t vectorsOf(AccumulateBitmapOp op) { return op.getVectors(); }

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
    const int64_t vectors = vectorsOf(op);
    Value firstMask = b.mul(row, b.index(vectors));
    Value firstValue = b.mul(row, b.index(vectors * lanes));
    Value scale;
    if (op.getScales()) {
      Value one = b.load(op.getScales(), p);
      scale = vector::BroadcastOp::create(b, vectorOf(one.getType()), one);
    }
    LoopBuilder::Values after;
    for (int64_t v = 0; v < vectors; ++v) {
      Value entries;
      if (op.getValues()) {
        Type stored = cast<MemRefType>(op.getValues().getType()).getElementType();
        entries = vector::LoadOp::create(b, vectorOf(stored), op.getValues(),
                                         b.add(firstValue, b.index(v * lanes)));
      }
      Value product = multiply.multiply(b, scale, entries, vectorOf(element));
      Value sum = semiring.add(b, before[v], product);
      if (!op.getNeutral()) {
        Value bits = vector::BroadcastOp::create(
            b, VectorType::get({1}, b.getIntegerType(lanes)),
            b.load(op.getMasks(), b.add(firstMask, b.index(v))));
        Value mask = vector::BitCastOp::create(b, vectorOf(b.getI1Type()), bits);
        sum = b.select(mask, sum, before[v]);
      }
      after.push_back(sum);
    }
    return after;
  }

  /// Notes which columns of the panel got anything. Apart from merging, which has no register
  /// left; a row's masks are one vector.
  void notePanel(LoopBuilder &b, AccumulateBitmapOp op, Value column) {
    int64_t lanes = panelLanes(element), columns = vectorsOf(op) * lanes;
    auto type = VectorType::get({vectorsOf(op)}, b.getIntegerType(lanes));
    Value none = arith::ConstantOp::create(b, b.getZeroAttr(type));
    Value found = b.loop(op.getFirst(), op.getLast(), {none}, [&](Value p, ValueRange so) {
      Value at = b.mul(rowAt(b, op, p), b.index(vectorsOf(op)));
      Value masks = vector::LoadOp::create(b, type, op.getMasks(), ValueRange{at});
      return LoopBuilder::Values{b.bitOr(so[0], masks)};
    })[0];
    auto bytes = VectorType::get({columns}, b.getI8Type());
    Value set = vector::BitCastOp::create(b, VectorType::get({columns}, b.getI1Type()), found);
    Value present = vector::BroadcastOp::create(b, bytes, byte(b, kPresent));
    Value before = vector::LoadOp::create(b, bytes, states, ValueRange{column});
    vector::StoreOp::create(b, b.select(set, present, before), states, ValueRange{column});
  }

  /// Masks of the row that `rows[p]` names, of a panel no wider than a word.
  Value wordOf(LoopBuilder &b, AccumulateBitmapOp op, Value p) {
    int64_t lanes = panelLanes(element);
    Value at = b.mul(rowAt(b, op, p), b.index(vectorsOf(op)));
    Value masks =
        vector::LoadOp::create(b, VectorType::get({vectorsOf(op)}, b.getIntegerType(lanes)),
                               op.getMasks(), ValueRange{at});
    auto word = VectorType::get({1}, b.getIntegerType(vectorsOf(op) * lanes));
    return vector::ExtractOp::create(b, vector::BitCastOp::create(b, word, masks), 0);
  }

  /// Notes the columns of `found`, half a word of states at a time: so many bits are spread to
  /// bytes at once where vectors have 256 bits.
  void noteWord(LoopBuilder &b, Value found, Value column) {
    int64_t columns = found.getType().getIntOrFloatBitWidth();
    const int64_t part = std::min(columns, kWordColumns / 2);
    auto bytes = VectorType::get({part}, b.getI8Type());
    Value present = vector::BroadcastOp::create(b, bytes, byte(b, kPresent));
    for (int64_t at = 0; at < columns; at += part) {
      Value bits = b.cast(at ? b.shiftRight(found, at) : found, b.getIntegerType(part));
      Value set = vector::BitCastOp::create(
          b, VectorType::get({part}, b.getI1Type()),
          vector::BroadcastOp::create(b, VectorType::get({1}, bits.getType()), bits));
      Value touched = b.bitAnd(arith::ExtSIOp::create(b, bytes, set), present);
      Value place = b.add(column, b.index(at));
      Value before = vector::LoadOp::create(b, bytes, states, ValueRange{place});
      vector::StoreOp::create(b, b.bitOr(before, touched), states, ValueRange{place});
    }
  }

  Value first; ///< the tile's lowest column
  Value width; ///< columns of one window
  Value begin; ///< of the row at hand
};
} // namespace

std::unique_ptr<Accumulator> scratch::makeBlockedAccumulator(AccumulatorCreateOp op) {
  return op.getFormula().empty() ? std::make_unique<BlockedAccumulator>(op) : nullptr;
}
