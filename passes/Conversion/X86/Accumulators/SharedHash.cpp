//===- SharedHash.cpp - one table for all workers, merged by atomics ------===//
//
// Stage: map (x86). The team is all workers of the parallel region: they compute
// windows of rows one after the other, all of them in the same table. A slot
// belongs to whoever changes its tag from free to row and column by
// compare-exchange [1]; values are merged by atomics, in the order of arrival. To
// write a tile back, workers scan equal parts of the table: each entry takes the
// next place of its row by an atomic.
//
// Barriers of a tile: workers have numbers | all is merged | rows have places | all
// is written. Between two of them nobody reads what another one writes.
//
// [1] K. Shivdikar, arXiv 2105.14156 (SMASH), on PIUMA.
//===----------------------------------------------------------------------===//
#include "passes/Conversion/Accumulators/TeamHash.h"
#include "passes/Conversion/X86/Accumulators/Accumulators.h"
#include "passes/Conversion/X86/Atomics.h"

#include "mlir/Dialect/OpenMP/OpenMPDialect.h"

using namespace mlir;
using namespace scratch;

/// Entries and rows of a tile: with two slots of tag and value for each entry, the
/// table fills the second cache of one core and is shared by all.
static constexpr int64_t kTileEntries = 1 << 15, kTileRows = 1 << 12;
/// Words between counters, so that no two share a line of the cache.
static constexpr int64_t kWordsOfLine = 8, kCounters = 8;
static constexpr int64_t kFree = -1, kPresentBit = 0x80;

namespace {
using arith::AtomicRMWKind;

class SharedHash final : public Accumulator {
public:
  explicit SharedHash(AccumulatorCreateOp op) : Accumulator(op) {}

  void create(LoopBuilder &b) override {
    Type i64 = b.getI64Type();
    Value size = b.index(2 * kTileEntries);
    counters = allocate(b, i64, b.index(kCounters * kWordsOfLine), /*zeroed=*/true);
    counts = allocate(b, i64, b.index(kTileRows), /*zeroed=*/true);
    tags = allocate(b, i64, size, /*zeroed=*/false);
    bits = b.getIntegerType(element.getIntOrFloatBitWidth());
    values = allocate(b, bits, size, /*zeroed=*/false);
    if (masked())
      states = allocate(b, b.getI32Type(), size, /*zeroed=*/true);
    b.ifThen(StatusOp::create(b), [&] {
      Value free = b.integer(kFree, i64), nothing = asBits(b, identity(b));
      b.loop(b.index(0), size, [&](Value slot) {
        b.store(free, tags, slot);
        b.store(nothing, values, slot);
      });
    });
  }

  void destroy(LoopBuilder &b) override {
    for (Value buffer : {counters, counts, tags, values, states})
      if (buffer)
        ReleaseOp::create(b, buffer);
  }

  void open(LoopBuilder &b, Value low, Value high, Value bound) override {
    this->low = low;
    this->high = high;
    slots = b.max(b.shiftLeft(bound, 1), b.index(2));
    // The first counter numbers the workers, and then tells how many there are.
    me = take(b, b.index(0), b.index(1));
    meet(b);
    workers = b.loadIndex(counters, b.index(0));
  }

  void row(LoopBuilder &b, RowOp op) override {
    rowNumber = op.getNumber();
    rowKey = b.shiftLeft(b.cast(op.getNumber(), b.getI64Type()), 32);
    shareFirst = op.getFirst();
    shareLast = op.getLast();
  }

  void deal(LoopBuilder &b, DealOp op) override {
    assert(deals + 1 < kCounters && "a counter for every deal");
    Value first = op.getFirst(), last = op.getLast(), grain = op.getGrain();
    Value counter = b.index(++deals * kWordsOfLine);
    auto token = [&] { return LoopBuilder::Values{b.add(first, take(b, counter, grain))}; };
    LoopBuilder::Values begin =
        op.getTokens() ? token() : LoopBuilder::Values{b.add(first, b.mul(me, grain))};
    b.whileLoop(
        begin, [&](ValueRange piece) { return b.less(piece[0], last); },
        [&](ValueRange piece) {
          Value end = b.min(b.add(piece[0], grain), last);
          // The region's operations move; the deal itself goes with its tile.
          Block &body = op.getBody().front();
          body.getArgument(0).replaceAllUsesWith(piece[0]);
          body.getArgument(1).replaceAllUsesWith(end);
          body.getTerminator()->erase();
          b.getInsertionBlock()->getOperations().splice(b.getInsertionPoint(),
                                                        body.getOperations());
          if (op.getTokens())
            return token();
          return LoopBuilder::Values{b.add(piece[0], b.mul(workers, grain))};
        });
  }

