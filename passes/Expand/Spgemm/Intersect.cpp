//===- Intersect.cpp - SpGEMM by dot products: two lists, no table --------===//
//
// Stage: expand. A row of A and a column of B as two ascending lists. A vector holds a block of
// the row; the column's coordinates that are not behind the block are compared with all of it at
// once, each in its turn, so every coordinate of either list is looked at once. Products of
// pairs are the bits of one mask in the end; others are taken where a coordinate meets.
// Narrow vectors gain nothing: there the lists are merged one coordinate at a time.
//
// A list that is much shorter than the other is searched for in it.
//
//===----------------------------------------------------------------------===//
#include "passes/Expand/Spgemm/Inner.h"

#include "passes/Emission/Search.h"
#include "passes/Expand/Vectors.h"

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace scratch;

static Type coordinateOf(const SparseOperand &matrix) {
  return cast<MemRefType>(matrix.coordinates.getType()).getElementType();
}

/// Coordinates of the row that are compared at once; 1: none.
int64_t InnerProduct::blockLength() const {
  int64_t bits = vectorBits(op);
  auto type = dyn_cast<IntegerType>(coordinateOf(lhs));
  if (bits < 256 || !type || type != coordinateOf(rhs))
    return 1;
  return bits / type.getWidth();
}

/// Whether a dot product is the number of coordinates that meet.
bool InnerProduct::isCount() const {
  return !semiring.semiring.isCustom() && !semiring.readsLeft() && !semiring.readsRight() &&
         semiring.semiring.getAdd() == SemiringOperator::op_plus;
}

/// A number of meeting coordinates as the sum of as many ones.
Value InnerProduct::sumOfOnes(Value count) {
  if (isa<FloatType>(semiring.element))
    return arith::UIToFPOp::create(b, semiring.element, b.cast(count, b.getI64Type()));
  return b.cast(count, semiring.element);
}

/// `so` and one product more.
InnerProduct::Dot InnerProduct::addProduct(const Dot &so, Value p, Value q) {
  return {semiring.add(b, so.value, product(p, q)), b.add(so.products, b.index(1))};
}

Value InnerProduct::mayChange(const Dot &so) {
  if (!stopsEarly())
    return b.bit(true);
  return arith::XOrIOp::create(b, isFinal(so.value, so.products), b.bit(true));
}

/// One coordinate after the other of both.
InnerProduct::Dot InnerProduct::merge(Value first, Value last, Value from, Value to) {
  Type index = b.getIndexType();
  auto end = b.whileLoop(
      {first, from, identity(), b.index(0)},
      [&](ValueRange so) {
        Value inside = b.bitAnd(b.less(so[0], last), b.less(so[1], to));
        return b.bitAnd(inside, mayChange({so[2], so[3]}));
      },
      [&](ValueRange so) {
        Value left = b.loadIndex(lhs.coordinates, so[0]);
        Value right = b.loadIndex(rhs.coordinates, so[1]);
        auto sum = b.ifElse(
            b.equal(left, right), {semiring.element, index},
            [&] {
              Dot more = addProduct({so[2], so[3]}, so[0], so[1]);
              return Values{more.value, more.products};
            },
            [&] { return Values{so[2], so[3]}; });
        return Values{b.add(so[0], b.cast(b.lessEqual(left, right), index)),
                      b.add(so[1], b.cast(b.lessEqual(right, left), index)), sum[0], sum[1]};
      });
  return {end[2], end[3]};
}

/// A block of the row in a vector: its coordinates (-1, which is none, behind the end) and the
/// last of them.
std::pair<Value, Value> InnerProduct::loadBlock(Value p, Value length) {
  auto type = VectorType::get({blockLength()}, coordinateOf(lhs));
  auto bits = VectorType::get(type.getShape(), b.getI1Type());
  Value lanes = vector::CreateMaskOp::create(b, bits, ValueRange{length});
  Value none = arith::ConstantOp::create(
      b, DenseElementsAttr::get(type, IntegerAttr::get(type.getElementType(), -1)));
  Value block =
      vector::MaskedLoadOp::create(b, type, lhs.coordinates, ValueRange{p}, lanes, none);
  return {block, b.loadIndex(lhs.coordinates, b.sub(b.add(p, length), b.index(1)))};
}

/// Lanes of a block that hold a coordinate of the column.
Value InnerProduct::meets(Value block, Value q) {
  Value all = vector::BroadcastOp::create(b, block.getType(), b.load(rhs.coordinates, q));
  return arith::CmpIOp::create(b, arith::CmpIPredicate::eq, block, all);
}

static Value asBits(LoopBuilder &b, Value lanes) {
  int64_t count = cast<VectorType>(lanes.getType()).getNumElements();
  auto packed = VectorType::get({1}, b.getIntegerType(count));
  return vector::ExtractOp::create(b, vector::BitCastOp::create(b, packed, lanes), 0);
}

