//===- SortSegment.cpp - put a row's entries in order ---------------------===//
//
// Short rows by insertion; longer ones digit by digit from the least one [1]
// on, between two buffers, over the digits in which the row's coordinates differ. That
// is some 30 instructions per entry and digit; a quicksort takes as many for every
// doubling of the row.
//
// [1] Knuth, TAOCP 3, 5.2.5.
//===----------------------------------------------------------------------===//
#include "passes/Emission/SortSegment.h"

using namespace mlir;
using namespace scratch;

/// Rows below this length have digits of 6 bits, others of 8: clearing and adding up the
/// counters costs less than moving the entries.
static constexpr int64_t kNarrowDigitsBelow = 128;

static Value shiftRight(LoopBuilder &b, Value a, Value bits) {
  return arith::ShRUIOp::create(b, a, bits);
}

static void move(LoopBuilder &b, EntryBuffers from, Value here, EntryBuffers to, Value there) {
  b.store(b.load(from.coordinates, here), to.coordinates, there);
  if (from.values)
    b.store(b.load(from.values, here), to.values, there);
}

static void sortByInsertion(LoopBuilder &b, EntryBuffers entries, Value at, Value end) {
  Value one = b.index(1);
  b.loop(b.add(at, one), end, [&](Value entry) {
    Value coordinate = b.load(entries.coordinates, entry);
    Value value = entries.values ? b.load(entries.values, entry) : Value();
    Value place = b.whileLoop(
        {entry},
        [&](ValueRange place) {
          return b.ifElse(
              b.less(at, place[0]), {b.getI1Type()},
              [&] {
                Value before = b.load(entries.coordinates, b.sub(place[0], one));
                return LoopBuilder::Values{b.less(coordinate, before)};
              },
              [&] { return LoopBuilder::Values{b.bit(false)}; })[0];
        },
        [&](ValueRange place) {
          Value before = b.sub(place[0], one);
          move(b, entries, before, entries, place[0]);
          return LoopBuilder::Values{before};
        })[0];
    b.store(coordinate, entries.coordinates, place);
    if (value)
      b.store(value, entries.values, place);
  });
}

/// Moves entries from one buffer to the other, in the order of one digit.
static void sortByDigit(LoopBuilder &b, EntryBuffers from, EntryBuffers to, Value counters,
                        Value at, Value end, Value digits, function_ref<Value(Value)> digitOf) {
  Value zero = b.index(0), one = b.index(1);
  b.loop(zero, digits, [&](Value digit) { b.storeIndex(zero, counters, digit); });
  b.loop(at, end, [&](Value entry) {
    Value digit = digitOf(b.loadIndex(from.coordinates, entry));
    b.storeIndex(b.add(b.loadIndex(counters, digit), one), counters, digit);
  });
  b.loop(zero, digits, {zero}, [&](Value digit, ValueRange before) {
    Value here = b.loadIndex(counters, digit);
    b.storeIndex(before[0], counters, digit);
    return LoopBuilder::Values{b.add(before[0], here)};
  });
  b.loop(at, end, [&](Value entry) {
    Value digit = digitOf(b.loadIndex(from.coordinates, entry));
    Value place = b.loadIndex(counters, digit);
    b.storeIndex(b.add(place, one), counters, digit);
    move(b, from, entry, to, b.add(at, place));
  });
}

static void sortByDigits(LoopBuilder &b, EntryBuffers entries, EntryBuffers spare,
                         Value counters, Value at, Value end) {
  Value first = b.loadIndex(entries.coordinates, at);
  auto ends = b.loop(at, end, {first, first}, [&](Value entry, ValueRange seen) {
    Value coordinate = b.loadIndex(entries.coordinates, entry);
    return LoopBuilder::Values{b.min(seen[0], coordinate), b.max(seen[1], coordinate)};
  });
  Value narrow = b.less(b.sub(end, at), b.index(kNarrowDigitsBelow));
  Value width = b.select(narrow, b.index(6), b.index(8));
  Value digits = b.select(narrow, b.index(64), b.index(256));
  Value mask = b.sub(digits, b.index(1)), zero = b.index(0);
  // What is left of the range, bits done, whether the entries are in `spare`, and the
  // buffers: where the entries are, where they go.
  LoopBuilder::Values state{b.sub(ends[1], ends[0]), zero, b.bit(false)};
  auto append = [](LoopBuilder::Values &to, EntryBuffers buffers) {
    to.push_back(buffers.coordinates);
    if (buffers.values)
      to.push_back(buffers.values);
  };
  auto buffersOf = [&](ValueRange state, bool target) -> EntryBuffers {
    if (!entries.values)
      return {state[3 + target], Value()};
    return {state[3 + 2 * target], state[4 + 2 * target]};
  };
  append(state, entries);
  append(state, spare);
  auto done = b.whileLoop(
      state, [&](ValueRange state) { return b.less(zero, state[0]); },
      [&](ValueRange state) {
        EntryBuffers from = buffersOf(state, false), to = buffersOf(state, true);
        sortByDigit(b, from, to, counters, at, end, digits, [&](Value coordinate) {
          Value offset = b.sub(coordinate, ends[0]);
          return b.bitAnd(shiftRight(b, offset, state[1]), mask);
        });
        LoopBuilder::Values next{shiftRight(b, state[0], width), b.add(state[1], width),
                                 arith::XOrIOp::create(b, state[2], b.bit(true))};
        append(next, to);
        append(next, from);
        return next;
      });
  b.ifThen(done[2], [&] {
    b.loop(at, end, [&](Value entry) { move(b, spare, entry, entries, entry); });
  });
}

void scratch::sortSegment(LoopBuilder &b, EntryBuffers entries, EntryBuffers spare,
                          Value counters, Value at, Value count) {
  Value end = b.add(at, count);
  b.ifElse(
      b.lessEqual(count, b.index(kInsertionMost)),
      [&] {
        sortByInsertion(b, entries, at, end);
      },
      [&] {
        sortByDigits(b, entries, spare, counters, at, end);
      });
}
