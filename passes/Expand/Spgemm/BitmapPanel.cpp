//===- BitmapPanel.cpp - a range of B as bits and full vectors ------------===//
#include "passes/Expand/Spgemm/BitmapPanel.h"

#include "passes/Emission/Search.h"
#include "passes/Expand/Spgemm/TameNumbers.h"
#include "passes/Expand/Vectors.h"

#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace scratch;

static constexpr int64_t kLeastRange = 16;
/// A range has 512 KB of values, half of a small second cache.
static constexpr BitmapPanel::Shape kMasked{/*vectors=*/kPanelVectors, /*mostRange=*/256,
                                            /*rowPanels=*/512, /*neutral=*/false};
/// Eight of sixteen registers are sums. A panel of a range has 24 KB of values, a range 1.5 MB.
static constexpr BitmapPanel::Shape kNeutral{/*vectors=*/4, /*mostRange=*/96,
                                             /*rowPanels=*/6144, /*neutral=*/true};

static const BitmapPanel::Shape &shapeFor(Operation *kernel) {
  return vectorBits(kernel) >= kPanelVectorBits ? kMasked : kNeutral;
}

bool BitmapPanel::suits(Operation *kernel, const SemiringEmitter &semiring,
                        const SparseOperand &rows) {
  if (!panelLanes(semiring.element) || semiring.semiring.isCustom() || !rows.ordered)
    return false;
  bool zeroIsNeutral = semiring.semiring.getKind() == SemiringKind::plus_times &&
                       isa<FloatType>(semiring.element);
  return vectorBits(kernel) >= kPanelVectorBits ||
         (vectorBits(kernel) == kPanelVectorBits / 2 && zeroIsNeutral);
}

Value BitmapPanel::isDense(LoopBuilder &b, const SparseOperand &rows, Type element) {
  // entries / (rows * columns) >= 1 / lanes, without products of extents.
  Value stored = b.loadIndex(rows.positions, rows.majors);
  Value each = arith::DivUIOp::create(b, b.mul(stored, b.index(panelLanes(element))),
                                      b.max(rows.minors, b.index(1)));
  return b.bitAnd(b.less(b.index(0), stored), b.lessEqual(rows.majors, each));
}

/// `wanted` (i1), and the matrix has numbers that leave sums alone where there are none.
static Value ifTame(LoopBuilder &b, Operation *kernel, Value wanted, const SparseOperand &rows,
                    Type element) {
  if (!shapeFor(kernel).neutral)
    return wanted;
  return b.ifElse(
      wanted, {b.getI1Type()},
      [&] {
        Value entries = b.loadIndex(rows.positions, rows.majors);
        return LoopBuilder::Values{
            areTame(b, rows.values, b.index(0), entries, panelLanes(element))};
      },
      [&] { return LoopBuilder::Values{b.bit(false)}; })[0];
}

Value BitmapPanel::isFull(LoopBuilder &b, Operation *kernel, const SparseOperand &rows,
                          Type element) {
  return ifTame(b, kernel, isDense(b, rows, element), rows, element);
}

Value BitmapPanel::isWorthIt(LoopBuilder &b, Operation *kernel, const SparseOperand &lhs,
                             const SparseOperand &rhs, Type element, Value blockRows) {
  Value often = areUsedOften(b, lhs, rhs, blockRows, kLimits);
  return ifTame(b, kernel, b.bitAnd(isDense(b, rhs, element), often), rhs, element);
}

Value BitmapPanel::panelsOf(LoopBuilder &b, const SparseOperand &rows, Type element,
                            const Shape &shape) {
  return arith::CeilDivUIOp::create(b, rows.minors, b.index(shape.vectors * panelLanes(element)));
}

Value BitmapPanel::rangeOf(LoopBuilder &b, Value panels, const Shape &shape) {
  Value fit = arith::DivUIOp::create(b, b.index(shape.rowPanels), b.max(panels, b.index(1)));
  return b.max(b.min(fit, b.index(shape.mostRange)), b.index(kLeastRange));
}

LoopBuilder::Values BitmapPanel::open(LoopBuilder &b, Operation *kernel, const SparseOperand &rows,
                                      Type element, Value blockRows, Value used) {
  const Shape &shape = shapeFor(kernel);
  auto allocate = [&](Type type, Value size, bool zeroed = false) -> Value {
    size = b.select(used, size, b.index(0));
    return AllocateOp::create(b, bufferOf(type), ValueRange{size}, zeroed);
  };
  Type stored = cast<MemRefType>(rows.values.getType()).getElementType(), i64 = b.getI64Type();
  Value panels = panelsOf(b, rows, element, shape);
  Value vectors = b.mul(b.mul(panels, rangeOf(b, panels, shape)), b.index(shape.vectors));
  // What lies where no bit is set is multiplied and dropped: were it denormal, slowly.
  return {allocate(b.getIntegerType(panelLanes(element)), vectors),
          allocate(stored, b.mul(vectors, b.index(panelLanes(element))), /*zeroed=*/true),
          allocate(i64, blockRows), allocate(i64, blockRows)};
}

