//===- TeamHash.cpp - a hash table that a team fills ----------------------===//
#include "passes/Conversion/Accumulators/TeamHash.h"

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"

using namespace mlir;
using namespace scratch;

/// 2^64 / golden ratio, odd.
static constexpr int64_t kMultiplier = static_cast<int64_t>(0x9E3779B97F4A7C15ull);

void TeamHash::row(LoopBuilder &b, RowOp op) {
  rowNumber = op.getNumber();
  rowKey = b.shiftLeft(b.cast(op.getNumber(), b.getI64Type()), 32);
  shareFirst = op.getFirst();
  shareLast = op.getLast();
}

void TeamHash::deal(LoopBuilder &b, DealOp op) {
  Value first = op.getFirst(), last = op.getLast(), grain = op.getGrain();
  unsigned number = deals++;
  auto token = [&] { return LoopBuilder::Values{b.add(first, take(b, number, grain))}; };
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

Value TeamHash::keyOf(LoopBuilder &b, Value coordinate) {
  return b.bitOr(rowKey, b.cast(coordinate, b.getI64Type()));
}

/// Where the search for a key begins.
Value TeamHash::firstSlot(LoopBuilder &b, Value coordinate, Value key) {
  Type i64 = b.getI64Type();
  if (op.getHash() == HashFunction::Multiplicative) {
    Value spread = b.mul(key, b.integer(kMultiplier, i64));
    auto wide = arith::MulUIExtendedOp::create(b, spread, b.cast(slots, i64));
    return b.toIndex(wide.getHigh());
  }
  Value begin = b.shiftLeft(shareFirst, 1);
  Value length = b.max(b.shiftLeft(b.sub(shareLast, shareFirst), 1), b.index(1));
  Value inside;
  if (op.getHash() == HashFunction::High) {
    Value width = b.max(b.sub(high, low), b.index(1));
    Value ratio = arith::DivUIOp::create(b, b.shiftLeft(length, 32), width);
    inside = b.shiftRight(b.mul(b.sub(coordinate, low), ratio), 32);
  } else {
    // The greatest power of two that fits.
    Value leading =
        b.toIndex(LLVM::CountLeadingZerosOp::create(b, i64, b.cast(length, i64), false));
    Value mask = arith::ShRUIOp::create(b, b.index(std::numeric_limits<int64_t>::max()), leading);
    inside = b.bitAnd(coordinate, mask);
  }
  return b.add(begin, b.min(inside, b.sub(length, b.index(1))));
}

/// From `first` on, the slot that `look` finds the key or kFree in, and which.
std::pair<Value, Value> TeamHash::probe(LoopBuilder &b, Value first, Value key,
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
std::pair<Value, Value> TeamHash::insert(LoopBuilder &b, Value coordinate, Value key) {
  auto [slot, found] = probe(b, firstSlot(b, coordinate, key), key,
                             [&](Value at) { return claim(b, at, key); });
  return {slot, b.equal(found, b.integer(kFree, b.getI64Type()))};
}

/// The state of a key, 0 where it is not in the table.
Value TeamHash::stateOf(LoopBuilder &b, Value coordinate, Value key) {
  auto [slot, found] =
      probe(b, firstSlot(b, coordinate, key), key, [&](Value at) { return tagAt(b, at); });
  Type i32 = b.getI32Type();
  return b.ifElse(
      b.equal(found, key), {i32}, [&] { return LoopBuilder::Values{stateAt(b, slot)}; },
      [&] { return LoopBuilder::Values{b.integer(0, i32)}; })[0];
}

void TeamHash::touch(LoopBuilder &b, Value coordinate, Value product) {
  Value key = keyOf(b, coordinate);
  if (!masked()) {
    auto [slot, isNew] = insert(b, coordinate, key);
    return merge(b, slot, isNew, coordinate, product);
  }
  Value state = b.cast(stateOf(b, coordinate, key), b.getI8Type());
  b.ifThen(passes(b, state), [&] {
    Value slot = insert(b, coordinate, key).first;
    Type i32 = b.getI32Type();
    Value present = b.integer(kPresentBit, i32);
    Value before = setState(b, slot, present);
    Value isNew = b.equal(b.bitAnd(before, present), b.integer(0, i32));
    merge(b, slot, isNew, coordinate, product);
  });
}

void TeamHash::touchMark(LoopBuilder &b, Value coordinate, int64_t bit) {
  Value slot = insert(b, coordinate, keyOf(b, coordinate)).first;
  postState(b, slot, b.integer(bit, b.getI32Type()));
}
