//===- Dense.cpp - dense window accumulator -------------------------------===//
//
// Stage: map (x86). Touching costs one load-modify-store of the value and one
// store of the state.
//
//===----------------------------------------------------------------------===//
#include "passes/Conversion/X86/Accumulators/Dense.h"

using namespace mlir;
using namespace scratch;

/// Hits inside a mask that are collected before they are merged, and entries that
/// are held against the mask between two looks at the room that is left.
static constexpr int64_t kHits = 1024, kBatch = 512;

std::unique_ptr<Accumulator> scratch::makeDenseAccumulator(AccumulatorCreateOp op) {
  return std::make_unique<DenseAccumulator>(op);
}

void DenseAccumulator::create(LoopBuilder &b) {
  Value size = b.roundUp(op.getWindow(), kWord);
  values = known() ? allocate(b, element, size, startsClean()) : allocateValues(b, size);
  // Where coordinates are known, nobody asks which were touched.
  states = allocate(b, b.getI8Type(), known() ? b.index(kWord) : size, /*zeroed=*/true);
  if (masked()) {
    hits = allocate(b, b.getIndexType(), b.index(kHits), /*zeroed=*/false);
    scales = allocate(b, element, b.index(kHits), /*zeroed=*/false);
    hitCount = allocate(b, b.getIndexType(), b.index(1), /*zeroed=*/true);
  }
}

void DenseAccumulator::destroy(LoopBuilder &b) {
  ReleaseOp::create(b, values);
  ReleaseOp::create(b, states);
  if (masked())
    for (Value buffer : {hits, scales, hitCount})
      ReleaseOp::create(b, buffer);
}

void DenseAccumulator::open(LoopBuilder &b, Value low, Value high, Value) {
  this->low = low;
  this->high = high;
  pending.reset();
}

Value DenseAccumulator::span(LoopBuilder &b) { return b.roundUp(b.sub(high, low), kWord); }

void DenseAccumulator::touch(LoopBuilder &b, Value coordinate, Value product) {
  Value column = b.sub(coordinate, low);
  auto merge = [&] {
    if (product)
      b.store(semiring.add(b, b.load(values, column), product), values, column);
  };
  if (!asksMask()) {
    merge();
    if (!known())
      setPresent(b, column);
    return;
  }
  Value state = b.load(states, column);
  b.ifThen(passes(b, state), [&] {
    merge();
    b.store(b.bitOr(state, byte(b, kPresent)), states, column);
    note(b, column);
  });
}

void DenseAccumulator::setPresent(LoopBuilder &b, ValueRange columns) {
  for (Value column : columns)
    b.store(byte(b, kPresent), states, column);
  for (Value column : columns)
    note(b, column);
}

/// States first, then all loads, then all stores: a store of a state between a
/// load and a store of values costs up to half as much again.
void DenseAccumulator::touchGroup(LoopBuilder &b, ValueRange coordinates, ValueRange products) {
  LoopBuilder::Values columns, sums;
  for (Value coordinate : coordinates)
    columns.push_back(b.sub(coordinate, low));
  if (!known())
    setPresent(b, columns);
  if (!products.front())
    return;
  for (auto [column, product] : llvm::zip_equal(columns, products))
    sums.push_back(semiring.add(b, b.load(values, column), product));
  for (auto [column, sum] : llvm::zip_equal(columns, sums))
    b.store(sum, values, column);
}

void DenseAccumulator::touchMark(LoopBuilder &b, Value coordinate, int64_t bit) {
  Value column = b.sub(coordinate, low);
  b.store(b.bitOr(b.load(states, column), byte(b, bit)), states, column);
  note(b, column);
}

/// Under a mask most products may fall outside, and which ones is not to be
/// predicted: entries inside are collected without a branch (each is written, only
/// a hit moves the place on) over all segments of the tile, then merged together.
void DenseAccumulator::touchSegment(LoopBuilder &b, const Segment &segment) {
  if (segment.unmasked) {
    unmasked = true;
    Accumulator::touchSegment(b, segment);
    unmasked = false;
    return;
  }
  // One list serves the segments of one loop; others are merged where they stand, in front.
  bool otherScale = segment.scale && segment.scale.getType() != element;
  if (!masked() || pending || otherScale || segment.alone)
    return Accumulator::touchSegment(b, segment);
  pending = segment;
  Value zero = b.index(0);
  b.loop(
      segment.first, segment.last, {},
      [&](Value from, ValueRange) {
        Value to = b.min(b.add(from, b.index(kBatch)), segment.last);
        Value full = b.less(b.index(kHits), b.add(b.load(hitCount, zero), b.sub(to, from)));
        b.ifThen(full, [&] { mergeHits(b, segment); });
        Value count =
            b.loop(from, to, {b.load(hitCount, zero)}, [&](Value p, ValueRange n) {
               Value coordinate = segment.coordinate(b, p);
               Value inside = passes(b, b.load(states, b.sub(coordinate, low)));
               b.store(segment.readsValues ? p : coordinate, hits, n[0]);
               if (segment.scale)
                 b.store(segment.scale, scales, n[0]);
               return LoopBuilder::Values{b.add(n[0], b.cast(inside, b.getIndexType()))};
             })[0];
        b.store(count, hitCount, zero);
        return LoopBuilder::Values();
      },
      kBatch);
}

