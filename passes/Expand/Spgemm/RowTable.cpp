//===- RowTable.cpp - whether a row of dot products has a table -----------===//
#include "passes/Expand/Spgemm/RowTable.h"

#include "passes/Expand/RowLoops.h"

using namespace mlir;
using namespace scratch;
using Values = LoopBuilder::Values;

/// Bytes of the table that are touched, at most: they stay in the second cache then. Granite
/// Rapids (2 MB), rows and columns of 16 entries that seldom meet, ns per dot product, table or
/// lists: 28 or 16 in 128 KB, 49 or 16 in 2 MB, 210 or 16 in 256 MB; where most meet, 14 or 34
/// in 80 KB. Counts: 16 or 14 in 1 MB, 120 or 13 in 64 MB; of 64 entries 61 or 76 in 1 MB, 640 or
/// 79 in 64 MB.
static constexpr int64_t kTableBytes = 1 << 21, kLineBytes = 64;
/// Inner indices that are looked at for how many are used, and places that they are told apart
/// by: logarithms.
static constexpr int64_t kSampleBits = 10, kPlaceBits = 16;
/// Bytes of a table that is worth making at all.
static constexpr int64_t kMostTableBytes = 1 << 26;
/// Elements that so many bytes hold.
static int64_t elementsIn(int64_t bytes, Type element) {
  return bytes * 8 / (element.isIndex() ? 64 : element.getIntOrFloatBitWidth());
}

/// Places, or presence where no value of A is read.
Type RowTable::element() const {
  return operands.semiring.readsLeft()
             ? cast<MemRefType>(operands.lhs.coordinates.getType()).getElementType()
             : b.getI8Type();
}

/// Of rows of B at equal distances, how many have entries lets expect how many have.
Value RowTable::sampleRows() const {
  const SparseOperand &rhs = operands.rhs;
  Value stride = b.shiftRight(rhs.majors, kSampleBits);
  Value filled = b.loop(b.index(0), b.index(1 << kSampleBits), {b.index(0)},
                        [&](Value k, ValueRange so) {
                          auto [first, last] = rhs.segment(b, b.mul(k, stride));
                          Value some = b.cast(b.less(first, last), b.getIndexType());
                          return Values{b.add(so[0], some)};
                        })[0];
  return b.mul(filled, stride);
}

/// Of s coordinates out of n different ones, s^2 / 2n repeat another one, beside those that
/// share its place by chance.
Value RowTable::sampleColumns() const {
  Value zero = b.index(0), one = b.index(1);
  constexpr int64_t kSamples = 1 << kSampleBits, kPlaces = 1 << kPlaceBits;
  Value size = b.index(kPlaces);
  Value places = AllocateOp::create(b, bufferOf(b.getI8Type()), ValueRange{size}, true);
  Value stride = b.shiftRight(operands.rhs.entries(b), kSampleBits);
  Value looked = countIfOk(b, b.index(kSamples));
  Value repeated = b.loop(zero, looked, {zero}, [&](Value k, ValueRange so) {
    Value coordinate = b.loadIndex(operands.rhs.coordinates, b.mul(k, stride));
    Value mixed = b.shiftRight(b.mul(coordinate, b.index(0x9E3779B1)), 16);
    Value place = b.bitAnd(mixed, b.index(kPlaces - 1));
    Value before = b.loadIndex(places, place);
    b.storeIndex(one, places, place);
    return Values{b.add(so[0], before)};
  })[0];
  ReleaseOp::create(b, places);
  constexpr int64_t kPairs = kSamples * kSamples / 2, kChance = kPairs / kPlaces;
  Value real = b.sub(b.max(repeated, b.index(kChance + 1)), b.index(kChance));
  return arith::DivUIOp::create(b, b.index(kPairs), real);
}

/// At most, or as many as some of them let expect.
void RowTable::countInner() {
  Value most = b.min(operands.lhs.minors, operands.rhs.entries(b));
  innerIndices = b.ifElse(
      b.less(b.index(kTableBytes / kLineBytes), most), {b.getIndexType()},
      [&] { return Values{b.min(operands.turned ? sampleRows() : sampleColumns(), most)}; },
      [&] { return Values{most}; })[0];
}

/// Whether there is a table. Lists that do not ascend need one.
Value RowTable::mayTabulate() const {
  if (!operands.lhs.ordered || !operands.rhs.ordered)
    return b.bit(true);
  return b.lessEqual(operands.lhs.minors, b.index(elementsIn(kMostTableBytes, element())));
}

Value RowTable::allocate(Value one) const {
  Value size = b.select(mayTabulate(), operands.lhs.minors, one);
  return AllocateOp::create(b, bufferOf(element()), ValueRange{size}, true);
}

Value RowTable::isTabulated(Value first, Value last) const {
  const SparseOperand &lhs = operands.lhs;
  if (!lhs.ordered || !operands.rhs.ordered)
    return b.bit(true);
  Value low = b.loadIndex(lhs.coordinates, first);
  Value high = b.loadIndex(lhs.coordinates, b.sub(last, b.index(1)));
  Value narrow =
      b.lessEqual(b.sub(high, low), b.index(elementsIn(kTableBytes / 2, element())));
  // Rows that are wide may still be about few inner indices, the same for all.
  Value few = b.lessEqual(innerIndices, b.index(kTableBytes / kLineBytes));
  return b.bitAnd(mayTabulate(), b.bitOr(narrow, few));
}
