//===- VectorProducts.cpp - a sparse row times a vector, in lanes ---------===//
#include "passes/Expand/VectorProducts.h"

#include "passes/Expand/Vectors.h"

#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace scratch;

/// Entries of a row from which they are taken in vectors: shorter ones are faster one by one.
static constexpr int64_t kVectorFrom = 6;

VectorProducts::VectorProducts(LoopBuilder &b, SpmvOp op, const SemiringEmitter &semiring,
                               const SparseOperand &lhs, Value rhs)
    : b(b), semiring(semiring), lhs(lhs), rhs(rhs), bits(vectorBits(op)),
      length(vectorLength(op, semiring)), fast(targetNames(op, "+fast-gather")) {}

/// Matrix, vector and sums have elements as wide as lanes, and add takes lanes in any order.
bool VectorProducts::sameElements() const {
  auto same = [&](Value buffer) {
    return cast<MemRefType>(buffer.getType()).getElementType() == semiring.element;
  };
  return !semiring.semiring.isCustom() && semiring.element.getIntOrFloatBitWidth() >= 32 &&
         same(lhs.values) && same(rhs) &&
         semiring.semiring.getAdd() != SemiringOperator::op_any;
}

bool VectorProducts::fit() const { return bits >= 512 && sameElements(); }

bool VectorProducts::pickFast() const {
  return !fast && bits >= 256 && isa<FloatType>(semiring.element) && semiring.readsRight() &&
         sameElements();
}

/// Lanes of 32 bits are signed where coordinates are not.
Value VectorProducts::reach() const {
  if (!cast<MemRefType>(lhs.coordinates.getType()).getElementType().isInteger(32))
    return b.bit(true);
  return b.lessEqual(lhs.minors, b.index(int64_t(1) << 31));
}

/// Of a dense vector that is too long no row is long enough.
Value VectorProducts::shortestRow() {
  return b.select(reach(), b.index(kVectorFrom), b.index(-1));
}

Value VectorProducts::positionsFrom(Value row) const {
  Type stored = cast<MemRefType>(lhs.positions.getType()).getElementType();
  return vector::LoadOp::create(b, VectorType::get({length}, stored), lhs.positions,
                                ValueRange{row});
}

Value VectorProducts::firstLanes(Value count, int64_t lanes) const {
  return vector::CreateMaskOp::create(b, VectorType::get({lanes}, b.getI1Type()), count);
}

void VectorProducts::forEach(Value begin, Value end, function_ref<void(Value)> visit,
                             function_ref<void(Value, Value)> body) const {
  Value whole = b.add(begin, b.bitAnd(b.sub(end, begin), b.index(-length)));
  b.loop(begin, whole, [&](Value p) {
    visit(p);
    body(p, productsAt(p, type(), Value()));
  }, length);
  b.ifThen(b.less(whole, end), [&] {
    visit(whole);
    body(whole, productsAt(whole, type(), b.sub(end, whole)));
  });
}

Value VectorProducts::sumOf(Value begin, Value end, function_ref<void(Value p)> visit) {
  VectorType type = this->type();
  Value whole = b.add(begin, b.bitAnd(b.sub(end, begin), b.index(-length)));
  Value sum = b.loop(begin, whole, {semiring.getIdentity(b, type)},
                     [&](Value p, ValueRange before) {
                       visit(p);
                       return LoopBuilder::Values{
                           semiring.add(b, before[0], productsAt(p, type, Value()))};
                     },
                     length)[0];
  sum = b.ifElse(
      b.less(whole, end), {type},
      [&] {
        visit(whole);
        Value count = b.sub(end, whole);
        Value added = semiring.add(b, sum, productsAt(whole, type, count));
        return LoopBuilder::Values{b.select(firstLanes(count, length), added, sum)};
      },
      [&] { return LoopBuilder::Values{sum}; })[0];
  return reduceLanes(b, semiring, sum);
}