  void meet(LoopBuilder &b) override { omp::BarrierOp::create(b); }
  void accumulated(LoopBuilder &b) override { meet(b); }

  void append(LoopBuilder &b, AppendOp op) override {
    Value height = b.sub(op.getLast(), op.getFirst());
    b.ifThen(b.equal(me, b.index(0)), [&] {
      placeRows(b, op, height);
      for (unsigned counter = 0; counter <= deals; ++counter)
        b.store(b.integer(0, b.getI64Type()), counters, b.index(counter * kWordsOfLine));
    });
    meet(b);
    forShare(b, slots, [&](Value slot) { emitSlot(b, op, slot); });
    meet(b);
    forShare(b, height,
             [&](Value row) { b.store(b.integer(0, b.getI64Type()), counts, row); });
  }

  Value drain(LoopBuilder &, Value, Value, Value) override { return appended(); }
  Value count(LoopBuilder &) override { return appended(); }
  Value drainAlong(LoopBuilder &, DrainAlongOp) override { return appended(); }
  Value countAlong(LoopBuilder &, CountAlongOp) override { return appended(); }

protected:
  void touch(LoopBuilder &b, Value coordinate, Value product) override {
    Value key = keyOf(b, coordinate), first = firstSlot(b, coordinate, key);
    if (!masked()) {
      auto [slot, isNew] = insert(b, first, key);
      return merge(b, slot, isNew, product);
    }
    Value state = b.cast(stateOf(b, first, key), b.getI8Type());
    b.ifThen(passes(b, state), [&] {
      Value slot = insert(b, first, key).first;
      Value present = b.integer(kPresentBit, b.getI32Type());
      Value before = atomicUpdate(b, AtomicRMWKind::ori, present, states, slot);
      merge(b, slot, b.equal(b.bitAnd(before, present), b.integer(0, b.getI32Type())), product);
    });
  }

  void touchMark(LoopBuilder &b, Value coordinate, int64_t bit) override {
    Value key = keyOf(b, coordinate);
    Value slot = insert(b, firstSlot(b, coordinate, key), key).first;
    atomicUpdate(b, AtomicRMWKind::ori, b.integer(bit, b.getI32Type()), states, slot);
  }

private:
  static Value appended() { llvm_unreachable("a team's tile is appended"); }

  Value asBits(LoopBuilder &b, Value value) {
    return bits == element ? value : arith::BitcastOp::create(b, bits, value);
  }
  Value asValue(LoopBuilder &b, Value value) {
    return bits == element ? value : arith::BitcastOp::create(b, element, value);
  }

  Value keyOf(LoopBuilder &b, Value coordinate) {
    return b.bitOr(rowKey, b.cast(coordinate, b.getI64Type()));
  }
  Value firstSlot(LoopBuilder &b, Value coordinate, Value key) {
    return emitFirstSlot(b, op.getHash(), {key, coordinate, low, high, shareFirst, shareLast},
                         slots);
  }

  /// counters[counter] before `amount` is added.
  Value take(LoopBuilder &b, Value counter, Value amount) {
    return b.toIndex(atomicUpdate(b, AtomicRMWKind::addi, b.cast(amount, b.getI64Type()),
                                  counters, counter));
  }

  /// From `first` on, the slot that `look` finds the key or kFree in, and which.
  std::pair<Value, Value> probe(LoopBuilder &b, Value first, Value key,
                                function_ref<Value(Value slot)> look) {
    Value free = b.integer(kFree, b.getI64Type());
    auto end = b.whileLoop(
        {first, look(first)},
        [&](ValueRange at) { return b.bitAnd(b.notEqual(at[1], free), b.notEqual(at[1], key)); },
        [&](ValueRange at) {
          Value following = b.add(at[0], b.index(1));
          Value slot = b.select(b.equal(following, slots), b.index(0), following);
          return LoopBuilder::Values{slot, look(slot)};
        });
    return {end[0], end[1]};
  }

  /// The slot of a key, and whether this call put the key there.
  std::pair<Value, Value> insert(LoopBuilder &b, Value first, Value key) {
    Type i64 = b.getI64Type();
    Value free = b.integer(kFree, i64);
    auto [slot, found] = probe(b, first, key, [&](Value at) {
      // Most keys are there already: looking is cheaper than trying.
      SharedElement tag(b, tags, at);
      Value seen = tag.load(b);
      return b.ifElse(
          b.equal(seen, free), {i64},
          [&] { return LoopBuilder::Values{tag.compareExchange(b, free, key)}; },
          [&] { return LoopBuilder::Values{seen}; })[0];
    });
    return {slot, b.equal(found, free)};
  }

