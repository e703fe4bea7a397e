//===- TeamTable.cpp - a table that the threads of a core share -----------===//
//
// Stage: map (PIUMA). The table of SMASH [1]: a slot belongs to whoever changes
// its tag from free to row and column by compare-exchange; linear probing.
// Values are merged by posted remote atomics, nobody waits for them. Adds that
// the machine has no atomic for are compare-exchange loops on the value.
//
// [1] K. Shivdikar, arXiv 2105.14156.
//===----------------------------------------------------------------------===//
#include "passes/Conversion/Piuma/Accumulators/TeamTable.h"

#include "passes/Conversion/Accumulators/TeamHash.h"

using namespace mlir;
using namespace scratch;
using namespace scratch::piuma;

static constexpr int64_t kFree = -1;
static constexpr int64_t kPresentBit = 0x80;

Value TeamTable::bufferAt(LoopBuilder &b, Value offset, Value size, Type element) {
  auto space = b.getI64IntegerAttr(PiumaDialect::kScratchpadSpace);
  auto type = MemRefType::get({ShapedType::kDynamic}, element, AffineMap(), space);
  return ScratchpadOp::create(b, type, offset, size);
}

Value TeamTable::fill(LoopBuilder &b, Value offset, Value bytes, TypedAttr element) {
  APInt bits = isa<FloatAttr>(element) ? cast<FloatAttr>(element).getValue().bitcastToAPInt()
                                       : cast<IntegerAttr>(element).getValue();
  APInt pattern = APInt::getSplat(64, bits);
  Value words = b.shiftRight(b.add(bytes, b.index(7)), 3);
  Value target = bufferAt(b, offset, words, b.getI64Type());
  Value word = b.integer(pattern.getSExtValue(), b.getI64Type());
  return DmaFillOp::create(b, b.getType<TransferType>(), word, target, b.index(0), words);
}

void TeamTable::create(LoopBuilder &b) {
  auto type = op.getAccumulator().getType();
  layout = layOut(b, op->getParentOfType<ModuleOp>(), type, masked());
  me = IdentityOp::create(b, b.getIndexType(), Identity::LocalThread);
  threads = IdentityOp::create(b, b.getIndexType(), Identity::LocalThreads);
  counters = bufferAt(b, b.index(0), b.index(kCounterWords), b.getI64Type());
  counts = bufferAt(b, layout.counts, layout.rows, b.getI64Type());
  tags = bufferAt(b, layout.tags, layout.slots, b.getI64Type());
  if (masked())
    states = bufferAt(b, layout.states, layout.slots, b.getI32Type());
  Type bits = b.getIntegerType(element.getIntOrFloatBitWidth());
  bool fragments = type.getKind() == AccumulatorKind::Fragments;
  Value held = fragments ? b.mul(layout.entries, b.index(2)) : layout.slots;
  values = bufferAt(b, layout.values, held, element);
  valueBits = bufferAt(b, layout.values, held, bits);
  b.ifThen(isLeader(b), [&] {
    fill(b, b.index(0), layout.tags, word(b, 0));
    fill(b, layout.tags, b.mul(layout.slots, b.index(8)), word(b, kFree));
    if (masked())
      fill(b, layout.states, b.mul(layout.slots, b.index(4)), word(b, 0));
    fill(b, layout.values, b.mul(held, b.index(bits.getIntOrFloatBitWidth() / 8)),
         semiring.identity);
    prepare(b);
    DmaWaitOp::create(b, Value());
  });
  barrier(b);
}

void TeamTable::open(LoopBuilder &b, Value low, Value high, Value bound) {
  this->low = low;
  this->high = high;
  // Small tiles use a small part of the table: scanning and clearing it is quick.
  slots = b.max(b.shiftLeft(bound, 1), b.index(2));
  mark(b, kMerge);
}

void TeamTable::row(LoopBuilder &b, RowOp op) {
  rowNumber = op.getNumber();
  rowKey = b.shiftLeft(b.cast(op.getNumber(), b.getI64Type()), 32);
  shareFirst = op.getFirst();
  shareLast = op.getLast();
}