/// Two vectors side by side. An entry takes two loads and its share of a third, where single ones
/// take three: a pruned layer of 512 x 4608 0.122 ms instead of 0.148 (Zen 5, in C as here).
Value VectorProducts::sumOfPicked(Value begin, Value end, function_ref<void(Value)> visit) const {
  auto type = VectorType::get({kPicked}, semiring.element);
  Value step = b.index(kPicked), nothing = semiring.getIdentity(b, type);
  auto with = [&](Value sum, Value p) {
    return semiring.add(b, sum, productsAt(p, type, Value()));
  };
  Value pairs = b.add(begin, b.bitAnd(b.sub(end, begin), b.index(-2 * kPicked)));
  auto sums = b.loop(
      begin, pairs, {nothing, nothing},
      [&](Value p, ValueRange before) {
        visit(p);
        return LoopBuilder::Values{with(before[0], p), with(before[1], b.add(p, step))};
      },
      2 * kPicked);
  Value first = b.ifElse(
      b.less(pairs, end), {type},
      [&] {
        visit(pairs);
        return LoopBuilder::Values{with(sums[0], pairs)};
      },
      [&] { return LoopBuilder::Values{sums[0]}; })[0];
  return reduceLanes(b, semiring, semiring.add(b, first, sums[1]));
}

/// One loop, whose end is the only branch that the row's length decides.
Value VectorProducts::sumOfOverlapping(Value begin, Value end,
                                       function_ref<void(Value)> visit) const {
  auto type = VectorType::get({kPicked}, semiring.element);
  auto with = [&](Value sum, Value p) {
    return semiring.add(b, sum, productsAt(p, type, Value()));
  };
  Value length = b.sub(end, begin), some = b.less(b.index(0), length);
  // The last vector has one entry at least, unless there is none.
  Value whole = b.bitAnd(b.sub(length, b.select(some, b.index(1), length)), b.index(-kPicked));
  Value last = b.add(begin, whole);
  Value sum = b.loop(
      begin, last, {semiring.getIdentity(b, type)},
      [&](Value p, ValueRange before) {
        visit(p);
        return LoopBuilder::Values{with(before[0], p)};
      },
      kPicked)[0];
  visit(last);
  sum = b.select(firstLanes(b.sub(end, last), kPicked), with(sum, last), sum);
  return reduceLanes(b, semiring, sum);
}

/// What entries from p on meet in the dense vector, lane by lane: two loads and half an
/// instruction to bring lanes together, where a gather takes the time of several.
Value VectorProducts::pickAt(Value p, VectorType type, Value count) const {
  LoopBuilder::Values lanes;
  for (int64_t lane = 0; lane < type.getNumElements(); ++lane) {
    Value at = b.index(lane);
    if (count)
      at = b.min(at, b.sub(count, b.index(1)));
    lanes.push_back(b.load(rhs, b.loadIndex(lhs.coordinates, b.add(p, at))));
  }
  return vector::FromElementsOp::create(b, type, lanes);
}

/// `count`: lanes that are read, one at least; null: all.
Value VectorProducts::productsAt(Value p, VectorType type, Value count) const {
  Value mask = count ? firstLanes(count, type.getNumElements()) : Value();
  auto load = [&](Value buffer) -> Value {
    auto read = VectorType::get(type.getShape(),
                                cast<MemRefType>(buffer.getType()).getElementType());
    if (!mask)
      return vector::LoadOp::create(b, read, buffer, ValueRange{p});
    Value zeros = arith::ConstantOp::create(b, b.getZeroAttr(read));
    return vector::MaskedLoadOp::create(b, read, buffer, ValueRange{p}, mask, zeros);
  };
  auto gather = [&]() -> Value {
    Value all = mask;
    if (!all)
      all = arith::ConstantOp::create(
          b, DenseElementsAttr::get(VectorType::get({length}, b.getI1Type()), true));
    Value zeros = arith::ConstantOp::create(b, b.getZeroAttr(type));
    return vector::GatherOp::create(b, type, rhs, ValueRange{b.index(0)}, load(lhs.coordinates),
                                    all, zeros);
  };
  Value x, a;
  if (semiring.readsRight())
    x = fast ? gather() : pickAt(p, type, count);
  if (semiring.readsLeft())
    a = load(lhs.values);
  return semiring.multiply(b, a, x, type);
}
