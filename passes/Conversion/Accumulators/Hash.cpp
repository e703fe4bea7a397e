//===- Hash.cpp - open-addressing accumulator -----------------------------===//
//
// Stage: map, every target. A table of a power of two slots, at least twice the tile's
// bound, probed linearly from a multiplicative hash [1]. Each tile uses only as
// much of the table as its own bound asks for, so that short rows stay in L1.
// A list of the used slots empties it; keys are sorted where order matters.
//
// [1] Knuth, TAOCP 3, 6.4 (multiplication by 2^w / golden ratio); hash SpGEMM:
//     Nagasaka et al., ICPP Workshops 2018.
//===----------------------------------------------------------------------===//
#include "passes/Conversion/Accumulators/Accumulator.h"
#include "passes/Emission/SortSegment.h"

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"

using namespace mlir;
using namespace scratch;

/// 2^64 / golden ratio, odd.
static constexpr int64_t kMultiplier = static_cast<int64_t>(0x9E3779B97F4A7C15ull);
static constexpr int64_t kLeastSlots = 16;

namespace {
class HashAccumulator : public Accumulator {
public:
  explicit HashAccumulator(AccumulatorCreateOp op) : Accumulator(op) {}

  void create(LoopBuilder &b) override {
    Value slots = slotsFor(b, op.getEntries());
    keys = allocate(b, index, slots, /*zeroed=*/false);
    states = allocate(b, b.getI8Type(), slots, /*zeroed=*/true);
    values = allocateValues(b, slots);
    used = allocate(b, index, slots, /*zeroed=*/false);
    Value most = b.shiftRight(slots, 1);
    sorted = allocate(b, index, most, /*zeroed=*/false);
    spare = allocate(b, index, most, /*zeroed=*/false);
    digits = allocate(b, b.getIndexType(), b.index(kSortCounters), /*zeroed=*/false);
    counter = allocate(b, b.getIndexType(), b.index(1), /*zeroed=*/true);
    b.ifThen(StatusOp::create(b), [&] {
      Value free = freeKey(b);
      b.loop(b.index(0), slots, [&](Value slot) { b.store(free, keys, slot); });
    });
  }

  void destroy(LoopBuilder &b) override {
    for (Value buffer : {keys, states, values, used, sorted, spare, digits, counter})
      ReleaseOp::create(b, buffer);
  }

  void open(LoopBuilder &b, Value low, Value high, Value bound) override {
    this->low = low;
    this->high = high;
    Value slots = slotsFor(b, bound);
    last = b.sub(slots, b.index(1));
    // The hash's upper bits choose the slot: 64 - log2(slots) to drop.
    Value leading = LLVM::CountLeadingZerosOp::create(
        b, b.getI64Type(), b.cast(last, b.getI64Type()), /*is_zero_poison=*/true);
    shift = leading;
  }

  Value count(LoopBuilder &b) override {
    Value total = b.load(counter, b.index(0));
    Value present = b.loop(b.index(0), total, {b.index(0)}, [&](Value n, ValueRange sum) {
      Value state = b.load(states, b.loadIndex(used, n));
      Value one = arith::CmpIOp::create(b, arith::CmpIPredicate::slt, state, byte(b, 0));
      return LoopBuilder::Values{b.add(sum[0], b.cast(one, b.getIndexType()))};
    })[0];
    forget(b, total);
    return present;
  }

  Value drain(LoopBuilder &b, Value coordinates, Value out, Value at) override {
    Value zero = b.index(0);
    Value total = b.load(counter, zero);
    Value present = b.loop(zero, total, {zero}, [&](Value n, ValueRange sum) {
      Value slot = b.loadIndex(used, n);
      // The place is free whether or not the key stays.
      b.store(b.load(keys, slot), sorted, sum[0]);
      Value here = arith::CmpIOp::create(b, arith::CmpIPredicate::slt,
                                         b.load(states, slot), byte(b, 0));
      return LoopBuilder::Values{b.add(sum[0], b.cast(here, b.getIndexType()))};
    })[0];
    sortSegment(b, {sorted, Value()}, {spare, Value()}, digits, zero, present);
    Type stored = cast<MemRefType>(coordinates.getType()).getElementType();
    b.loop(zero, present, [&](Value n) {
      Value key = b.load(sorted, n);
      Value slot = probe(b, key).first;
      Value place = b.add(at, n);
      b.store(b.cast(key, stored), coordinates, place);
      b.store(b.load(values, slot), out, place);
    });
    forget(b, total);
    return present;
  }

  Value drainUnordered(LoopBuilder &b, Value coordinates, Value out, Value at) override {
    Value zero = b.index(0), one = b.index(1);
    Value total = b.load(counter, zero);
    Type stored = cast<MemRefType>(coordinates.getType()).getElementType();
    auto emit = [&](Value slot, Value place) {
      b.store(b.cast(b.load(keys, slot), stored), coordinates, place);
      b.store(b.load(values, slot), out, place);
      return LoopBuilder::Values{b.add(place, one)};
    };
    Value end = b.loop(zero, total, {at}, [&](Value n, ValueRange place) {
      Value slot = b.loadIndex(used, n);
      LoopBuilder::Values next;
      if (masked()) {
        // The place belongs to the next row unless the key stays.
        Value here = arith::CmpIOp::create(b, arith::CmpIPredicate::slt, b.load(states, slot),
                                           byte(b, 0));
        next = b.ifElse(
            here, {b.getIndexType()}, [&] { return emit(slot, place[0]); },
            [&] { return LoopBuilder::Values{place[0]}; });
      } else {
        next = emit(slot, place[0]);
      }
      free(b, slot);
      return next;
    })[0];
    b.store(zero, counter, zero);
    return b.sub(end, at);
  }