void TeamTable::deal(LoopBuilder &b, DealOp op) {
  Value first = op.getFirst(), last = op.getLast(), grain = op.getGrain();
  Value counter = b.index(deals++);
  Type i64 = b.getI64Type();
  auto take = [&] {
    Value taken = AtomicOp::create(b, i64, Combine::Addi, b.cast(grain, i64), counters, counter);
    return LoopBuilder::Values{b.add(first, b.toIndex(taken))};
  };
  LoopBuilder::Values begin =
      op.getTokens() ? take() : LoopBuilder::Values{b.add(first, b.mul(me, grain))};
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
          return take();
        return LoopBuilder::Values{b.add(piece[0], b.mul(threads, grain))};
      });
}

void TeamTable::accumulated(LoopBuilder &b) {
  finishTransfers(b);
  barrier(b);
  mark(b, kWriteBack);
}

Value TeamTable::keyOf(LoopBuilder &b, Value coordinate) {
  return b.bitOr(rowKey, b.cast(coordinate, b.getI64Type()));
}

Value TeamTable::startOf(LoopBuilder &b, Value column, Value key) {
  return emitFirstSlot(b, op.getHash(), {key, column, low, high, shareFirst, shareLast}, slots);
}

Value TeamTable::next(LoopBuilder &b, Value slot) {
  Value following = b.add(slot, b.index(1));
  return b.select(b.equal(following, slots), b.index(0), following);
}

/// The slot of a key, and whether this call put the key there.
std::pair<Value, Value> TeamTable::insert(LoopBuilder &b, Value start, Value key) {
  Type i64 = b.getI64Type();
  Value free = b.integer(kFree, i64);
  auto claim = [&](Value slot) -> Value { return CasOp::create(b, i64, free, key, tags, slot); };
  auto end = b.whileLoop(
      {start, claim(start)},
      [&](ValueRange at) { return b.bitAnd(b.notEqual(at[1], free), b.notEqual(at[1], key)); },
      [&](ValueRange at) {
        Value slot = next(b, at[0]);
        return LoopBuilder::Values{slot, claim(slot)};
      });
  return {end[0], b.equal(end[1], free)};
}

/// The state of a key, 0 where it is not in the table.
Value TeamTable::stateOf(LoopBuilder &b, Value start, Value key) {
  Type i64 = b.getI64Type();
  Value free = b.integer(kFree, i64);
  auto look = [&](Value slot) -> Value { return LoadOp::create(b, i64, tags, slot); };
  auto end = b.whileLoop(
      {start, look(start)},
      [&](ValueRange at) { return b.bitAnd(b.notEqual(at[1], free), b.notEqual(at[1], key)); },
      [&](ValueRange at) {
        Value slot = next(b, at[0]);
        return LoopBuilder::Values{slot, look(slot)};
      });
  Type i32 = b.getI32Type();
  return b.ifElse(
      b.equal(end[1], key), {i32},
      [&] { return LoopBuilder::Values{LoadOp::create(b, i32, states, end[0])}; },
      [&] { return LoopBuilder::Values{b.integer(0, i32)}; })[0];
}

void TeamTable::touch(LoopBuilder &b, Value coordinate, Value product) {
  Value key = keyOf(b, coordinate);
  Value start = startOf(b, coordinate, key);
  if (!masked()) {
    auto [slot, isNew] = insert(b, start, key);
    return merge(b, slot, isNew, coordinate, product);
  }
  Value state = b.cast(stateOf(b, start, key), b.getI8Type());
  b.ifThen(passes(b, state), [&] {
    auto [slot, inserted] = insert(b, start, key);
    Type i32 = b.getI32Type();
    Value present = b.integer(kPresentBit, i32);
    Value before = AtomicOp::create(b, i32, Combine::Ori, present, states, slot);
    Value isNew = b.equal(b.bitAnd(before, present), b.integer(0, i32));
    merge(b, slot, isNew, coordinate, product);
  });
}

void TeamTable::touchMark(LoopBuilder &b, Value coordinate, int64_t bit) {
  Value key = keyOf(b, coordinate);
  Value slot = insert(b, startOf(b, coordinate, key), key).first;
  PostOp::create(b, Combine::Ori, b.integer(bit, b.getI32Type()), states, slot);
}
