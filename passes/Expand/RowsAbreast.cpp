//===- RowsAbreast.cpp - sums of a vector of rows, folded at once ---------===//
#include "passes/Expand/RowsAbreast.h"

#include "passes/Emission/Transpose.h"

#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace scratch;

/// Mean entries of a row: fewer are summed with less by ShortRows, more are as fast one row after
/// the other. In half entries.
static constexpr int64_t kLeastHalves = 11, kMostHalves = 64;

/// Of the rows from `first` on, a lane each.
Value RowsAbreast::lengthsOf(Value first) {
  return b.sub(products.positionsFrom(b.add(first, b.index(1))), products.positionsFrom(first));
}

Value RowsAbreast::greatest(Value lengths) {
  return b.toIndex(vector::ReductionOp::create(b, vector::CombiningKind::MAXUI, lengths));
}

Value RowsAbreast::suit(Value first, Value last) {
  int64_t lanes = products.lanes();
  Value begin = b.loadIndex(lhs.positions, first), end = b.loadIndex(lhs.positions, last);
  Value rows = b.sub(last, first), halves = b.mul(b.sub(end, begin), b.index(2));
  Value some = b.bitAnd(b.lessEqual(b.mul(rows, b.index(kLeastHalves)), halves),
                        b.lessEqual(halves, b.mul(rows, b.index(kMostHalves))));
  return b.ifElse(
      some, {b.getI1Type()},
      [&] {
        Value longest = greatest(
            b.loop(b.add(first, b.index(lanes)), last, {lengthsOf(first)},
                   [&](Value row, ValueRange before) {
                     return LoopBuilder::Values{b.max(before[0], lengthsOf(row))};
                   },
                   lanes)[0]);
        Value all = b.loadIndex(lhs.positions, lhs.majors);
        Value inside = b.lessEqual(b.add(b.add(end, longest), b.index(lanes)), all);
        // A vector more than the mean, at most.
        Value excess = b.mul(b.sub(longest, b.min(longest, b.index(lanes))), rows);
        Value even = b.lessEqual(excess, b.sub(end, begin));
        return LoopBuilder::Values{b.bitAnd(inside, even)};
      },
      [&] { return LoopBuilder::Values{b.bit(false)}; })[0];
}

Value RowsAbreast::sum(Value first, function_ref<void(Value)> visit) {
  int64_t lanes = products.lanes();
  Value lengths = lengthsOf(first);
  auto type = cast<VectorType>(lengths.getType());
  auto splat = [&](Value scalar) -> Value { return vector::BroadcastOp::create(b, type, scalar); };
  SmallVector<Attribute> numbers;
  for (int64_t lane = 0; lane < lanes; ++lane)
    numbers.push_back(b.getIntegerAttr(type.getElementType(), lane));
  Value number = arith::ConstantOp::create(b, DenseElementsAttr::get(type, numbers));
  LoopBuilder::Values begins;
  for (int64_t lane = 0; lane < lanes; ++lane)
    begins.push_back(b.loadIndex(lhs.positions, b.add(first, b.index(lane))));
  // Lane l of a row's vector takes part while l < length - k, a difference below zero, too.
  auto step = [&](Value k, ValueRange before) {
    Value left = b.sub(lengths, splat(b.cast(k, type.getElementType())));
    LoopBuilder::Values after;
    for (int64_t row = 0; row < lanes; ++row) {
      Value mine = splat(vector::ExtractOp::create(b, left, row));
      Value takesPart = arith::CmpIOp::create(b, arith::CmpIPredicate::sgt, mine, number);
      Value p = b.add(begins[row], k);
      visit(p);
      Value sum = semiring.add(b, before[row], products.at(p));
      after.push_back(b.select(takesPart, sum, before[row]));
    }
    return after;
  };
  LoopBuilder::Values nothing(lanes, semiring.getIdentity(b, products.type()));
  LoopBuilder::Values sums =
      b.loop(b.index(lanes), greatest(lengths), step(b.index(0), nothing), step, lanes);
  return reduceRows(b, sums, [&](Value a, Value c) { return semiring.add(b, a, c); });
}
