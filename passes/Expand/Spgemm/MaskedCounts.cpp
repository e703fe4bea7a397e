//===- MaskedCounts.cpp - counts along a short row of a mask --------------===//
#include "passes/Expand/Spgemm/MaskedCounts.h"

#include "passes/Emission/Search.h"
#include "passes/Expand/Vectors.h"

#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace scratch;

static constexpr int64_t kVectorBits = 512, kHalves = 2;

static Type coordinateOf(const SparseOperand &matrix) {
  return cast<MemRefType>(matrix.coordinates.getType()).getElementType();
}

int64_t MaskedCounts::longestRow() const {
  const SemiringEmitter &semiring = product.semiring;
  if (semiring.semiring.isCustom() || semiring.readsLeft() || semiring.readsRight() ||
      vectorBits(product.op) < kVectorBits / 2)
    return 0;
  SemiringOperator add = semiring.semiring.getAdd();
  if (add != SemiringOperator::op_plus && add != SemiringOperator::op_any)
    return 0;
  // Narrower lanes could not count as far as a row is long.
  auto type = dyn_cast<IntegerType>(coordinateOf(walk.sample()));
  return !type || type.getWidth() < 32 ? 0 : kVectorBits / type.getWidth();
}

/// The mask's columns of a row, one per lane. Lanes behind the last one and, by value, those
/// of explicit zeros hold what is no column.
static Value wantedColumns(LoopBuilder &b, const MaskTree::Leaf &leaf, VectorType type,
                           Value first, Value length) {
  auto bits = VectorType::get(type.getShape(), b.getI1Type());
  Value lanes = vector::CreateMaskOp::create(b, bits, ValueRange{length});
  Value none = arith::ConstantOp::create(b, DenseElementsAttr::get(type, IntegerAttr::get(type.getElementType(), -1)));
  Value wanted = vector::MaskedLoadOp::create(b, type, leaf.sparse.coordinates, ValueRange{first},
                                              lanes, none);
  if (!leaf.byValue)
    return wanted;
  auto stored = VectorType::get(type.getShape(),
                                cast<MemRefType>(leaf.sparse.values.getType()).getElementType());
  Value zero = arith::ConstantOp::create(b, b.getZeroAttr(stored));
  Value values = vector::MaskedLoadOp::create(b, stored, leaf.sparse.values, ValueRange{first},
                                              lanes, zero);
  Value kept = isa<FloatType>(stored.getElementType())
                   ? Value(arith::CmpFOp::create(b, arith::CmpFPredicate::UNE, values, zero))
                   : Value(arith::CmpIOp::create(b, arith::CmpIPredicate::ne, values, zero));
  return arith::SelectOp::create(b, kept, wanted, none);
}

/// `counts` with one more in every lane that holds `column`.
static LoopBuilder::Values countColumn(LoopBuilder &b, ValueRange counts, ValueRange wanted,
                                       Value column) {
  LoopBuilder::Values more;
  for (auto [count, part] : llvm::zip(counts, wanted)) {
    auto type = cast<VectorType>(part.getType());
    Value all = vector::BroadcastOp::create(b, type, b.cast(column, type.getElementType()));
    Value meets = arith::CmpIOp::create(b, arith::CmpIPredicate::eq, part, all);
    more.push_back(b.add(count, arith::ExtUIOp::create(b, type, meets)));
  }
  return more;
}

/// A vector's halves, and a vector of halves.
static LoopBuilder::Values halvesOf(LoopBuilder &b, Value whole) {
  int64_t lanes = cast<VectorType>(whole.getType()).getNumElements() / kHalves;
  LoopBuilder::Values halves;
  for (int64_t half = 0; half < kHalves; ++half)
    halves.push_back(vector::ExtractStridedSliceOp::create(b, whole, half * lanes, lanes, 1));
  return halves;
}
static Value joined(LoopBuilder &b, VectorType type, ValueRange halves) {
  Value whole = arith::ConstantOp::create(b, b.getZeroAttr(type));
  int64_t at = 0;
  for (Value half : halves) {
    whole = vector::InsertStridedSliceOp::create(b, half, whole, at, 1);
    at += cast<VectorType>(half.getType()).getNumElements();
  }
  return whole;
}

/// Which lanes count anything: as a vector, and as bits.
static std::pair<Value, Value> presentLanes(LoopBuilder &b, Value counts) {
  auto type = cast<VectorType>(counts.getType());
  Value nothing = arith::ConstantOp::create(b, b.getZeroAttr(type));
  Value some = arith::CmpIOp::create(b, arith::CmpIPredicate::ne, counts, nothing);
  auto packed = VectorType::get({1}, b.getIntegerType(type.getNumElements()));
  return {some, vector::ExtractOp::create(b, vector::BitCastOp::create(b, packed, some), 0)};
}

