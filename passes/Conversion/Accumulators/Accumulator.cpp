//===- Accumulator.cpp - what all kinds of accumulator share --------------===//
#include "passes/Conversion/Accumulators/Accumulator.h"

#include "passes/Emission/Search.h"

using namespace mlir;
using namespace scratch;

Accumulator::Accumulator(AccumulatorCreateOp op)
    : op(op), element(op.getAccumulator().getType().getElement()),
      index(op.getAccumulator().getType().getIndex()) {
  semiring.semiring = op.getSemiring();
  semiring.element = element;
  semiring.identity = startOf(op.getSemiring(), op.getIdentityAttr(), element);
  if (op.getSemiring().isCustom())
    semiring.addRegion = &op.getAdd();
  if (!op.getFormula().empty())
    formula = &op.getFormula();
}

Value Accumulator::passes(LoopBuilder &b, Value state) {
  Value leaves = b.bitAnd(state, byte(b, kLeafBits));
  return emitRegion(b, *formula, {leaves}).front();
}

Value Accumulator::allocate(LoopBuilder &b, Type element, Value size, bool zeroed) {
  auto type = MemRefType::get({ShapedType::kDynamic}, element);
  return AllocateOp::create(b, type, ValueRange{size}, zeroed, /*reserved=*/true);
}

Value Accumulator::allocateValues(LoopBuilder &b, Value size) {
  // Pages of zeros cost nothing until they are written.
  bool zero = false;
  if (auto real = dyn_cast<FloatAttr>(semiring.identity))
    zero = real.getValue().isPosZero();
  else if (auto integer = dyn_cast<IntegerAttr>(semiring.identity))
    zero = integer.getValue().isZero();
  Value values = allocate(b, element, size, zero);
  if (zero)
    return values;
  Value nothing = identity(b);
  b.ifThen(StatusOp::create(b), [&] {
    b.loop(b.index(0), size, [&](Value at) { b.store(nothing, values, at); });
  });
  return values;
}

static Value isNotZero(LoopBuilder &b, Value value) {
  Value zero = arith::ConstantOp::create(b, b.getZeroAttr(value.getType()));
  if (isa<FloatType>(value.getType()))
    return arith::CmpFOp::create(b, arith::CmpFPredicate::UNE, value, zero);
  return b.notEqual(value, zero);
}

/// Coordinates of the segment that lie in the tile's window get the leaf's bit.
void Accumulator::mark(LoopBuilder &b, MarkOp op) {
  int64_t bit = int64_t(1) << op.getLeaf();
  b.loop(op.getFirst(), op.getLast(), [&](Value p) {
    Value coordinate = b.loadIndex(op.getCoordinates(), p);
    Value inside = b.bitAnd(b.lessEqual(low, coordinate), b.less(coordinate, high));
    if (op.getValues()) {
      Value value = b.load(op.getValues(), p);
      inside = b.bitAnd(inside, isNotZero(b, value));
    }
    b.ifThen(inside, [&] { touchMark(b, coordinate, bit); });
  });
}

void Accumulator::markDense(LoopBuilder &b, MarkDenseOp op) {
  int64_t bit = int64_t(1) << op.getLeaf();
  b.loop(low, high, [&](Value coordinate) {
    Value value = b.load(op.getMatrix(), {op.getRow(), coordinate});
    b.ifThen(isNotZero(b, value), [&] { touchMark(b, coordinate, bit); });
  });
}

template <typename Op> Accumulator::Segment Accumulator::segmentOf(LoopBuilder &b, Op op) {
  SemiringEmitter multiply = multiplierOf(op);
  Segment segment{op.getFirst(), op.getLast(), op.getScale(),
                  static_cast<bool>(op.getValues()), {}, {}};
  segment.coordinate = [op](LoopBuilder &b, Value p) mutable {
    return b.loadIndex(op.getCoordinates(), p);
  };
  segment.multiply = [this, op, multiply](LoopBuilder &b, Value p, Value scale) mutable {
    if (op.getSymbolic())
      return Value();
    Value value = op.getValues() ? b.load(op.getValues(), p) : Value();
    return multiply.multiply(b, scale, value, element);
  };
  return segment;
}

void Accumulator::accumulate(LoopBuilder &b, AccumulateOp op) {
  Segment segment = segmentOf(b, op);
  segment.repeated = op.getRepeated();
  segment.unmasked = op.getUnmasked();
  segment.alone = isa<TileOp>(op->getParentOp());
  touchSegment(b, segment);
}

void Accumulator::accumulateSampled(LoopBuilder &b, AccumulateSampledOp op) {
  Segment segment = segmentOf(b, op);
  // Samples ascend: each is searched for behind the one before.
  b.loop(op.getSampleFirst(), op.getSampleLast(), {op.getFirst()},
         [&](Value s, ValueRange carried) {
           Value wanted = b.loadIndex(op.getSample(), s);
           Value p = emitLowerBound(b, op.getCoordinates(), carried[0], op.getLast(), wanted);
           b.ifThen(b.less(p, op.getLast()), [&] {
             b.ifThen(b.equal(segment.coordinate(b, p), wanted),
                      [&] { touch(b, wanted, segment.product(b, p)); });
           });
           return LoopBuilder::Values{p};
         });
}

// Coordinates of a segment are distinct, so a group's touches do not depend on
// each other: a kind may order their loads and stores as suits it.
void Accumulator::touchSegment(LoopBuilder &b, const Segment &segment) {
  Value first = segment.first, last = segment.last;
  int64_t group = segment.repeated ? 1 : groupSize();
  if (group > 1) {
    Value whole = b.add(first, b.bitAnd(b.sub(last, first), b.index(-group)));
    b.loop(
        first, whole, {},
        [&](Value p, ValueRange) {
          LoopBuilder::Values coordinates, products;
          for (int64_t k = 0; k < group; ++k) {
            Value at = b.add(p, b.index(k));
            coordinates.push_back(segment.coordinate(b, at));
            products.push_back(segment.product(b, at));
          }
          touchGroup(b, coordinates, products);
          return LoopBuilder::Values();
        },
        group);
    first = whole;
  }
  b.loop(first, last, [&](Value p) {
    Value coordinate = segment.coordinate(b, p);
    touch(b, coordinate, segment.product(b, p));
  });
}

void Accumulator::touchGroup(LoopBuilder &b, ValueRange coordinates, ValueRange products) {
  for (auto [coordinate, product] : llvm::zip_equal(coordinates, products))
    touch(b, coordinate, product);
}