/// One after the other: hits of different segments may share a column.
void DenseAccumulator::mergeHits(LoopBuilder &b, const Segment &segment) {
  Value zero = b.index(0);
  b.loop(zero, b.load(hitCount, zero), [&](Value h) {
    Value hit = b.load(hits, h);
    Value coordinate = segment.readsValues ? segment.coordinate(b, hit) : hit;
    Value column = b.sub(coordinate, low);
    Value scale = segment.scale ? b.load(scales, h) : Value();
    if (Value product = segment.multiply(b, hit, scale))
      b.store(semiring.add(b, b.load(values, column), product), values, column);
    Value state = b.bitOr(b.load(states, column), byte(b, kPresent));
    b.store(state, states, column);
    note(b, column);
  });
  b.store(zero, hitCount, zero);
}

void DenseAccumulator::finish(LoopBuilder &b) {
  if (!pending)
    return;
  mergeHits(b, *pending);
  pending.reset();
}

Value DenseAccumulator::isPresent(LoopBuilder &b, Value column) {
  return arith::CmpIOp::create(b, arith::CmpIPredicate::slt, b.load(states, column), byte(b, 0));
}

/// The tile holds more than what is asked for: that is picked, the rest forgotten.
Value DenseAccumulator::pickAlong(LoopBuilder &b, DrainAlongOp op) {
  Type stored = cast<MemRefType>(op.getCoordinates().getType()).getElementType();
  Value width = b.sub(high, low);
  Value end = b.loop(op.getFirst(), op.getLast(), {op.getAt()}, [&](Value p, ValueRange at) {
    Value coordinate = b.load(op.getAlong(), p);
    Value column = b.sub(b.toIndex(coordinate), low);
    Value inside = b.less(column, width);
    column = b.select(inside, column, b.index(0));
    Value present = isPresent(b, column);
    b.store(b.cast(coordinate, stored), op.getCoordinates(), at[0]);
    b.store(b.load(values, column), op.getValues(), at[0]);
    Value taken = b.cast(b.bitAnd(present, inside), b.getIndexType());
    return LoopBuilder::Values{b.add(at[0], taken)};
  })[0];
  forget(b);
  return b.sub(end, op.getAt());
}

/// Each coordinate is written, only a present one moves the place on.
Value DenseAccumulator::drainAlong(LoopBuilder &b, DrainAlongOp op) {
  if (known())
    return drainKnown(b, op);
  if (op.getDropping())
    return pickAlong(b, op);
  Type stored = cast<MemRefType>(op.getCoordinates().getType()).getElementType();
  Value nothing = identity(b), clear = byte(b, 0);
  Value end = b.loop(op.getFirst(), op.getLast(), {op.getAt()}, [&](Value p, ValueRange at) {
    Value coordinate = b.load(op.getAlong(), p);
    Value column = b.sub(b.toIndex(coordinate), low);
    Value present = arith::CmpIOp::create(b, arith::CmpIPredicate::slt, b.load(states, column),
                                          clear);
    b.store(b.cast(coordinate, stored), op.getCoordinates(), at[0]);
    b.store(b.load(values, column), op.getValues(), at[0]);
    b.store(clear, states, column);
    b.store(nothing, values, column);
    return LoopBuilder::Values{b.add(at[0], b.cast(present, b.getIndexType()))};
  })[0];
  return b.sub(end, op.getAt());
}

Value DenseAccumulator::countAlong(LoopBuilder &b, CountAlongOp op) {
  if (known())
    return b.sub(op.getLast(), op.getFirst());
  Value clear = byte(b, 0);
  return b.loop(op.getFirst(), op.getLast(), {b.index(0)}, [&](Value p, ValueRange sum) {
    Value column = b.sub(b.loadIndex(op.getAlong(), p), low);
    Value present = arith::CmpIOp::create(b, arith::CmpIPredicate::slt, b.load(states, column),
                                          clear);
    b.store(clear, states, column);
    return LoopBuilder::Values{b.add(sum[0], b.cast(present, b.getIndexType()))};
  })[0];
}
