//===- BitmapPanel.cpp - a range of B as bits and full vectors ------------===//
#include "passes/Expand/Spgemm/BitmapPanel.h"

#include "passes/Emission/Search.h"
#include "passes/Expand/Vectors.h"

#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace scratch;

/// Rows of B in a range, and rows times panels: 512 KB of values, half of a small second cache.
static constexpr int64_t kMostRange = 256, kLeastRange = 16, kRowPanels = 512;

bool BitmapPanel::suits(Operation *kernel, const SemiringEmitter &semiring,
                        const SparseOperand &rows) {
  return vectorBits(kernel) >= kPanelVectorBits && panelLanes(semiring.element) &&
         !semiring.semiring.isCustom() && rows.ordered;
}

Value BitmapPanel::isFull(LoopBuilder &b, const SparseOperand &rows, Type element) {
  // entries / (rows * columns) >= 1 / lanes, without products of extents.
  Value stored = b.loadIndex(rows.positions, rows.majors);
  Value each = arith::DivUIOp::create(b, b.mul(stored, b.index(panelLanes(element))),
                                      b.max(rows.minors, b.index(1)));
  return b.bitAnd(b.less(b.index(0), stored), b.lessEqual(rows.majors, each));
}

Value BitmapPanel::isWorthIt(LoopBuilder &b, const SparseOperand &lhs, const SparseOperand &rhs,
                             Type element, Value blockRows) {
  return b.bitAnd(isFull(b, rhs, element), areUsedOften(b, lhs, rhs, blockRows, kLimits));
}

Value BitmapPanel::panelsOf(LoopBuilder &b, const SparseOperand &rows, Type element) {
  return arith::CeilDivUIOp::create(b, rows.minors, b.index(kPanelVectors * panelLanes(element)));
}

Value BitmapPanel::rangeOf(LoopBuilder &b, Value panels) {
  Value fit = arith::DivUIOp::create(b, b.index(kRowPanels), b.max(panels, b.index(1)));
  return b.max(b.min(fit, b.index(kMostRange)), b.index(kLeastRange));
}

LoopBuilder::Values BitmapPanel::open(LoopBuilder &b, const SparseOperand &rows, Type element,
                                      Value blockRows, Value used) {
  auto allocate = [&](Type type, Value size, bool zeroed = false) -> Value {
    size = b.select(used, size, b.index(0));
    return AllocateOp::create(b, bufferOf(type), ValueRange{size}, zeroed);
  };
  Type stored = cast<MemRefType>(rows.values.getType()).getElementType(), i64 = b.getI64Type();
  Value panels = panelsOf(b, rows, element);
  Value vectors = b.mul(b.mul(panels, rangeOf(b, panels)), b.index(kPanelVectors));
  // What lies where no bit is set is multiplied and dropped: were it denormal, slowly.
  return {allocate(b.getIntegerType(panelLanes(element)), vectors),
          allocate(stored, b.mul(vectors, b.index(panelLanes(element))), /*zeroed=*/true),
          allocate(i64, blockRows), allocate(i64, blockRows)};
}

BitmapPanel::BitmapPanel(LoopBuilder &b, const SemiringEmitter &scaling, const SparseOperand &lhs,
                         const SparseOperand &rhs, ValueRange buffers)
    : b(b), scaling(scaling), lhs(lhs), rhs(rhs), masks(buffers[0]), values(buffers[1]),
      starts(buffers[2]), ends(buffers[3]), panels(panelsOf(b, rhs, scaling.element)),
      range(rangeOf(b, panels)), lanes(panelLanes(scaling.element)) {}

/// A row of B, the range's `number`th. Bits of a vector are collected in a register and stored
/// again and again, which waits for no store.
void BitmapPanel::turnRow(Value row, Value number) {
  Type bits = b.getIntegerType(lanes);
  Value cleared = arith::ConstantOp::create(
      b, b.getZeroAttr(VectorType::get({kPanelVectors}, bits)));
  auto firstVector = [&](Value panel) {
    return b.mul(b.add(b.mul(panel, range), number), b.index(kPanelVectors));
  };
  b.loop(b.index(0), panels, [&](Value panel) {
    vector::StoreOp::create(b, cleared, masks, ValueRange{firstVector(panel)});
  });
  Value one = b.index(1), none = b.index(0), nowhere = b.index(-1);
  auto [first, last] = rhs.segment(b, row);
  b.loop(first, last, {nowhere, none}, [&](Value p, ValueRange before) {
    Value column = b.loadIndex(rhs.coordinates, p);
    Value panel = b.shiftRight(column, llvm::Log2_64(kPanelVectors * lanes));
    Value vector = b.bitAnd(b.shiftRight(column, llvm::Log2_64(lanes)), b.index(kPanelVectors - 1));
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
      Value column = b.mul(panel, b.index(kPanelVectors * lanes));
      b.loop(first, last, [&](Value row) {
        Value at = b.sub(row, first);
        Value from = b.loadIndex(starts, at), to = b.loadIndex(ends, at);
        b.ifThen(b.less(from, to), [&] {
          AccumulateBitmapOp::create(b, viewOf(row), lhs.coordinates, from, to, base, column,
                                     masks, scaling.readsRight() ? values : Value(),
                                     scaling.readsLeft() ? lhs.values : Value(), scaling.swapped,
                                     scaling.semiring);
        });
      });
    });
  });
}
