//===- Fragments.cpp - values in dense fragments, written back by DMA -----===//
//
// Stage: map (PIUMA). Every row of a tile owns a fragment as long as its bound.
// A new entry takes the next place of its row's fragment, stores its column there
// and publishes the place in its slot; values are merged at that place. A tile
// is written back by two transfers per row, which go on while the next tile fills
// the other half of the fragments; the table is emptied by transfers as well.
//
//===----------------------------------------------------------------------===//
#include "passes/Conversion/Piuma/Accumulators/TeamTable.h"

using namespace mlir;
using namespace scratch;
using namespace scratch::piuma;

namespace {
class Fragments final : public TeamTable {
public:
  explicit Fragments(AccumulatorCreateOp op) : TeamTable(op) {}

private:
  void prepare(LoopBuilder &b, const Range &entries) override {
    fill(b, layout.places, slotsOf(b, entries), b.getI32IntegerAttr(-1));
    Range other{b.add(layout.entries, entries.from), b.add(layout.entries, entries.to)};
    for (const Range &half : {entries, other})
      fill(b, layout.values, half, semiring.identity);
  }

  void create(LoopBuilder &b) override {
    TeamTable::create(b);
    Type column = op.getAccumulator().getType().getIndex();
    Value both = b.mul(layout.entries, b.index(2));
    columns = bufferAt(b, layout.columns, both, column);
    places = bufferAt(b, layout.places, layout.slots, b.getI32Type());
    half = memref::AllocaOp::create(b, MemRefType::get({2}, b.getIndexType()));
    renewed(b);
  }

  /// The first half is the current one; nothing is dirty.
  void renewed(LoopBuilder &b) override {
    b.store(b.index(0), half, b.index(0));
    b.store(b.index(0), half, b.index(1));
  }

  /// What is still being written back belongs to the result.
  void destroy(LoopBuilder &b) override { finishTransfers(b); }

  void open(LoopBuilder &b, Value low, Value high, Value bound) override {
    TeamTable::open(b, low, high, bound);
    base = b.load(half, b.index(0));
    dirty = b.load(half, b.index(1));
    this->bound = bound;
  }

  void merge(LoopBuilder &b, Value slot, Value isNew, Value coordinate, Value product) override {
    Type i32 = b.getI32Type(), i64 = b.getI64Type();
    Value fragment = b.add(base, shareFirst);
    Value place = b.ifElse(
        isNew, {b.getIndexType()},
        [&] {
          Value taken = AtomicOp::create(b, i64, Combine::Addi, b.integer(1, i64), counts,
                                         rowNumber);
          Value at = b.add(fragment, b.toIndex(taken));
          b.storeIndex(coordinate, columns, at);
          StoreOp::create(b, b.cast(at, i32), places, slot);
          return LoopBuilder::Values{at};
        },
        [&] {
          // Whoever has claimed the slot is about to publish.
          Value nowhere = b.integer(-1, i32);
          auto look = [&]() -> Value { return LoadOp::create(b, i32, places, slot); };
          Value at = b.whileLoop(
              {look()}, [&](ValueRange seen) { return b.equal(seen[0], nowhere); },
              [&](ValueRange) { return LoopBuilder::Values{look()}; })[0];
          return LoopBuilder::Values{b.toIndex(at)};
        })[0];
    add(b, held, place, product);
  }

  void finishTransfers(LoopBuilder &b) override { DmaWaitOp::create(b, Value()); }
  void settle(LoopBuilder &b) override {
    finishTransfers(b);
    barrier(b);
  }

  void write(LoopBuilder &b, AppendOp op, const Rows &rows) override {
    // Written back since the team met: the other half is ready to be cleared.
    Value other = b.sub(layout.entries, base);
    b.ifThen(isLeader(b), [&] {
      Value bytes = b.index(element.getIntOrFloatBitWidth() / 8);
      fill(b, layout.tags, b.mul(slots, b.index(8)), word(b, -1));
      fill(b, layout.places, b.mul(slots, b.index(4)), word(b, -1));
      fill(b, b.add(layout.values, b.mul(other, bytes)), b.mul(dirty, bytes), semiring.identity);
      if (masked())
        fill(b, layout.states, b.mul(slots, b.index(4)), word(b, 0));
      finishTransfers(b);
    });
    Value shares = op.getShares();
    Value first = b.loadIndex(shares, op.getFirst());
    Value zero = b.integer(0, b.getI64Type());
    placeRows(b, op, rows, [&](Value row, Value at, Value count) {
      b.store(zero, counts, row);
      Value share = b.sub(b.loadIndex(shares, b.add(op.getFirst(), row)), first);
      Value fragment = b.add(base, share);
      b.ifThen(b.less(b.index(0), count), [&] {
        auto transfer = b.getType<TransferType>();
        DmaCopyOp::create(b, transfer, columns, fragment, op.getCoordinates(), at, count);
        DmaCopyOp::create(b, transfer, held.values, fragment, op.getValues(), at, count);
      });
    });
    b.store(other, half, b.index(0));
    b.store(bound, half, b.index(1));
  }

  Value columns, places; ///< buffers
  Value half;            ///< of this thread: where the current half begins, and how
                         ///< many values of the other one are not the identity
  Value base, dirty;     ///< the same, of the open tile
  Value bound;           ///< of the open tile
};
} // namespace

std::unique_ptr<Accumulator> piuma::makeFragments(AccumulatorCreateOp op) {
  return std::make_unique<Fragments>(op);
}