/// Counts of the columns in `wanted`, one vector for each of its own.
LoopBuilder::Values MaskedCounts::countWanted(Value row, Value begin, ValueRange wanted) const {
  using Values = LoopBuilder::Values;
  const SparseOperand &lhs = product.lhs, &rhs = product.rhs, &sample = walk.sample();
  auto [first, last] = sample.segment(b, row);
  Value end = lhs.segment(b, row).second;
  Value longest = b.mul(b.sub(last, first), b.index(MaskWalk::kSearchRatio));
  Value lastEntry = walk.lastEntry();
  Values none;
  for (Value part : wanted)
    none.push_back(arith::ConstantOp::create(b, b.getZeroAttr(part.getType())));
  // Along the shortest rows, asking costs more than comparing.
  std::optional<MaskWalk::Range> range;
  if (walk.ascends() && wanted.size() > 1)
    range = walk.rangeOf(row);
  return b.loop(begin, end, none, [&, first = first, last = last](Value p, ValueRange so) {
    walk.fetchAhead(p, lastEntry);
    auto [from, to] = rhs.segment(b, b.loadIndex(lhs.coordinates, p));
    if (range)
      to = walk.endWithin(from, to, *range);
    auto compareEach = [&, from = from, to = to] {
      return b.loop(from, to, so, [&](Value q, ValueRange counts) {
        return countColumn(b, counts, wanted, b.load(rhs.coordinates, q));
      });
    };
    if (!walk.ascends())
      return compareEach();
    auto search = [&, from = from, to = to] {
      Values start{from};
      start.append(so.begin(), so.end());
      auto found = b.loop(first, last, start, [&](Value s, ValueRange carried) {
        Value column = b.loadIndex(sample.coordinates, s);
        Value place = emitLowerBound(b, rhs.coordinates, carried[0], to, column);
        ValueRange before = carried.drop_front();
        Values next{place};
        next.append(b.ifElse(
            b.less(place, to), before.getTypes(),
            [&] {
              // What is there may be in another lane, which is searched for next.
              Value there = b.load(rhs.coordinates, place);
              Value meets = b.equal(b.toIndex(there), column);
              Values counted = countColumn(b, before, wanted, there);
              for (auto [count, old] : llvm::zip(counted, before))
                count = b.select(meets, count, old);
              return counted;
            },
            [&] { return Values(before.begin(), before.end()); }));
        return next;
      });
      return Values(llvm::drop_begin(found));
    };
    return Values(
        b.ifElse(b.lessEqual(b.sub(to, from), longest), so.getTypes(), compareEach, search));
  });
}

Value MaskedCounts::compute(Value row, Value begin, const RowOutput &output) const {
  const MaskTree::Leaf &leaf = walk.leaf();
  auto type = VectorType::get({longestRow()}, coordinateOf(leaf.sparse));
  auto [first, last] = leaf.sparse.segment(b, row);
  Value length = b.sub(last, first);
  LoopBuilder::Values wanted = halvesOf(b, wantedColumns(b, leaf, type, first, length));
  auto inOne = [&] {
    ValueRange low = ValueRange(wanted).take_front();
    return LoopBuilder::Values{joined(b, type, countWanted(row, begin, low))};
  };
  auto inBoth = [&] {
    return LoopBuilder::Values{joined(b, type, countWanted(row, begin, wanted))};
  };
  Value isShort = b.lessEqual(length, b.index(type.getNumElements() / kHalves));
  Value counts = b.ifElse(isShort, {type}, inOne, inBoth)[0];
  // Most rows of a graph that is nearly a tree end here.
  auto [some, bits] = presentLanes(b, counts);
  return b.ifElse(
      b.notEqual(bits, b.integer(0, bits.getType())), {b.getIndexType()},
      [&, first = first, some = some, bits = bits] {
        return LoopBuilder::Values{writeCounts(counts, some, bits, first, length, output)};
      },
      [&] { return LoopBuilder::Values{b.index(0)}; })[0];
}

/// Lanes of the element type, written together and then closed up in place.
Value MaskedCounts::writeCounts(Value counts, Value some, Value bits, Value first, Value length,
                                const RowOutput &output) const {
  const SparseOperand &sample = walk.sample();
  auto type = cast<VectorType>(counts.getType());
  int64_t lanes = type.getNumElements();
  Type bitsType = bits.getType();
  Type element = product.semiring.element;
  auto stored = VectorType::get({lanes}, element);
  bool any = product.semiring.semiring.getAdd() == SemiringOperator::op_any;
  Value counted = any ? Value(arith::ExtUIOp::create(b, type, some)) : counts;
  unsigned from = type.getElementTypeBitWidth(), to = element.getIntOrFloatBitWidth();
  Value values = counted;
  if (isa<FloatType>(element))
    values = arith::UIToFPOp::create(b, stored, counted);
  else if (from != to)
    values = from < to ? Value(arith::ExtUIOp::create(b, stored, counted))
                       : Value(arith::TruncIOp::create(b, stored, counted));
  // No more than 64 bytes behind the row may be spoiled: a vector at a time.
  int64_t part = std::min<int64_t>(lanes, kVectorBits / to);
  Value place = output.at;
  for (int64_t lane = 0; lane < lanes; lane += part) {
    auto write = [&] {
      Value piece = vector::ExtractStridedSliceOp::create(b, values, ArrayRef<int64_t>{lane},
                                                          ArrayRef<int64_t>{part},
                                                          ArrayRef<int64_t>{1});
      vector::StoreOp::create(b, piece, output.values, ValueRange{place});
      Value mine = arith::ShRUIOp::create(b, bits, b.integer(lane, bitsType));
      Value start = place;
      Value count = b.min(b.sub(length, b.index(lane)), b.index(part));
      auto end = b.loop(b.index(0), count, {place, mine}, [&](Value k, ValueRange so) {
        b.store(b.load(output.values, b.add(start, k)), output.values, so[0]);
        Value coordinate = b.load(sample.coordinates, b.add(first, b.add(k, b.index(lane))));
        b.store(b.cast(coordinate, product.coordinateType()), output.coordinates, so[0]);
        Value taken = b.toIndex(b.bitAnd(so[1], b.integer(1, bitsType)));
        Value rest = arith::ShRUIOp::create(b, so[1], b.integer(1, bitsType));
        return LoopBuilder::Values{b.add(so[0], taken), rest};
      });
      return LoopBuilder::Values{end[0]};
    };
    if (lane == 0) {
      place = write()[0];
      continue;
    }
    Value before = place;
    place = b.ifElse(b.less(b.index(lane), length), {b.getIndexType()}, write,
                     [&] { return LoopBuilder::Values{before}; })[0];
  }
  return b.sub(place, output.at);
}
