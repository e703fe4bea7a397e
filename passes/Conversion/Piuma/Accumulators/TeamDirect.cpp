//===- TeamDirect.cpp - a row that no table holds, addressed by column ----===//
//
// Stage: map (PIUMA). Such a row makes a tile of its own (expand's Windows.cpp). It may
// have nearly every column, so that there is nothing to look for: the scratchpad holds a
// value and a state for every column of the window, without keys, and windows are several
// times as wide as the table could hold. Threads empty equal shares of the columns, in
// ascending order.
//
// The bytes are the table's; whoever opens a tile of the other sort has them filled anew.
// A table is filled as far as tiles have reached.
//
//===----------------------------------------------------------------------===//
#include "passes/Conversion/Piuma/Accumulators/TeamTable.h"

using namespace mlir;
using namespace scratch;
using namespace scratch::piuma;

/// What the bytes are laid out for.
enum Sort : int64_t { kNeither, kByKey, kByColumn };

void TeamTable::createDirect(LoopBuilder &b) {
  directValues = valuesAt(b, layout.tags, layout.width);
  directStates = bufferAt(b, layout.directStates, layout.width, b.getI32Type());
  directPairs = bufferAt(b, layout.directStates, b.shiftRight(layout.width, 1), b.getI64Type());
  filled = memref::AllocaOp::create(b, MemRefType::get({2}, b.getIndexType()));
  b.store(b.index(kNeither), filled, b.index(0));
  b.store(b.index(0), filled, b.index(1));
}

void TeamTable::fillDirect(LoopBuilder &b) {
  int64_t bytes = element.getIntOrFloatBitWidth() / 8;
  fill(b, layout.tags, b.mul(layout.width, b.index(bytes)), semiring.identity);
  fill(b, layout.directStates, b.mul(layout.width, b.index(4)), word(b, 0));
}

/// Fills the bytes where the tile before was of the other sort, or there was none, and as
/// much of the table as the tile needs: filling all of it would take longer than a small
/// product. What is filled at least doubles.
void TeamTable::openLayout(LoopBuilder &b, Value bound) {
  Value zero = b.index(0), one = b.index(1);
  Value sort = b.select(direct, b.index(kByColumn), b.index(kByKey));
  Value other = b.notEqual(sort, b.load(filled, zero));
  Value before = b.select(other, zero, b.load(filled, one));
  // A tile without products has slots as well.
  Value needed = b.select(direct, zero, b.max(bound, one));
  b.ifThen(b.bitOr(other, b.less(before, needed)), [&] {
    // Whole words of every part.
    Value grown = b.bitAnd(b.add(b.max(needed, b.shiftLeft(before, 1)), b.index(7)), b.index(-8));
    Value after = b.min(grown, layout.entries);
    settle(b);
    b.ifThen(isLeader(b), [&] {
      b.ifElse(direct, [&] { fillDirect(b); }, [&] { fillTable(b, {before, after}); });
      DmaWaitOp::create(b, Value());
    });
    b.ifThen(other, [&] { renewed(b); });
    b.store(sort, filled, zero);
    b.store(after, filled, one);
    barrier(b);
  });
}

void TeamTable::touchSegment(LoopBuilder &b, const Segment &segment) {
  b.ifElse(
      direct,
      [&] {
        b.loop(segment.first, segment.last, [&](Value p) {
          Value coordinate = segment.coordinate(b, p);
          touchDirect(b, coordinate, segment.product(b, p));
        });
      },
      [&] { TeamHash::touchSegment(b, segment); });
}

void TeamTable::touchDirect(LoopBuilder &b, Value coordinate, Value product) {
  Value at = b.sub(coordinate, low), present = b.integer(kPresentBit, b.getI32Type());
  if (!masked()) {
    StoreOp::create(b, present, directStates, at);
    return add(b, directValues, at, product);
  }
  Value state = LoadOp::create(b, b.getI32Type(), directStates, at);
  b.ifThen(passes(b, b.cast(state, b.getI8Type())), [&] {
    PostOp::create(b, Combine::Ori, present, directStates, at);
    add(b, directValues, at, product);
  });
}

void TeamTable::touchMark(LoopBuilder &b, Value coordinate, int64_t bit) {
  b.ifElse(
      direct,
      [&] {
        PostOp::create(b, Combine::Ori, b.integer(bit, b.getI32Type()), directStates,
                       b.sub(coordinate, low));
      },
      [&] { TeamHash::touchMark(b, coordinate, bit); });
}

void TeamTable::appendDirect(LoopBuilder &b, AppendOp op) {
  Type i64 = b.getI64Type();
  // Two columns at a time; behind an odd last one lies a state that nobody set.
  Value pairs = b.shiftRight(b.add(b.sub(high, low), b.index(1)), 1);
  auto share = [&](Value thread) -> Value {
    return arith::DivUIOp::create(b, b.mul(pairs, thread), workers);
  };
  Value from = share(me), to = share(b.add(me, b.index(1)));
  Value none = b.integer(0, i64);
  auto isPresent = [&](Value states, int64_t which) {
    Value bit = b.integer(kPresentBit << (32 * which), i64);
    return b.notEqual(b.bitAnd(states, bit), none);
  };
  // Even and odd columns side by side: 2^25 of each are counted, more than there are.
  constexpr int64_t kPresentPair = kPresentBit << 32 | kPresentBit;
  Value counted = b.loop(from, to, {none}, [&](Value pair, ValueRange sum) {
    Value states = b.load(directPairs, pair);
    if (masked())
      states = b.bitAnd(states, b.integer(kPresentPair, i64));
    return LoopBuilder::Values{b.add(sum[0], states)};
  })[0];
  Value even = b.bitAnd(counted, b.integer(0xffffffff, i64));
  Value own = b.shiftRight(b.add(even, b.shiftRight(counted, 32)), 7);
  Value before = ScanOp::create(b, i64, TeamScope::Core, own);
  Value total = ReduceOp::create(b, i64, Combine::Addi, TeamScope::Core, own);
  Value base = placeTile(b, op, total), one = b.index(1);
  resetDeals(b);
  b.ifThen(b.bitAnd(isLeader(b), b.less(op.getFirst(), op.getWhole())), [&] {
    b.storeIndex(b.add(base, b.toIndex(total)), op.getPositions(), b.add(op.getFirst(), one));
  });
  b.loop(from, to, {b.add(base, b.toIndex(before))}, [&](Value pair, ValueRange at) {
    Value states = b.load(directPairs, pair);
    Value next = b.ifElse(
        b.notEqual(states, none), {b.getIndexType()},
        [&] {
          Value so = at[0];
          for (int64_t which : {0, 1})
            so = b.ifElse(
                isPresent(states, which), {b.getIndexType()},
                [&] {
                  Value column = b.add(b.shiftLeft(pair, 1), b.index(which));
                  b.storeIndex(b.add(low, column), op.getCoordinates(), so);
                  b.store(b.load(directValues.values, column), op.getValues(), so);
                  b.store(identity(b), directValues.values, column);
                  return LoopBuilder::Values{b.add(so, one)};
                },
                [&] { return LoopBuilder::Values{so}; })[0];
          b.store(none, directPairs, pair);
          return LoopBuilder::Values{so};
        },
        [&] { return LoopBuilder::Values{at[0]}; })[0];
    return LoopBuilder::Values{next};
  });
}