  /// The state of a key, 0 where it is not in the table.
  Value stateOf(LoopBuilder &b, Value first, Value key) {
    auto [slot, found] =
        probe(b, first, key, [&](Value at) { return SharedElement(b, tags, at).load(b); });
    Type i32 = b.getI32Type();
    return b.ifElse(
        b.equal(found, key), {i32},
        [&] { return LoopBuilder::Values{SharedElement(b, states, slot).load(b)}; },
        [&] { return LoopBuilder::Values{b.integer(0, i32)}; })[0];
  }

  /// One more entry of the row where it is new; its value gets the product.
  void merge(LoopBuilder &b, Value slot, Value isNew, Value product) {
    b.ifThen(isNew, [&] {
      atomicUpdate(b, AtomicRMWKind::addi, b.integer(1, b.getI64Type()), counts, rowNumber);
    });
    if (bits == element && !semiring.semiring.isCustom() &&
        semiring.semiring.getAdd() == SemiringOperator::op_plus) {
      atomicUpdate(b, AtomicRMWKind::addi, product, values, slot);
      return;
    }
    SharedElement value(b, values, slot);
    b.whileLoop(
        {value.load(b), b.bit(true)}, [&](ValueRange old) { return old[1]; },
        [&](ValueRange old) {
          Value sum = asBits(b, semiring.add(b, asValue(b, old[0]), product));
          Value found = value.compareExchange(b, old[0], sum);
          return LoopBuilder::Values{found, b.notEqual(found, old[0])};
        });
  }

  /// Counts become the places of rows in the result, ends of rows are stored.
  void placeRows(LoopBuilder &b, AppendOp op, Value height) {
    Value one = b.index(1);
    Value end = b.loop(
        b.index(0), height, {b.loadIndex(op.getLedger(), one)}, [&](Value row, ValueRange at) {
          Value next = b.add(at[0], b.loadIndex(counts, row));
          Value number = b.add(op.getFirst(), row);
          b.ifThen(b.less(number, op.getWhole()),
                   [&] { b.storeIndex(next, op.getPositions(), b.add(number, one)); });
          b.storeIndex(at[0], counts, row);
          return LoopBuilder::Values{next};
        })[0];
    b.storeIndex(end, op.getLedger(), one);
  }

  /// This worker's part of [0, size).
  void forShare(LoopBuilder &b, Value size, function_ref<void(Value at)> body) {
    auto begin = [&](Value worker) -> Value {
      return arith::DivUIOp::create(b, b.mul(size, worker), workers);
    };
    b.loop(begin(me), begin(b.add(me, b.index(1))), body);
  }

  /// Stores a slot's entry where there is one, and frees the slot.
  void emitSlot(LoopBuilder &b, AppendOp op, Value slot) {
    Type i64 = b.getI64Type(), i32 = b.getI32Type();
    Value tag = b.load(tags, slot), free = b.integer(kFree, i64);
    auto store = [&] {
      Value row = b.toIndex(b.shiftRight(tag, 32));
      Value place =
          b.toIndex(atomicUpdate(b, AtomicRMWKind::addi, b.integer(1, i64), counts, row));
      Value column = b.toIndex(b.bitAnd(tag, b.integer(0xffffffff, i64)));
      b.storeIndex(column, op.getCoordinates(), place);
      b.store(asValue(b, b.load(values, slot)), op.getValues(), place);
      b.store(asBits(b, identity(b)), values, slot);
    };
    b.ifThen(b.notEqual(tag, free), [&] {
      if (masked()) {
        Value present = b.bitAnd(b.load(states, slot), b.integer(kPresentBit, i32));
        b.ifThen(b.notEqual(present, b.integer(0, i32)), store);
        b.store(b.integer(0, i32), states, slot);
      } else {
        store();
      }
      b.store(free, tags, slot);
    });
  }

  Type bits; ///< an integer as wide as the element
  Value counters, counts, tags, values, states;
  Value slots, me, workers;                              ///< of the open tile
  Value rowNumber, rowKey, shareFirst, shareLast;        ///< of the current view
  int64_t deals = 0;
};
} // namespace

std::unique_ptr<Accumulator> scratch::makeSharedHashAccumulator(AccumulatorCreateOp op) {
  return std::make_unique<SharedHash>(op);
}

std::pair<int64_t, int64_t> scratch::capacityOfSharedHash() { return {kTileEntries, kTileRows}; }
