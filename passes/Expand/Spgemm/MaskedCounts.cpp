//===- MaskedCounts.cpp - counts along a short row of a mask --------------===//
#include "passes/Expand/Spgemm/MaskedCounts.h"

#include "passes/Emission/Search.h"
#include "passes/Expand/Spgemm/CountWriter.h"
#include "passes/Expand/Vectors.h"

#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace scratch;

static constexpr int64_t kHalves = 2;

MaskedCounts::MaskedCounts(LoopBuilder &b, const OpenProduct &product)
    : b(b), product(product), walk(b, product) {
  if (MaskWalk::suits(product))
    counted = CountLanes::of(product.op, product.semiring, walk.sample().coordinates,
                             product.rhs.coordinates);
}

static VectorType bitsOf(VectorType type) {
  return VectorType::get(type.getShape(), IntegerType::get(type.getContext(), 1));
}

static Value everywhere(LoopBuilder &b, VectorType type, int64_t number) {
  return arith::ConstantOp::create(
      b, DenseElementsAttr::get(type, IntegerAttr::get(type.getElementType(), number)));
}

/// The mask's columns of a row, one per lane. Lanes behind the last one and, by value, those
/// of explicit zeros hold what is no column.
static Value wantedColumns(LoopBuilder &b, const MaskTree::Leaf &leaf, VectorType type,
                           Value first, Value length) {
  Value lanes = vector::CreateMaskOp::create(b, bitsOf(type), ValueRange{length});
  Value none = everywhere(b, type, kNotWanted);
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

/// `counts` with one more in every lane of `wanted` that entries [from, to) of B name, a vector of
/// them at a time, the last one under a mask, where there are any or not.
LoopBuilder::Values MaskedCounts::intersect(ValueRange counts, ValueRange wanted, Value from,
                                            Value to) const {
  VectorType type = counted.type;
  Value columns = product.rhs.coordinates, one = b.index(1);
  auto wantedIn = [&](Value part, Value found) {
    return IntersectLanesOp::create(b, bitsOf(type), bitsOf(type), part, found).getInThese();
  };
  auto with = [&](ValueRange before, Value found) {
    LoopBuilder::Values more;
    for (auto [count, part] : llvm::zip(before, wanted))
      more.push_back(b.add(count, arith::ExtUIOp::create(b, type, wantedIn(part, found))));
    return more;
  };
  Value whole = b.add(from, b.bitAnd(b.sub(b.max(b.sub(to, from), one), one),
                                     b.index(-type.getNumElements())));
  LoopBuilder::Values counted = b.loop(
      from, whole, LoopBuilder::Values(counts),
      [&](Value q, ValueRange before) {
        return with(before, vector::LoadOp::create(b, type, columns, ValueRange{q}));
      },
      type.getNumElements());
  Value last = vector::CreateMaskOp::create(b, bitsOf(type), b.sub(to, whole));
  Value found = vector::MaskedLoadOp::create(b, type, columns, ValueRange{whole}, last,
                                             everywhere(b, type, kNotThere));
  return with(counted, found);
}

/// Counts of the columns in `wanted`, one vector for each of its own.
LoopBuilder::Values MaskedCounts::countWanted(Value row, Value begin, ValueRange wanted) const {
  using Values = LoopBuilder::Values;
  const SparseOperand &lhs = product.lhs, &rhs = product.rhs, &sample = walk.sample();
  auto [first, last] = sample.segment(b, row);
  Value end = lhs.segment(b, row).second;
  bool together = counted.intersects;
  // Entries that are intersected take as long together as one that is compared.
  int64_t ratio = MaskWalk::kSearchRatio * (together ? counted.type.getNumElements() : 1);
  Value longest = b.mul(b.sub(last, first), b.index(ratio));
  Value lastEntry = walk.lastEntry();
  Values none;
  for (Value part : wanted)
    none.push_back(arith::ConstantOp::create(b, b.getZeroAttr(part.getType())));
  // Along the shortest rows, asking costs more than comparing.
  std::optional<MaskWalk::Range> range;
  if (walk.ascends() && wanted.size() > 1 && !together)
    range = walk.rangeOf(row);
  return b.loop(begin, end, none, [&, first = first, last = last](Value p, ValueRange so) {
    walk.fetchAhead(p, lastEntry);
    auto [from, to] = rhs.segment(b, b.loadIndex(lhs.coordinates, p));
    if (range)
      to = walk.endWithin(from, to, *range);
    auto compareEach = [&, from = from, to = to] {
      if (together)
        return intersect(so, wanted, from, to);
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

/// As many vectors as the row fills.
Value MaskedCounts::computeInVectors(Value row, Value begin, const RowOutput &output) const {
  const MaskTree::Leaf &leaf = walk.leaf();
  CountWriter writer(b, product, leaf.sparse.coordinates);
  VectorType type = counted.type;
  int64_t lanes = type.getNumElements();
  auto [first, last] = leaf.sparse.segment(b, row);
  Value length = b.sub(last, first);
  auto with = [&, first = first](int64_t vectors) {
    LoopBuilder::Values wanted, starts, lengths;
    for (int64_t lane = 0; lane < vectors * lanes; lane += lanes) {
      starts.push_back(b.add(first, b.index(lane)));
      lengths.push_back(b.sub(length, b.index(lane)));
      wanted.push_back(wantedColumns(b, leaf, type, starts.back(), lengths.back()));
    }
    LoopBuilder::Values counts = countWanted(row, begin, wanted);
    RowOutput rest = output;
    for (int64_t v = 0; v < vectors; ++v)
      rest = rest.from(b.add(rest.at, writer.write(counts[v], wanted[v], starts[v], lengths[v], rest)));
    return LoopBuilder::Values{b.sub(rest.at, output.at)};
  };
  auto fits = [&](int64_t vectors) { return b.lessEqual(length, b.index(vectors * lanes)); };
  Type index = b.getIndexType();
  return b.ifElse(
      fits(1), {index}, [&] { return with(1); },
      [&] {
        return LoopBuilder::Values(b.ifElse(
            fits(2), {index}, [&] { return with(2); }, [&] { return with(counted.vectors); }));
      })[0];
}

Value MaskedCounts::compute(Value row, Value begin, const RowOutput &output) const {
  if (counted.intersects)
    return computeInVectors(row, begin, output);
  const MaskTree::Leaf &leaf = walk.leaf();
  VectorType type = counted.type;
  auto [first, last] = leaf.sparse.segment(b, row);
  Value length = b.sub(last, first);
  Value all = wantedColumns(b, leaf, type, first, length);
  LoopBuilder::Values wanted = halvesOf(b, all);
  auto inOne = [&] {
    ValueRange low = ValueRange(wanted).take_front();
    return LoopBuilder::Values{joined(b, type, countWanted(row, begin, low))};
  };
  auto inBoth = [&] {
    return LoopBuilder::Values{joined(b, type, countWanted(row, begin, wanted))};
  };
  Value isShort = b.lessEqual(length, b.index(type.getNumElements() / kHalves));
  Value counts = b.ifElse(isShort, {type}, inOne, inBoth)[0];
  return CountWriter(b, product, leaf.sparse.coordinates).write(counts, all, first, length, output);
}