  Value countAlong(LoopBuilder &b, CountAlongOp) override { return count(b); }

  Value drainAlong(LoopBuilder &b, DrainAlongOp op) override {
    Type stored = cast<MemRefType>(op.getCoordinates().getType()).getElementType();
    Value end = b.loop(op.getFirst(), op.getLast(), {op.getAt()}, [&](Value p, ValueRange at) {
      Value key = b.cast(b.load(op.getAlong(), p), index);
      auto [slot, found] = probe(b, key);
      // A free slot has state 0.
      Value here = arith::CmpIOp::create(b, arith::CmpIPredicate::slt, b.load(states, slot),
                                         byte(b, 0));
      b.store(b.cast(key, stored), op.getCoordinates(), at[0]);
      b.store(b.load(values, slot), op.getValues(), at[0]);
      return LoopBuilder::Values{b.add(at[0], b.cast(here, b.getIndexType()))};
    })[0];
    forget(b, b.load(counter, b.index(0)));
    return b.sub(end, op.getAt());
  }

protected:
  void touch(LoopBuilder &b, Value coordinate, Value product) override {
    Value key = b.cast(coordinate, index);
    auto [slot, found] = probe(b, key);
    auto merge = [&](Value state) {
      if (product)
        b.store(semiring.add(b, b.load(values, slot), product), values, slot);
      b.store(state, states, slot);
    };
    if (!masked()) {
      insertUnless(b, found, key, slot);
      return merge(byte(b, kPresent));
    }
    // A key that no leaf marked has state 0, in the table or not.
    Value state = b.load(states, slot);
    b.ifThen(passes(b, state), [&] {
      insertUnless(b, found, key, slot);
      merge(b.bitOr(state, byte(b, kPresent)));
    });
  }

  void touchMark(LoopBuilder &b, Value coordinate, int64_t bit) override {
    Value key = b.cast(coordinate, index);
    auto [slot, found] = probe(b, key);
    insertUnless(b, found, key, slot);
    b.store(b.bitOr(b.load(states, slot), byte(b, bit)), states, slot);
  }

private:
  /// No coordinate: all bits set.
  Value freeKey(LoopBuilder &b) { return b.integer(-1, index); }

  /// Power of two, at least twice `bound`.
  Value slotsFor(LoopBuilder &b, Value bound) {
    Type i64 = b.getI64Type();
    Value least = b.max(b.cast(bound, i64), b.integer(kLeastSlots / 2, i64));
    Value twice = b.sub(b.shiftLeft(least, 1), b.integer(1, i64));
    Value leading = LLVM::CountLeadingZerosOp::create(b, i64, twice, true);
    Value log = b.sub(b.integer(64, i64), leading);
    return b.toIndex(arith::ShLIOp::create(b, b.integer(1, i64), log));
  }

  /// The slot of a key, or the free slot where it belongs; and whether it is there.
  std::pair<Value, Value> probe(LoopBuilder &b, Value key) {
    Type i64 = b.getI64Type();
    Value hash = b.mul(b.cast(key, i64), b.integer(kMultiplier, i64));
    Value start = b.toIndex(arith::ShRUIOp::create(b, hash, shift));
    Value free = freeKey(b), one = b.index(1);
    Value first = b.load(keys, start);
    auto end = b.whileLoop(
        {start, first},
        [&](ValueRange at) {
          return b.bitAnd(b.notEqual(at[1], key), b.notEqual(at[1], free));
        },
        [&](ValueRange at) {
          Value next = b.bitAnd(b.add(at[0], one), last);
          return LoopBuilder::Values{next, b.load(keys, next)};
        });
    return {end[0], b.equal(end[1], key)};
  }

  void insertUnless(LoopBuilder &b, Value found, Value key, Value slot) {
    b.ifThen(b.equal(found, b.bit(false)), [&] {
      Value zero = b.index(0);
      Value count = b.load(counter, zero);
      b.store(key, keys, slot);
      b.storeIndex(slot, used, count);
      b.store(b.add(count, b.index(1)), counter, zero);
    });
  }

  void free(LoopBuilder &b, Value slot) {
    b.store(freeKey(b), keys, slot);
    b.store(identity(b), values, slot);
    b.store(byte(b, 0), states, slot);
  }

  /// Every used slot becomes free again.
  void forget(LoopBuilder &b, Value total) {
    b.loop(b.index(0), total, [&](Value n) { free(b, b.loadIndex(used, n)); });
    b.store(b.index(0), counter, b.index(0));
  }

  Value keys, states, values, used, sorted, spare, digits, counter;
  Value last, shift; ///< of the open tile
};
} // namespace

std::unique_ptr<Accumulator> scratch::makeHashAccumulator(AccumulatorCreateOp op) {
  return std::make_unique<HashAccumulator>(op);
}
