//===- ListDots.cpp - dot products of two lists, no table -----------------===//
#include "passes/Expand/Spgemm/ListDots.h"

#include "passes/Expand/Vectors.h"

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace scratch;

static Type coordinateOf(const SparseOperand &matrix) {
  return cast<MemRefType>(matrix.coordinates.getType()).getElementType();
}

/// Coordinates of the row that are compared at once; 1: none.
int64_t ListDots::blockLength() const {
  int64_t bits = vectorBits(operands.op);
  auto type = dyn_cast<IntegerType>(coordinateOf(operands.lhs));
  if (bits < 256 || !type || type != coordinateOf(operands.rhs))
    return 1;
  return bits / type.getWidth();
}

/// Whether a dot product is the number of coordinates that meet.
bool ListDots::isCount() const {
  const SemiringEmitter &semiring = operands.semiring;
  return !semiring.semiring.isCustom() && !semiring.readsLeft() && !semiring.readsRight() &&
         semiring.semiring.getAdd() == SemiringOperator::op_plus;
}

/// A number of meeting coordinates as the sum of as many ones.
Value ListDots::sumOfOnes(Value count) const {
  Type element = operands.semiring.element;
  if (isa<FloatType>(element))
    return arith::UIToFPOp::create(b, element, b.cast(count, b.getI64Type()));
  return b.cast(count, element);
}

/// One coordinate after the other of both.
Dot ListDots::merge(const Lists &lists) const {
  Type index = b.getIndexType();
  auto end = b.whileLoop(
      {lists.first, lists.from, sums.identity(), b.index(0)},
      [&](ValueRange so) {
        Value inside = b.bitAnd(b.less(so[0], lists.last), b.less(so[1], lists.to));
        return b.bitAnd(inside, sums.mayChange({so[2], so[3]}));
      },
      [&](ValueRange so) {
        Value left = b.loadIndex(operands.lhs.coordinates, so[0]);
        Value right = b.loadIndex(operands.rhs.coordinates, so[1]);
        auto sum = b.ifElse(
            b.equal(left, right), sums.types(),
            [&] { return sums.add({so[2], so[3]}, so[0], so[1]).asValues(); },
            [&] { return Values{so[2], so[3]}; });
        return Values{b.add(so[0], b.cast(b.lessEqual(left, right), index)),
                      b.add(so[1], b.cast(b.lessEqual(right, left), index)), sum[0], sum[1]};
      });
  return {end[2], end[3]};
}

/// A block of the row in a vector: its coordinates (-1, which is none, behind the end) and the
/// last of them.
std::pair<Value, Value> ListDots::loadBlock(Value p, Value length) const {
  Value coordinates = operands.lhs.coordinates;
  auto type = VectorType::get({blockLength()}, coordinateOf(operands.lhs));
  auto bits = VectorType::get(type.getShape(), b.getI1Type());
  Value lanes = vector::CreateMaskOp::create(b, bits, ValueRange{length});
  Value none = arith::ConstantOp::create(
      b, DenseElementsAttr::get(type, IntegerAttr::get(type.getElementType(), -1)));
  Value block =
      vector::MaskedLoadOp::create(b, type, coordinates, ValueRange{p}, lanes, none);
  return {block, b.loadIndex(coordinates, b.sub(b.add(p, length), b.index(1)))};
}

/// Lanes of a block that hold a coordinate of the column.
Value ListDots::meets(Value block, Value q) const {
  Value column = b.load(operands.rhs.coordinates, q);
  Value all = vector::BroadcastOp::create(b, block.getType(), column);
  return arith::CmpIOp::create(b, arith::CmpIPredicate::eq, block, all);
}

static Value asBits(LoopBuilder &b, Value lanes) {
  int64_t count = cast<VectorType>(lanes.getType()).getNumElements();
  auto packed = VectorType::get({1}, b.getIntegerType(count));
  return vector::ExtractOp::create(b, vector::BitCastOp::create(b, packed, lanes), 0);
}

/// Every block of the row with the part of the column that is not behind it.
LoopBuilder::Values ListDots::forBlocks(const Lists &lists, ValueRange carried, GoesOn goesOn,
                                        PerBlock body) const {
  Values start{lists.first, lists.from};
  start.append(carried.begin(), carried.end());
  auto end = b.whileLoop(
      start,
      [&](ValueRange so) {
        Value inside = b.bitAnd(b.less(so[0], lists.last), b.less(so[1], lists.to));
        return b.bitAnd(inside, goesOn(so.drop_front(2)));
      },
      [&](ValueRange so) {
        Value length = b.min(b.sub(lists.last, so[0]), b.index(blockLength()));
        auto [block, highest] = loadBlock(so[0], length);
        Values next{b.add(so[0], length)};
        next.append(body(block, so[0], so[1], highest, so.drop_front(2)));
        return next;
      });
  return Values(llvm::drop_begin(end, 2));
}

