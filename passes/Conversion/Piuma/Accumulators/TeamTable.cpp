//===- TeamTable.cpp - a table that the threads of a core share -----------===//
//
// Stage: map (PIUMA). The table stands in the scratchpad. Values are merged by posted
// remote atomics, nobody waits for them. Adds that the machine has no atomic for are
// compare-exchange loops on the value.
//
//===----------------------------------------------------------------------===//
#include "passes/Conversion/Piuma/Accumulators/TeamTable.h"

using namespace mlir;
using namespace scratch;
using namespace scratch::piuma;

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

TeamTable::Cells TeamTable::valuesAt(LoopBuilder &b, Value offset, Value size) {
  Type bits = b.getIntegerType(element.getIntOrFloatBitWidth());
  return {bufferAt(b, offset, size, element), bufferAt(b, offset, size, bits)};
}

void TeamTable::create(LoopBuilder &b) {
  auto type = op.getAccumulator().getType();
  layout = layOut(b, op->getParentOfType<ModuleOp>(), type, masked());
  me = IdentityOp::create(b, b.getIndexType(), Identity::LocalThread);
  workers = IdentityOp::create(b, b.getIndexType(), Identity::LocalThreads);
  counters = bufferAt(b, b.index(0), b.index(kCounterWords), b.getI64Type());
  counts = bufferAt(b, layout.counts, layout.rows, b.getI64Type());
  tags = bufferAt(b, layout.tags, layout.slots, b.getI64Type());
  if (masked())
    states = bufferAt(b, layout.states, layout.slots, b.getI32Type());
  held = valuesAt(b, layout.values, valuesHeld(b));
  createDirect(b);
  // Waited for when the first tile is opened.
  b.ifThen(isLeader(b), [&] { fill(b, b.index(0), layout.tags, word(b, 0)); });
}

Value TeamTable::valuesHeld(LoopBuilder &b) {
  bool fragments = op.getAccumulator().getType().getKind() == AccumulatorKind::Fragments;
  return fragments ? b.mul(layout.entries, b.index(2)) : layout.slots;
}

void TeamTable::fill(LoopBuilder &b, Value offset, const Range &range, TypedAttr element) {
  Value bytes = b.index(element.getType().getIntOrFloatBitWidth() / 8);
  fill(b, b.add(offset, b.mul(range.from, bytes)), b.mul(b.sub(range.to, range.from), bytes),
       element);
}

TeamTable::Range TeamTable::slotsOf(LoopBuilder &b, const Range &entries) {
  return {b.shiftLeft(entries.from, 1), b.shiftLeft(entries.to, 1)};
}

void TeamTable::fillTable(LoopBuilder &b, const Range &entries) {
  fill(b, layout.tags, slotsOf(b, entries), word(b, kFree));
  if (masked())
    fill(b, layout.states, slotsOf(b, entries), b.getI32IntegerAttr(0));
  prepare(b, entries);
}

void TeamTable::open(LoopBuilder &b, Value low, Value high, Value bound) {
  this->low = low;
  this->high = high;
  direct = b.less(layout.entries, bound);
  openLayout(b, bound);
  // Small tiles use a small part of the table: scanning and clearing it is quick.
  slots = b.max(b.shiftLeft(b.min(bound, layout.entries), 1), b.index(2));
  mark(b, kMerge);
}

void TeamTable::accumulated(LoopBuilder &b) {
  finishTransfers(b);
  barrier(b);
  mark(b, kWriteBack);
}

Value TeamTable::take(LoopBuilder &b, unsigned deal, Value grain) {
  Type i64 = b.getI64Type();
  return b.toIndex(
      AtomicOp::create(b, i64, Combine::Addi, b.cast(grain, i64), counters, b.index(deal)));
}

Value TeamTable::tagAt(LoopBuilder &b, Value slot) {
  return LoadOp::create(b, b.getI64Type(), tags, slot);
}

Value TeamTable::stateAt(LoopBuilder &b, Value slot) {
  return LoadOp::create(b, b.getI32Type(), states, slot);
}

Value TeamTable::claim(LoopBuilder &b, Value slot, Value key) {
  Type i64 = b.getI64Type();
  return CasOp::create(b, i64, b.integer(kFree, i64), key, tags, slot);
}

Value TeamTable::setState(LoopBuilder &b, Value slot, Value bits) {
  return AtomicOp::create(b, b.getI32Type(), Combine::Ori, bits, states, slot);
}

void TeamTable::postState(LoopBuilder &b, Value slot, Value bits) {
  PostOp::create(b, Combine::Ori, bits, states, slot);
}
