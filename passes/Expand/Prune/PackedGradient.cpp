//===- PackedGradient.cpp - gradients at the places of packed weights -----===//
//
// Stage: expand. Every stored entry is a dot product of a row of dy and one of x,
// over the samples, in vectors with two sums side by side that are folded in a
// fixed order. The entries of a panel are one worker's.
//
//===----------------------------------------------------------------------===//
#include "passes/Emission/RegisterTile.h"
#include "passes/Expand/Operands.h"
#include "passes/Expand/Prune/MaskUses.h"
#include "passes/Expand/Prune/PackedEntries.h"
#include "passes/Expand/RowLoops.h"

#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace scratch;
using Values = LoopBuilder::Values;

/// Sum over samples of dy[row] * x[k].
static Value dot(LoopBuilder &b, Value dy, Value row, Value x, Value k, Value samples,
                 int64_t lanes) {
  Type element = cast<MemRefType>(x.getType()).getElementType();
  Value none = arith::ConstantOp::create(b, b.getFloatAttr(element, 0)), zero = b.index(0);
  Value total = none, done = zero;
  if (lanes > 1) {
    auto type = VectorType::get({lanes}, element);
    auto add = [&](Value at, Value sum) {
      Value left = vector::LoadOp::create(b, type, dy, ValueRange{row, at});
      Value right = vector::LoadOp::create(b, type, x, ValueRange{k, at});
      return multiplyAdd(b, left, right, sum);
    };
    Value start = spread(b, none, type);
    Value pairs = b.sub(samples, arith::RemUIOp::create(b, samples, b.index(2 * lanes)));
    Values sums = b.loop(
        zero, pairs, {start, start},
        [&](Value at, ValueRange before) {
          return Values{add(at, before[0]), add(b.add(at, b.index(lanes)), before[1])};
        },
        2 * lanes);
    Value both = arith::AddFOp::create(b, sums[0], sums[1]);
    total = sumLanes(b, both);
    done = pairs;
  }
  return b.loop(done, samples, {total}, [&](Value at, ValueRange before) {
    return Values{multiplyAdd(b, b.load(dy, {row, at}), b.load(x, {k, at}), before[0])};
  })[0];
}

Value scratch::emitPackedGradient(LoopBuilder &b, PackedGradientOp op) {
  auto type = cast<RankedTensorType>(op.getType());
  Value rows = extent(b, op.getDy(), 0), depth = extent(b, op.getX(), 0);
  Value samples = extent(b, op.getX(), 1);
  checkExtents(b, extent(b, op.getDy(), 1), samples, "packed_gradient: samples of dy");
  PackedEntries entries(b, op.getPacking(), op.getParts(), rows, depth);
  entries.check(b, op);
  Value dy = openDense(b, op.getDy()), x = openDense(b, op.getX());
  // Zeroed: what no entry stands for.
  Value result = AllocateOp::create(b, bufferOf(type.getElementType()),
                                    ValueRange{extent(b, op.getParts().back(), 0)}, true);
  auto target =
      op->getParentOfType<ModuleOp>()->getAttrOfType<TargetAttr>(ScratchDialect::kTarget);
  int64_t lanes = target ? std::max<int64_t>(1, target.getVectorBits() /
                                                    type.getElementTypeBitWidth())
                         : 1;
  parallelRows(b, countIfOk(b, entries.panels()), [&](Value first, Value last) {
    b.loop(first, last, [&](Value panel) {
      entries.walkPlaces(b, panel, {}, [&](Value k, ArrayRef<Value> places, ValueRange) {
        for (auto [r, place] : llvm::enumerate(places)) {
          Value row = places.size() == 1
                          ? panel
                          : b.add(b.mul(panel, b.index(places.size())), b.index(r));
          b.ifThen(b.less(row, rows), [&, place = place] {
            b.store(dot(b, dy, row, x, k, samples, lanes), result, place);
          });
        }
        return Values();
      });
    });
  });
  return asTensor(b, type, result);
}
