//===- DotSums.cpp - sums of products of a row and a column ---------------===//
#include "passes/Expand/Spgemm/DotSums.h"

#include "passes/Emission/Search.h"

using namespace mlir;
using namespace scratch;
using Values = LoopBuilder::Values;

Value DotSums::identity() const {
  return operands.semiring.getIdentity(b, operands.semiring.element);
}

SmallVector<Type> DotSums::types() const { return {operands.semiring.element, b.getIndexType()}; }

Value DotSums::product(Value p, Value q) const {
  const SemiringEmitter &semiring = operands.semiring;
  Value left = semiring.readsLeft() ? b.load(operands.lhs.values, p) : Value();
  Value right = semiring.readsRight() ? b.load(operands.rhs.values, q) : Value();
  return semiring.multiply(b, left, right, semiring.element);
}

Dot DotSums::add(const Dot &so, Value p, Value q) const {
  return {operands.semiring.add(b, so.value, product(p, q)), b.add(so.products, b.index(1))};
}

bool DotSums::stopsEarly() const {
  // Custom operators may not be called on what is no product.
  SemiringAttr semiring = operands.semiring.semiring;
  return semiring.isCustom() || semiring.getAdd() == SemiringOperator::op_any ||
         semiring.getAdd() == SemiringOperator::op_or;
}

Value DotSums::isFinal(const Dot &so) const {
  SemiringAttr semiring = operands.semiring.semiring;
  if (semiring.isCustom())
    return b.bit(false);
  if (semiring.getAdd() == SemiringOperator::op_any)
    return b.notEqual(so.products, b.index(0));
  return b.notEqual(so.value, b.integer(0, operands.semiring.element));
}

Value DotSums::mayChange(const Dot &so) const {
  if (!stopsEarly())
    return b.bit(true);
  return arith::XOrIOp::create(b, isFinal(so), b.bit(true));
}

/// Coordinates [first, last) of one list searched for in [from, to) of another, each behind
/// the one before; `add` gets the places of both where they meet.
Dot DotSums::searchEach(Value walked, Value first, Value last, Value searched, Value from, Value to,
                        AddAt add) const {
  auto end = b.loop(first, last, {from, identity(), b.index(0)}, [&](Value at, ValueRange so) {
    Value wanted = b.loadIndex(walked, at);
    Value place = emitLowerBound(b, searched, so[0], to, wanted);
    Value found = b.ifElse(
        b.less(place, to), {b.getI1Type()},
        [&] { return Values{b.equal(b.loadIndex(searched, place), wanted)}; },
        [&] { return Values{b.bit(false)}; })[0];
    auto sum = b.ifElse(
        found, types(), [&] { return add({so[1], so[2]}, at, place).asValues(); },
        [&] { return Values{so[1], so[2]}; });
    return Values{place, sum[0], sum[1]};
  });
  return {end[1], end[2]};
}

Dot DotSums::searchColumn(const Lists &lists) const {
  return searchEach(operands.lhs.coordinates, lists.first, lists.last, operands.rhs.coordinates,
                    lists.from, lists.to,
                    [&](const Dot &so, Value p, Value q) { return add(so, p, q); });
}

Dot DotSums::searchRow(const Lists &lists) const {
  return searchEach(operands.rhs.coordinates, lists.from, lists.to, operands.lhs.coordinates,
                    lists.first, lists.last,
                    [&](const Dot &so, Value q, Value p) { return add(so, p, q); });
}