BitmapPanel::BitmapPanel(LoopBuilder &b, Operation *kernel, const SemiringEmitter &scaling,
                         const SparseOperand &lhs, const SparseOperand &rhs, ValueRange buffers)
    : b(b), scaling(scaling), lhs(lhs), rhs(rhs), shape(shapeFor(kernel)), masks(buffers[0]),
      values(buffers[1]), starts(buffers[2]), ends(buffers[3]),
      panels(panelsOf(b, rhs, scaling.element, shape)), range(rangeOf(b, panels, shape)),
      lanes(panelLanes(scaling.element)) {}

/// Zero times what is not finite is no zero.
Value BitmapPanel::takes(Value wanted, Value first, Value last) const {
  if (!shape.neutral)
    return wanted;
  return b.ifElse(
      wanted, {b.getI1Type()},
      [&] {
        Value from = lhs.segment(b, first).first, to = b.loadIndex(lhs.positions, last);
        return LoopBuilder::Values{areTame(b, lhs.values, from, to, lanes)};
      },
      [&] { return LoopBuilder::Values{b.bit(false)}; })[0];
}

/// A row of B, the range's `number`th. Bits of a vector are collected in a register and stored
/// again and again, which waits for no store.
void BitmapPanel::turnRow(Value row, Value number) {
  const int64_t vectors = shape.vectors;
  auto zeros = [&](int64_t count, Type type) -> Value {
    return arith::ConstantOp::create(b, b.getZeroAttr(VectorType::get({count}, type)));
  };
  Value noBits = zeros(vectors, b.getIntegerType(lanes));
  Value noValues = zeros(lanes, cast<MemRefType>(values.getType()).getElementType());
  auto firstVector = [&](Value panel) {
    return b.mul(b.add(b.mul(panel, range), number), b.index(vectors));
  };
  b.loop(b.index(0), panels, [&](Value panel) {
    Value vector = firstVector(panel);
    vector::StoreOp::create(b, noBits, masks, ValueRange{vector});
    for (int64_t v = 0; shape.neutral && v < vectors; ++v)
      vector::StoreOp::create(b, noValues, values,
                              ValueRange{b.mul(b.add(vector, b.index(v)), b.index(lanes))});
  });
  Value one = b.index(1), none = b.index(0), nowhere = b.index(-1);
  auto [first, last] = rhs.segment(b, row);
  b.loop(first, last, {nowhere, none}, [&](Value p, ValueRange before) {
    Value column = b.loadIndex(rhs.coordinates, p);
    Value panel = b.shiftRight(column, llvm::Log2_64(vectors * lanes));
    Value vector = b.bitAnd(b.shiftRight(column, llvm::Log2_64(lanes)), b.index(vectors - 1));
    vector = b.add(firstVector(panel), vector);
    Value lane = b.bitAnd(column, b.index(lanes - 1));
    if (scaling.readsRight())
      b.store(b.load(rhs.values, p), values, b.add(b.mul(vector, b.index(lanes)), lane));
    Value bit = arith::ShLIOp::create(b, one, lane);
    Value mask = b.bitOr(b.select(b.equal(vector, before[0]), before[1], none), bit);
    b.storeIndex(mask, masks, vector);
    return LoopBuilder::Values{vector, mask};
  });
}

/// Turns rows [low, high) of B, and finds what rows [first, last) of A have of them.
void BitmapPanel::startRange(Value low, Value high, Value first, Value last) {
  b.loop(low, high, [&](Value row) { turnRow(row, b.sub(row, low)); });
  b.loop(first, last, [&](Value row) {
    Value number = b.sub(row, first), from = b.loadIndex(ends, number);
    Value to = emitLowerBound(b, lhs.coordinates, from, lhs.segment(b, row).second, high);
    b.storeIndex(from, starts, number);
    b.storeIndex(to, ends, number);
  });
}

void BitmapPanel::accumulate(Value first, Value last, function_ref<Value(Value)> viewOf) {
  Value zero = b.index(0);
  b.loop(first, last, [&](Value row) {
    b.storeIndex(lhs.segment(b, row).first, ends, b.sub(row, first));
  });
  // Without rows there may be no buffers either.
  Value majors = b.select(b.less(first, last), rhs.majors, zero);
  b.loop(zero, arith::CeilDivUIOp::create(b, majors, range), [&](Value number) {
    Value low = b.mul(number, range), high = b.min(b.add(low, range), majors);
    startRange(low, high, first, last);
    b.loop(zero, panels, [&](Value panel) {
      // Panels lie behind each other: a range further on is the next one's.
      Value base = b.sub(low, b.mul(panel, range));
      Value column = b.mul(panel, b.index(shape.vectors * lanes));
      b.loop(first, last, [&](Value row) {
        Value at = b.sub(row, first);
        Value from = b.loadIndex(starts, at), to = b.loadIndex(ends, at);
        b.ifThen(b.less(from, to), [&] {
          AccumulateBitmapOp::create(b, viewOf(row), lhs.coordinates, from, to, base, column,
                                     shape.vectors, masks, scaling.readsRight() ? values : Value(),
                                     scaling.readsLeft() ? lhs.values : Value(), scaling.swapped,
                                     shape.neutral, scaling.semiring);
        });
      });
    });
  });
}
