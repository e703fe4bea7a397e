//===- Panels.cpp - the operand `c` of a dense product, by columns --------===//
#include "passes/Expand/Dense/Panels.h"

#include "passes/Expand/Dense/PanelTurns.h"
#include "passes/Expand/Dense/Source.h"
#include "passes/Expand/Operands.h"
#include "passes/Expand/RowLoops.h"

#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace scratch;
using Values = LoopBuilder::Values;

/// Fewer rows than this do not pay for a copy.
static constexpr int64_t kRowsWorthACopy = 32;
/// Rows of this many columns are as good as contiguous.
static constexpr int64_t kShortRow = 32;
/// More rows than this pay for a copy of all panels, which workers share.
static constexpr int64_t kMostRowsInTurn = 1024;
/// As many vectors are some work for every worker.
static constexpr int64_t kLeastVectorsInTurn = 16;

std::pair<Value, Value> DensePanels::panel(LoopBuilder &b, Value vector, bool isWide) const {
  Value column = b.mul(vector, b.index(lanes));
  Value begin = b.select(packed, b.mul(column, depth), column);
  Value step = b.select(packed, b.index(isWide ? wide * lanes : lanes), columns);
  return {begin, step};
}

/// Whether `c` is stored as rows of columns, the depth in the order of its loops.
static bool isStoredByDepth(const DenseContraction &product) {
  SmallVector<unsigned> order(product.depth);
  order.push_back(product.column);
  return ArrayRef<unsigned>(product.cLoops) == ArrayRef<unsigned>(order);
}

/// All steps of the depth in turn: body(step, offset in c).
static void overDepth(LoopBuilder &b, ArrayRef<unsigned> loops, ArrayRef<Value> counts,
                      ArrayRef<Value> strides, Value step, Value offset,
                      function_ref<void(Value, Value)> body) {
  if (loops.empty())
    return body(step, offset);
  unsigned loop = loops.front();
  b.loop(b.index(0), counts[loop], [&](Value i) {
    overDepth(b, loops.drop_front(), counts, strides, b.add(b.mul(step, counts[loop]), i),
              b.add(offset, b.mul(i, strides[loop])), body);
  });
}

static Value pack(LoopBuilder &b, const DenseContraction &product, ArrayRef<Value> counts,
                  const DensePanels &panels, Value from) {
  Type element = product.element();
  int64_t lanes = panels.lanes;
  auto type = VectorType::get({lanes}, element);
  auto stored = VectorType::get({lanes}, cast<MemRefType>(from.getType()).getElementType());
  // Elements of another type have no panels in place: then there is a copy of nothing.
  Value vectors = b.select(panels.packed, panels.vectors, b.index(0));
  Value size = b.mul(b.mul(vectors, b.index(lanes)), panels.depth);
  Value to = AllocateOp::create(b, bufferOf(element), ValueRange{size}, /*zeroed=*/false);
  Values strides(counts.size());
  Value stride = b.index(1);
  for (unsigned loop : llvm::reverse(product.cLoops)) {
    strides[loop] = stride;
    stride = b.mul(stride, counts[loop]);
  }
  Value none = arith::ConstantOp::create(b, b.getZeroAttr(type));
  bool contiguous = product.cLoops.back() == product.column;
  Value chunks = equalChunks(b, vectors, panels.depth);
  parallelChunks(
      b, chunks, [] { return Values(); },
      [&](Value, Value first, Value last, ValueRange) {
        b.loop(first, last, [&](Value vector) {
          // Its panel, its place in the panel, and the panel's step.
          Value isWide = b.less(vector, panels.wideVectors);
          Value place = b.select(isWide, arith::RemUIOp::create(b, vector, b.index(panels.wide)),
                                 b.index(0));
          Value width = b.select(isWide, b.index(panels.wide * lanes), b.index(lanes));
          Value target = b.add(b.mul(b.mul(b.sub(vector, place), b.index(lanes)), panels.depth),
                               b.mul(place, b.index(lanes)));
          Value column = b.mul(vector, b.index(lanes));
          auto each = [&](Value offset, function_ref<void(Value, Value)> body) {
            overDepth(b, product.depth, counts, strides, b.index(0), offset,
                      [&](Value step, Value offset) {
                        body(b.add(target, b.mul(step, width)), offset);
                      });
          };
          auto byLanes = [&] {
            each(b.index(0), [&](Value at, Value) {
              vector::StoreOp::create(b, none, to, ValueRange{at});
            });
            b.loop(column, b.min(b.add(column, b.index(lanes)), panels.columns), [&](Value j) {
              each(b.mul(j, strides[product.column]), [&](Value at, Value offset) {
                b.store(widen(b, b.load(from, offset), element), to, b.add(at, b.sub(j, column)));
              });
            });
          };
          if (!contiguous)
            return byLanes();
          b.ifElse(
              b.lessEqual(b.add(column, b.index(lanes)), panels.columns),
              [&] {
                each(column, [&](Value at, Value offset) {
                  Value v = vector::LoadOp::create(b, stored, from, ValueRange{offset});
                  vector::StoreOp::create(b, widen(b, v, element), to, ValueRange{at});
                });
              },
              [&] {
                byLanes();
              });
        });
      },
      [](ValueRange) {});
  ReleaseOp::create(b, chunks);
  return to;
}

DensePanels scratch::openPanels(LoopBuilder &b, const DenseContraction &product,
                                ArrayRef<Value> loopCounts, Value rows, int64_t lanes,
                                int64_t wide) {
  DensePanels panels;
  panels.lanes = lanes, panels.wide = wide;
  panels.columns = loopCounts[product.column];
  panels.depth = b.index(1);
  for (unsigned loop : product.depth)
    panels.depth = b.mul(panels.depth, loopCounts[loop]);
  panels.vectors = arith::CeilDivUIOp::create(b, panels.columns, b.index(lanes));
  panels.wideVectors =
      b.sub(panels.vectors, arith::RemUIOp::create(b, panels.vectors, b.index(wide)));
  Value from = panels.source = flatten(b, openDense(b, product.c));
  bool isWide = cast<MemRefType>(from.getType()).getElementType() == product.element();
  Value direct = b.bit(false);
  if (isStoredByDepth(product) && isWide) {
    Value whole = b.equal(b.mul(panels.vectors, b.index(lanes)), panels.columns);
    Value few = b.less(rows, b.index(kRowsWorthACopy));
    if (takesTurns(product))
      few = b.bitAnd(few, b.less(panels.vectors, b.index(kLeastVectorsInTurn)));
    Value good = b.bitOr(few, b.lessEqual(panels.columns, b.index(kShortRow)));
    direct = b.bitAnd(whole, good);
  }
  auto negated = [&](Value truth) {
    return arith::XOrIOp::create(b, truth, b.bit(true)).getResult();
  };
  panels.inTurn = b.bit(false);
  if (takesTurns(product))
    panels.inTurn = b.bitAnd(
        negated(direct),
        b.bitAnd(b.lessEqual(rows, b.index(kMostRowsInTurn)),
                 b.lessEqual(b.index(kLeastVectorsInTurn), panels.vectors)));
  panels.packed = negated(b.bitOr(direct, panels.inTurn));
  auto copy = [&] { return Values{pack(b, product, loopCounts, panels, from)}; };
  panels.owned = isWide ? panels.packed : b.bit(true);
  panels.flat = isWide ? b.ifElse(panels.packed, {from.getType()}, copy,
                                  [&] { return Values{from}; })[0]
                       : copy()[0];
  return panels;
}