/// Every block of the row with the part of the column that is not behind it. `step` is given
/// the block, where it begins, a position of the column and what is carried; `close` the
/// block's end.
InnerProduct::Values InnerProduct::forBlocks(
    Value first, Value last, Value from, Value to, ValueRange carried,
    function_ref<Value(ValueRange)> goesOn,
    function_ref<Values(Value block, Value p, Value from, Value highest, ValueRange)> body) {
  Values start{first, from};
  start.append(carried.begin(), carried.end());
  auto end = b.whileLoop(
      start,
      [&](ValueRange so) {
        Value inside = b.bitAnd(b.less(so[0], last), b.less(so[1], to));
        return b.bitAnd(inside, goesOn(so.drop_front(2)));
      },
      [&](ValueRange so) {
        Value length = b.min(b.sub(last, so[0]), b.index(blockLength()));
        auto [block, highest] = loadBlock(so[0], length);
        Values next{b.add(so[0], length)};
        next.append(body(block, so[0], so[1], highest, so.drop_front(2)));
        return next;
      });
  return Values(llvm::drop_begin(end, 2));
}

/// Whether position `q` of the column is there and not behind the block.
Value InnerProduct::reaches(Value q, Value to, Value highest) {
  return b.ifElse(
      b.less(q, to), {b.getI1Type()},
      [&] { return Values{b.lessEqual(b.loadIndex(rhs.coordinates, q), highest)}; },
      [&] { return Values{b.bit(false)}; })[0];
}

InnerProduct::Dot InnerProduct::countMeeting(Value first, Value last, Value from, Value to) {
  auto lanes = VectorType::get({blockLength()}, b.getI1Type());
  Value none = arith::ConstantOp::create(b, b.getZeroAttr(lanes));
  constexpr int64_t kGroup = 4;
  auto body = [&](Value block, Value p, Value q, Value highest, ValueRange so) {
    // Four at a time, then the last ones.
    auto met = b.whileLoop(
        {q, none},
        [&](ValueRange at) { return reaches(b.add(at[0], b.index(kGroup - 1)), to, highest); },
        [&](ValueRange at) {
          Value any = at[1];
          for (int64_t k = 0; k < kGroup; ++k)
            any = b.bitOr(any, meets(block, b.add(at[0], b.index(k))));
          return Values{b.add(at[0], b.index(kGroup)), any};
        });
    met = b.whileLoop(
        met, [&](ValueRange at) { return reaches(at[0], to, highest); },
        [&](ValueRange at) {
          return Values{b.add(at[0], b.index(1)), b.bitOr(at[1], meets(block, at[0]))};
        });
    // Lanes behind the row's end hold 2^32 - 1, which may be a coordinate of the column.
    Value inside = vector::CreateMaskOp::create(b, lanes, ValueRange{b.sub(last, p)});
    Value bits = asBits(b, b.bitAnd(met[1], inside));
    Value count = b.toIndex(LLVM::CtPopOp::create(b, bits.getType(), bits));
    return Values{met[0], b.add(so[0], count)};
  };
  auto count = forBlocks(first, last, from, to, {b.index(0)},
                         [&](ValueRange) { return b.bit(true); }, body)[0];
  return {sumOfOnes(count), count};
}

InnerProduct::Dot InnerProduct::mergeBlocks(Value first, Value last, Value from, Value to) {
  Type index = b.getIndexType();
  auto body = [&](Value block, Value p, Value q, Value highest, ValueRange so) {
    auto end = b.whileLoop(
        {q, so[0], so[1]}, [&](ValueRange at) { return reaches(at[0], to, highest); },
        [&](ValueRange at) {
          Value bits = asBits(b, meets(block, at[0]));
          auto sum = b.ifElse(
              b.notEqual(bits, b.integer(0, bits.getType())), {semiring.element, index},
              [&] {
                Value lane = b.toIndex(LLVM::CountTrailingZerosOp::create(
                    b, bits.getType(), bits, /*is_zero_poison=*/true));
                Dot more = addProduct({at[1], at[2]}, b.add(p, lane), at[0]);
                return Values{more.value, more.products};
              },
              [&] { return Values{at[1], at[2]}; });
          return Values{b.add(at[0], b.index(1)), sum[0], sum[1]};
        });
    return Values(end);
  };
  auto end = forBlocks(first, last, from, to, {identity(), b.index(0)},
                       [&](ValueRange so) { return mayChange({so[0], so[1]}); }, body);
  return {end[0], end[1]};
}

InnerProduct::Dot InnerProduct::intersect(Value first, Value last, Value from, Value to) {
  auto asValues = [](const Dot &dot) { return Values{dot.value, dot.products}; };
  auto lists = [&] {
    if (blockLength() == 1)
      return asValues(merge(first, last, from, to));
    return asValues(isCount() ? countMeeting(first, last, from, to)
                              : mergeBlocks(first, last, from, to));
  };
  Value row = b.sub(last, first), column = b.sub(to, from), ratio = b.index(kSearchRatio);
  SmallVector<Type> types{semiring.element, b.getIndexType()};
  auto dot = b.ifElse(
      b.less(b.mul(row, ratio), column), types,
      [&] { return asValues(search(first, last, from, to)); },
      [&] {
        return Values(b.ifElse(
            b.less(b.mul(column, ratio), row), types,
            [&] { return asValues(searchRow(first, last, from, to)); }, lists));
      });
  return {dot[0], dot[1]};
}
