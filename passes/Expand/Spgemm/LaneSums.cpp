//===- LaneSums.cpp - a short row of known columns, in lanes --------------===//
#include "passes/Expand/Spgemm/LaneSums.h"

#include "passes/Expand/Vectors.h"

#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace scratch;
using Values = LoopBuilder::Values;

static constexpr int64_t kVectorBits = 512;

static Type elementOf(Value buffer) { return cast<MemRefType>(buffer.getType()).getElementType(); }

LaneSums::LaneSums(LoopBuilder &b, Operation *kernel, const SemiringEmitter &semiring,
                   const SparseOperand &lhs, const SparseOperand &rhs, const SparseOperand &pattern)
    : b(b), semiring(semiring), lhs(lhs), rhs(rhs), pattern(pattern) {
  if (!intersectsFast(kernel) || semiring.semiring.isCustom() || !rhs.ordered || !pattern.ordered ||
      semiring.semiring.getAdd() == SemiringOperator::op_any)
    return;
  Type element = semiring.element;
  unsigned bits = element.getIntOrFloatBitWidth();
  bool same = (!semiring.readsLeft() || elementOf(lhs.values) == element) &&
              (!semiring.readsRight() || elementOf(rhs.values) == element);
  auto fits = [&](const SparseOperand &matrix) {
    auto type = dyn_cast<IntegerType>(elementOf(matrix.coordinates));
    return type && type.getWidth() <= bits;
  };
  if (same && bits >= 32 && fits(rhs) && fits(pattern))
    columns = VectorType::get({kVectorBits / bits}, b.getIntegerType(bits));
}

Value LaneSums::reach() const {
  if (columns.getElementTypeBitWidth() > 32)
    return b.bit(true);
  return b.lessEqual(pattern.minors, b.index(int64_t(1) << 31));
}

Value LaneSums::firstLanes(Value count) const {
  return vector::CreateMaskOp::create(b, VectorType::get(columns.getShape(), b.getI1Type()), count);
}

/// Columns of the entries from p on, as wide as elements.
Value LaneSums::columnsAt(const SparseOperand &matrix, Value p, Value lanes,
                          int64_t otherwise) const {
  auto stored = VectorType::get(columns.getShape(), elementOf(matrix.coordinates));
  Value zeros = arith::ConstantOp::create(b, b.getZeroAttr(stored));
  Value found =
      vector::MaskedLoadOp::create(b, stored, matrix.coordinates, ValueRange{p}, lanes, zeros);
  if (stored != columns)
    found = arith::ExtUIOp::create(b, columns, found);
  Value none = arith::ConstantOp::create(
      b, DenseElementsAttr::get(columns, IntegerAttr::get(columns.getElementType(), otherwise)));
  return b.select(lanes, found, none);
}

/// The sums of the columns in `wanted`, one vector for each of its own.
Values LaneSums::sumUp(Value row, ValueRange wanted) const {
  auto type = VectorType::get(columns.getShape(), semiring.element);
  auto bits = VectorType::get(columns.getShape(), b.getI1Type());
  SemiringEmitter start = semiring;
  start.identity = startOf(semiring.semiring, TypedAttr(), semiring.element);
  Values nothing(wanted.size(), start.getIdentity(b, type));
  auto [begin, end] = lhs.segment(b, row);
  return b.loop(begin, end, nothing, [&](Value p, ValueRange before) {
    auto [from, to] = rhs.segment(b, b.loadIndex(lhs.coordinates, p));
    Value scale;
    if (semiring.readsLeft())
      scale = vector::BroadcastOp::create(b, type, b.load(lhs.values, p));
    return b.loop(
        from, to, Values(before),
        [&, to = to](Value q, ValueRange sums) {
          Value there = firstLanes(b.sub(to, q));
          Value found = columnsAt(rhs, q, there, kNotThere), entries;
          if (semiring.readsRight())
            entries = vector::MaskedLoadOp::create(b, type, rhs.values, ValueRange{q}, there,
                                                   arith::ConstantOp::create(b, b.getZeroAttr(type)));
          Values after;
          for (auto [sum, part] : llvm::zip_equal(sums, wanted)) {
            auto meet = IntersectLanesOp::create(b, bits, bits, part, found);
            Value moved;
            if (entries)
              moved = MoveLanesOp::create(b, type, entries, meet.getInThose(), meet.getInThese());
            Value more = semiring.add(b, sum, semiring.multiply(b, scale, moved, type));
            after.push_back(b.select(meet.getInThese(), more, sum));
          }
          return after;
        },
        columns.getNumElements());
  });
}

void LaneSums::computeIn(int64_t vectors, Value row, Value coordinates, Value values) const {
  auto [first, last] = pattern.segment(b, row);
  Values places, lanes, wanted;
  for (int64_t v = 0; v < vectors; ++v) {
    places.push_back(b.add(first, b.index(v * columns.getNumElements())));
    lanes.push_back(firstLanes(b.sub(last, places.back())));
    wanted.push_back(columnsAt(pattern, places.back(), lanes.back(), kNotWanted));
  }
  Values sums = sumUp(row, wanted);
  auto stored = VectorType::get(columns.getShape(), elementOf(pattern.coordinates));
  for (auto [place, mine, sum] : llvm::zip_equal(places, lanes, sums)) {
    vector::MaskedStoreOp::create(b, values, ValueRange{place}, mine, sum);
    if (coordinates == pattern.coordinates)
      continue;
    Value zeros = arith::ConstantOp::create(b, b.getZeroAttr(stored));
    Value column = vector::MaskedLoadOp::create(b, stored, pattern.coordinates, ValueRange{place},
                                                mine, zeros);
    vector::MaskedStoreOp::create(b, coordinates, ValueRange{place}, mine, column);
  }
}

void LaneSums::compute(Value row, Value coordinates, Value values) const {
  auto [first, last] = pattern.segment(b, row);
  Value length = b.sub(last, first);
  std::function<void(int64_t)> dispatch = [&](int64_t vectors) {
    if (vectors == kMostVectors)
      return computeIn(vectors, row, coordinates, values);
    b.ifElse(
        b.lessEqual(length, b.index(vectors * columns.getNumElements())),
        [&] { computeIn(vectors, row, coordinates, values); }, [&] { dispatch(vectors + 1); });
  };
  dispatch(1);
}
