//===- PanelTurns.cpp - panels copied when their turn comes ---------------===//
#include "passes/Expand/Dense/PanelTurns.h"

#include "passes/Emission/Transpose.h"
#include "passes/Expand/Dense/Source.h"

#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace scratch;
using Values = LoopBuilder::Values;

bool scratch::takesTurns(const DenseContraction &product) {
  return !product.columnInA && product.depth.size() == 1 && product.cLoops.size() == 2;
}

std::pair<Value, Value> PanelTurn::panel(LoopBuilder &b, const DensePanels &panels, Value vector,
                                         bool isWide) const {
  Value before = b.mul(b.sub(vector, firstVector), b.index(panels.lanes));
  Value begin = b.mul(before, b.sub(lastStep, firstStep));
  Value step = b.index(isWide ? panels.wide * panels.lanes : panels.lanes);
  return {b.sub(begin, b.mul(firstStep, step)), step};
}

namespace {
/// Copies one turn.
class Turn {
public:
  Turn(LoopBuilder &b, const DensePanels &panels, const PanelTurn &turn, Type element)
      : b(b), panels(panels), turn(turn), element(element),
        stored(VectorType::get(
            {panels.lanes}, cast<MemRefType>(panels.source.getType()).getElementType())) {}

  void rows();
  void turnedRows();

private:
  /// Calls body(first vector, begin, step, vectors) for every panel.
  void each(function_ref<void(Value, Value, Value, int64_t)> body);
  void row(Value from, Value step, bool isWhole);
  Value load(Value at, Value column, bool isWhole);
  Value loadSome(Value at, Value count);
  Value at(Value begin, Value step, Value width, int64_t place) {
    return b.add(b.add(begin, b.mul(step, width)), b.index(place * panels.lanes));
  }

  LoopBuilder &b;
  const DensePanels &panels;
  const PanelTurn &turn;
  Type element;
  VectorType stored;
};
} // namespace

void Turn::each(function_ref<void(Value, Value, Value, int64_t)> body) {
  for (bool isWide : {true, false}) {
    if (!isWide && panels.wide == 1)
      return;
    Value first = isWide ? turn.firstVector : b.max(turn.firstVector, panels.wideVectors);
    Value last = isWide ? b.min(turn.lastVector, panels.wideVectors) : turn.lastVector;
    int64_t vectors = isWide ? panels.wide : 1;
    b.loop(
        first, last,
        [&](Value vector) {
          auto [begin, width] = turn.panel(b, panels, vector, isWide);
          body(vector, begin, width, vectors);
        },
        vectors);
  }
}

/// Whole vectors of `c`, and of the last one what is inside.
Value Turn::load(Value at, Value column, bool isWhole) {
  auto whole = [&] {
    Value loaded = vector::LoadOp::create(b, stored, panels.source, ValueRange{at});
    return Values{widen(b, loaded, element)};
  };
  if (isWhole)
    return whole()[0];
  Value count = b.min(b.sub(panels.columns, column), b.index(panels.lanes));
  if (!stored.getElementType().isBF16())
    return loadSome(at, count);
  // LLVM takes vectors of bf16 under a mask apart by arithmetic that processors may lack.
  return b.ifElse(
      b.equal(count, b.index(panels.lanes)), {VectorType::get({panels.lanes}, element)}, whole,
      [&] {
        Values lanes;
        for (int64_t lane = 0; lane < panels.lanes; ++lane) {
          Value inside = b.min(b.index(lane), b.sub(count, b.index(1)));
          lanes.push_back(widen(b, b.load(panels.source, {b.add(at, inside)}), element));
        }
        return Values{vector::FromElementsOp::create(
            b, VectorType::get({panels.lanes}, element), lanes)};
      })[0];
}

/// The first `count` lanes.
Value Turn::loadSome(Value at, Value count) {
  auto bits = VectorType::get({panels.lanes}, b.getI1Type());
  Value inside = vector::CreateMaskOp::create(b, bits, ValueRange{count});
  Value none = arith::ConstantOp::create(b, b.getZeroAttr(stored));
  return widen(
      b, vector::MaskedLoadOp::create(b, stored, panels.source, ValueRange{at}, inside, none),
      element);
}

/// `c` is stored by the depth: a row of it is one step of every panel.
void Turn::row(Value from, Value step, bool isWhole) {
  each([&](Value vector, Value begin, Value width, int64_t vectors) {
    for (int64_t v = 0; v < vectors; ++v) {
      Value column = b.mul(b.add(vector, b.index(v)), b.index(panels.lanes));
      vector::StoreOp::create(b, load(b.add(from, column), column, isWhole), turn.buffer,
                              ValueRange{at(begin, step, width, v)});
    }
  });
}

void Turn::rows() {
  auto copy = [&](bool isWhole) {
    b.loop(turn.firstStep, turn.lastStep,
           [&](Value step) { row(b.mul(step, panels.columns), step, isWhole); });
  };
  Value end = b.mul(turn.lastVector, b.index(panels.lanes));
  b.ifElse(b.lessEqual(end, panels.columns), [&] { copy(true); }, [&] { copy(false); });
}

/// `c` is stored by columns: squares of it are turned in registers, and what they leave
/// of the depth goes one by one. Beyond the last column stands the last one again.
void Turn::turnedRows() {
  int64_t lanes = panels.lanes;
  Value steps = b.sub(turn.lastStep, turn.firstStep);
  Value squares = b.add(turn.firstStep, b.bitAnd(steps, b.index(-lanes)));
  Value lastColumn = b.sub(panels.columns, b.index(1));
  each([&](Value vector, Value begin, Value width, int64_t vectors) {
    for (int64_t v = 0; v < vectors; ++v) {
      Value column = b.mul(b.add(vector, b.index(v)), b.index(lanes));
      Values rows;
      for (int64_t lane = 0; lane < lanes; ++lane)
        rows.push_back(
            b.mul(b.min(b.add(column, b.index(lane)), lastColumn), panels.depth));
      b.loop(
          turn.firstStep, squares,
          [&](Value step) {
            Values loaded;
            for (Value row : rows)
              loaded.push_back(load(b.add(row, step), /*column=*/{}, /*isWhole=*/true));
            for (auto [offset, turned] : llvm::enumerate(transpose(b, loaded)))
              vector::StoreOp::create(
                  b, turned, turn.buffer,
                  ValueRange{at(begin, b.add(step, b.index(offset)), width, v)});
          },
          lanes);
      b.loop(squares, turn.lastStep, [&](Value step) {
        for (auto [lane, row] : llvm::enumerate(rows))
          b.store(widen(b, b.load(panels.source, {b.add(row, step)}), element), turn.buffer,
                  {b.add(at(begin, step, width, v), b.index(lane))});
      });
    }
  });
}

void scratch::packTurn(LoopBuilder &b, const DenseContraction &product, const DensePanels &panels,
                       const PanelTurn &turn) {
  Turn copy(b, panels, turn, product.element());
  product.cLoops.back() == product.column ? copy.rows() : copy.turnedRows();
}
