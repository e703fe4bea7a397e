//===- TopK.cpp - keep the largest entries of a row -----------------------===//
//
// Stage: expand. Values become unsigned keys of the same order. The k-th largest
// key is found bit by bit from the top, with one count over the row for each bit:
// no buffer, no data-dependent branch, and the same answer in any order of work.
//
//===----------------------------------------------------------------------===//
#include "passes/Expand/TopK.h"

using namespace mlir;
using namespace scratch;

/// The key of a value: larger for what is kept first, largest for a NaN.
static Value keyOf(LoopBuilder &b, Value value, TopOrder order) {
  unsigned bits = value.getType().getIntOrFloatBitWidth();
  Type type = b.getIntegerType(bits);
  auto constant = [&](const APInt &word) -> Value {
    return arith::ConstantOp::create(b, IntegerAttr::get(type, word));
  };
  Value sign = constant(APInt::getSignMask(bits)), ones = constant(APInt::getAllOnes(bits));
  Value zero = constant(APInt::getZero(bits));
  if (!isa<FloatType>(value.getType())) {
    if (order == TopOrder::Value)
      return arith::XOrIOp::create(b, value, sign);
    Value negative = arith::CmpIOp::create(b, arith::CmpIPredicate::slt, value, zero);
    return b.select(negative, b.sub(zero, value), value);
  }
  // Both zeros are one value.
  Value plain = arith::AddFOp::create(
      b, value, arith::ConstantOp::create(b, b.getZeroAttr(value.getType())));
  Value word = arith::BitcastOp::create(b, type, plain);
  Value key;
  if (order == TopOrder::Magnitude) {
    key = b.bitAnd(word, constant(APInt::getSignedMaxValue(bits)));
  } else {
    Value negative = arith::CmpIOp::create(b, arith::CmpIPredicate::slt, word, zero);
    key = arith::XOrIOp::create(b, word, b.select(negative, ones, sign));
  }
  Value unordered = arith::CmpFOp::create(b, arith::CmpFPredicate::UNO, value, value);
  return b.select(unordered, ones, key);
}

Value scratch::emitTopK(LoopBuilder &b, TopKOp op, Value k, const SparseRow &row, Value end) {
  Type index = b.getIndexType();
  Type element = cast<MemRefType>(row.values.getType()).getElementType();
  unsigned bits = element.getIntOrFloatBitWidth();
  Type type = b.getIntegerType(bits);
  auto keyAt = [&](Value q) { return keyOf(b, b.load(row.values, q), op.getOrder()); };
  auto countIf = [&](function_ref<Value(Value key)> wanted) {
    return b.loop(row.at, end, {b.index(0)}, [&](Value q, ValueRange sum) {
      return LoopBuilder::Values{b.add(sum[0], b.cast(wanted(keyAt(q)), index))};
    })[0];
  };
  auto select = [&] {
    Value top = arith::ConstantOp::create(b, IntegerAttr::get(type, APInt::getSignMask(bits)));
    Value none = arith::ConstantOp::create(b, b.getZeroAttr(type));
    Value least = b.loop(b.index(0), b.index(bits), {none, top}, [&](Value, ValueRange so) {
      Value candidate = b.bitOr(so[0], so[1]);
      Value enough = b.lessEqual(k, countIf([&](Value key) { return b.lessEqual(candidate, key); }));
      return LoopBuilder::Values{b.select(enough, candidate, so[0]), b.shiftRight(so[1], 1)};
    })[0];
    Value equals = b.sub(k, countIf([&](Value key) { return b.less(least, key); }));
    return b.loop(row.at, end, {row.at, equals}, [&](Value q, ValueRange so) {
      Value key = keyAt(q), value = b.load(row.values, q);
      Value tied = b.bitAnd(b.equal(key, least), b.less(b.index(0), so[1]));
      Value stays = b.cast(b.bitOr(b.less(least, key), tied), index);
      // The place is free either way: it lies at or before q.
      b.store(b.load(row.coordinates, q), row.coordinates, so[0]);
      b.store(value, row.values, so[0]);
      return LoopBuilder::Values{b.add(so[0], stays), b.sub(so[1], b.cast(tied, index))};
    })[0];
  };
  return b.ifElse(
      b.less(k, b.sub(end, row.at)), {index}, [&] { return LoopBuilder::Values{select()}; },
      [&] { return LoopBuilder::Values{end}; })[0];
}
