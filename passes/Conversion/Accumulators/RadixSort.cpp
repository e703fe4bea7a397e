//===- RadixSort.cpp - coordinates of a row in order ----------------------===//
//
// Stage: map, every target.
//
//===----------------------------------------------------------------------===//
#include "passes/Conversion/Accumulators/RadixSort.h"

using namespace mlir;
using namespace scratch;

static constexpr int64_t kDigitBits = 8;
static_assert(int64_t(1) << kDigitBits == kRadixCounters);
/// Below, clearing the counters costs more than insertion does.
static constexpr int64_t kInserted = 32;

static void insertEach(LoopBuilder &b, Value keys, Value count) {
  Value zero = b.index(0), one = b.index(1);
  b.loop(b.min(one, count), count, [&](Value n) {
    Value key = b.load(keys, n);
    Value place = b.whileLoop(
        {n},
        [&](ValueRange at) {
          // At place 0 this reads the first key and is not asked.
          Value before = b.load(keys, b.sub(b.max(at[0], one), one));
          return b.bitAnd(b.less(zero, at[0]), b.less(key, before));
        },
        [&](ValueRange at) {
          Value before = b.sub(at[0], one);
          b.store(b.load(keys, before), keys, at[0]);
          return LoopBuilder::Values{before};
        })[0];
    b.store(key, keys, place);
  });
}

/// One pass: keys from `from` on go to `to` on, in the order of their digit.
static void deal(LoopBuilder &b, Value keys, Value counters, Value count, Value low, Value shift,
                 Value from, Value to) {
  Value zero = b.index(0), one = b.index(1), all = b.index(kRadixCounters);
  auto digitOf = [&](Value key) {
    Value above = b.sub(b.toIndex(key), low);
    return b.bitAnd(arith::ShRUIOp::create(b, above, shift), b.index(kRadixCounters - 1));
  };
  b.loop(zero, all, [&](Value digit) { b.storeIndex(zero, counters, digit); });
  b.loop(zero, count, [&](Value n) {
    Value digit = digitOf(b.load(keys, b.add(from, n)));
    b.storeIndex(b.add(b.loadIndex(counters, digit), one), counters, digit);
  });
  b.loop(zero, all, {to}, [&](Value digit, ValueRange place) {
    Value next = b.add(place[0], b.loadIndex(counters, digit));
    b.storeIndex(place[0], counters, digit);
    return LoopBuilder::Values{next};
  });
  b.loop(zero, count, [&](Value n) {
    Value key = b.load(keys, b.add(from, n));
    Value digit = digitOf(key);
    Value place = b.loadIndex(counters, digit);
    b.store(key, keys, place);
    b.storeIndex(b.add(place, one), counters, digit);
  });
}

Value scratch::emitRadixSort(LoopBuilder &b, Value keys, Value counters, Value count, Value spare,
                             Value low, Value high) {
  Value zero = b.index(0);
  return b.ifElse(
      b.lessEqual(count, b.index(kInserted)), {b.getIndexType()},
      [&] {
        insertEach(b, keys, count);
        return LoopBuilder::Values{zero};
      },
      [&] {
        // Bits that no key has set need no pass.
        Value largest = b.sub(b.sub(high, low), b.index(1));
        auto end = b.whileLoop(
            {zero, zero, spare, largest},
            [&](ValueRange at) { return b.notEqual(at[3], zero); },
            [&](ValueRange at) {
              deal(b, keys, counters, count, low, at[0], at[1], at[2]);
              return LoopBuilder::Values{b.add(at[0], b.index(kDigitBits)), at[2], at[1],
                                         b.shiftRight(at[3], kDigitBits)};
            });
        return LoopBuilder::Values{end[1]};
      })[0];
}