/// Whether position `q` of the column is there and not behind the block.
Value ListDots::reaches(Value q, Value to, Value highest) const {
  return b.ifElse(
      b.less(q, to), {b.getI1Type()},
      [&] { return Values{b.lessEqual(b.loadIndex(operands.rhs.coordinates, q), highest)}; },
      [&] { return Values{b.bit(false)}; })[0];
}

Dot ListDots::countMeeting(const Lists &lists) const {
  auto lanes = VectorType::get({blockLength()}, b.getI1Type());
  Value none = arith::ConstantOp::create(b, b.getZeroAttr(lanes));
  constexpr int64_t kGroup = 4;
  auto body = [&](Value block, Value p, Value q, Value highest, ValueRange so) {
    // Four at a time, then the last ones.
    auto met = b.whileLoop(
        {q, none},
        [&](ValueRange at) {
          return reaches(b.add(at[0], b.index(kGroup - 1)), lists.to, highest);
        },
        [&](ValueRange at) {
          Value any = at[1];
          for (int64_t k = 0; k < kGroup; ++k)
            any = b.bitOr(any, meets(block, b.add(at[0], b.index(k))));
          return Values{b.add(at[0], b.index(kGroup)), any};
        });
    met = b.whileLoop(
        met, [&](ValueRange at) { return reaches(at[0], lists.to, highest); },
        [&](ValueRange at) {
          return Values{b.add(at[0], b.index(1)), b.bitOr(at[1], meets(block, at[0]))};
        });
    // Lanes behind the row's end hold 2^32 - 1, which may be a coordinate of the column.
    Value inside = vector::CreateMaskOp::create(b, lanes, ValueRange{b.sub(lists.last, p)});
    Value bits = asBits(b, b.bitAnd(met[1], inside));
    Value count = b.toIndex(LLVM::CtPopOp::create(b, bits.getType(), bits));
    return Values{met[0], b.add(so[0], count)};
  };
  auto count = forBlocks(lists, {b.index(0)},
                         [&](ValueRange) { return b.bit(true); }, body)[0];
  return {sumOfOnes(count), count};
}

Dot ListDots::mergeBlocks(const Lists &lists) const {
  auto body = [&](Value block, Value p, Value q, Value highest, ValueRange so) {
    auto end = b.whileLoop(
        {q, so[0], so[1]}, [&](ValueRange at) { return reaches(at[0], lists.to, highest); },
        [&](ValueRange at) {
          Value bits = asBits(b, meets(block, at[0]));
          auto sum = b.ifElse(
              b.notEqual(bits, b.integer(0, bits.getType())), sums.types(),
              [&] {
                Value lane = b.toIndex(LLVM::CountTrailingZerosOp::create(
                    b, bits.getType(), bits, /*is_zero_poison=*/true));
                return sums.add({at[1], at[2]}, b.add(p, lane), at[0]).asValues();
              },
              [&] { return Values{at[1], at[2]}; });
          return Values{b.add(at[0], b.index(1)), sum[0], sum[1]};
        });
    return Values(end);
  };
  auto end = forBlocks(lists, {sums.identity(), b.index(0)},
                       [&](ValueRange so) { return sums.mayChange({so[0], so[1]}); }, body);
  return Dot::of(end);
}

Dot ListDots::compute(const Lists &lists) const {
  auto together = [&] {
    if (blockLength() == 1)
      return merge(lists).asValues();
    return (isCount() ? countMeeting(lists) : mergeBlocks(lists)).asValues();
  };
  Value row = b.sub(lists.last, lists.first), column = b.sub(lists.to, lists.from);
  Value ratio = b.index(DotSums::kSearchRatio);
  SmallVector<Type> types = sums.types();
  return Dot::of(b.ifElse(
      b.less(b.mul(row, ratio), column), types,
      [&] { return sums.searchColumn(lists).asValues(); },
      [&] {
        return Values(b.ifElse(
            b.less(b.mul(column, ratio), row), types,
            [&] { return sums.searchRow(lists).asValues(); }, together));
      }));
}
