//===- SharedHash.cpp - one table for all workers, merged by atomics ------===//
//
// Stage: map (x86). The team is all workers of the parallel region: they compute
// windows of rows one after the other, all of them in the same table. Values are
// merged by atomics, in the order of arrival. To write a tile back, workers scan
// equal parts of the table: each entry takes the next place of its row by an atomic.
//
// Barriers of a tile: workers have numbers | all is merged | rows have places | all
// is written. Between two of them nobody reads what another one writes.
//
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

namespace {
using arith::AtomicRMWKind;

class SharedHash final : public TeamHash {
public:
  explicit SharedHash(AccumulatorCreateOp op) : TeamHash(op) {}

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
    me = addTo(b, 0, b.index(1));
    meet(b);
    workers = b.loadIndex(counters, b.index(0));
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

protected:
  Value take(LoopBuilder &b, unsigned deal, Value grain) override {
    assert(deal + 1 < kCounters && "a counter for every deal");
    return addTo(b, deal + 1, grain);
  }
  Value tagAt(LoopBuilder &b, Value slot) override { return SharedElement(b, tags, slot).load(b); }
  Value stateAt(LoopBuilder &b, Value slot) override {
    return SharedElement(b, states, slot).load(b);
  }
  Value setState(LoopBuilder &b, Value slot, Value bits) override {
    return atomicUpdate(b, AtomicRMWKind::ori, bits, states, slot);
  }
  /// Most keys are there already: looking is cheaper than trying.
  Value claim(LoopBuilder &b, Value slot, Value key) override {
    Type i64 = b.getI64Type();
    Value free = b.integer(kFree, i64);
    SharedElement tag(b, tags, slot);
    Value seen = tag.load(b);
    return b.ifElse(
        b.equal(seen, free), {i64},
        [&] { return LoopBuilder::Values{tag.compareExchange(b, free, key)}; },
        [&] { return LoopBuilder::Values{seen}; })[0];
  }

  /// One more entry of the row where it is new; its value gets the product.
  void merge(LoopBuilder &b, Value slot, Value isNew, Value, Value product) override {
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

private:
  Value asBits(LoopBuilder &b, Value value) {
    return bits == element ? value : arith::BitcastOp::create(b, bits, value);
  }
  Value asValue(LoopBuilder &b, Value value) {
    return bits == element ? value : arith::BitcastOp::create(b, element, value);
  }

  /// A counter before `amount` is added.
  Value addTo(LoopBuilder &b, unsigned counter, Value amount) {
    return b.toIndex(atomicUpdate(b, AtomicRMWKind::addi, b.cast(amount, b.getI64Type()), counters,
                                  b.index(counter * kWordsOfLine)));
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
};
} // namespace

std::unique_ptr<Accumulator> scratch::makeSharedHashAccumulator(AccumulatorCreateOp op) {
  return std::make_unique<SharedHash>(op);
}

std::pair<int64_t, int64_t> scratch::capacityOfSharedHash() { return {kTileEntries, kTileRows}; }
