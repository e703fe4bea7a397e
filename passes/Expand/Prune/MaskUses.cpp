//===- MaskUses.cpp - apply, compress, bytes, gradient --------------------===//
#include "passes/Expand/Prune/MaskUses.h"

#include "passes/Expand/Operands.h"
#include "passes/Expand/Prune/Scores.h"
#include "passes/Expand/RowLoops.h"
#include "runtime/abi/scratch.h"

#include "mlir/Dialect/Math/IR/Math.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace scratch;
using Values = LoopBuilder::Values;

static Value allocateLike(LoopBuilder &b, RankedTensorType type, ValueRange extents) {
  SmallVector<Value> sizes;
  for (auto [dimension, extent] : llvm::enumerate(extents))
    if (type.isDynamicDim(dimension))
      sizes.push_back(extent);
  return AllocateOp::create(b, MemRefType::get(type.getShape(), type.getElementType()), sizes,
                            false);
}

void scratch::checkMaskShape(LoopBuilder &b, const MaskGrids &masks, Value mask, Value rows,
                             Value columns) {
  auto [maskRows, maskColumns] = masks.shape(mask);
  if (maskRows && rows)
    checkExtents(b, maskRows, rows, "mask: rows");
  if (maskColumns && columns)
    checkExtents(b, maskColumns, columns, "mask: columns");
}

/// The mask has the extents of the weights.
static void checkShape(LoopBuilder &b, const MaskGrids &masks, Value mask, Value weights) {
  checkMaskShape(b, masks, mask, extent(b, weights, 0), extent(b, weights, 1));
}

/// One entry per row or column of the mask.
static Values applyToVector(LoopBuilder &b, MaskApplyOp op, const MaskGrids &masks) {
  bool rows = op.getMask().getType().getGranularity() == MaskGranularity::Row;
  Value length = extent(b, op.getWeights(), 0), zero = b.index(0);
  checkMaskShape(b, masks, op.getMask(), rows ? length : Value(), rows ? Value() : length);
  auto type = cast<RankedTensorType>(op.getType());
  Value vector = openDense(b, op.getWeights()), result = allocateLike(b, type, {length});
  Value none = arith::ConstantOp::create(b, cast<TypedAttr>(b.getZeroAttr(type.getElementType())));
  b.loop(zero, countIfOk(b, length), [&](Value n) {
    Value inside = masks.holds(b, op.getMask(), rows ? n : zero, rows ? zero : n);
    b.store(b.select(inside, b.load(vector, n), none), result, n);
  });
  return {asTensor(b, type, result)};
}

static Values expandApply(LoopBuilder &b, MaskApplyOp op, const MaskGrids &masks) {
  RankedTensorType type = cast<RankedTensorType>(op.getType());
  if (type.getRank() == 1)
    return applyToVector(b, op, masks);
  checkShape(b, masks, op.getMask(), op.getWeights());
  Value rows = extent(b, op.getWeights(), 0), columns = extent(b, op.getWeights(), 1);
  Value weights = openDense(b, op.getWeights());
  Value result = allocateLike(b, type, {rows, columns});
  parallelRows(b, countIfOk(b, rows), [&](Value first, Value last) {
    Value zero = arith::ConstantOp::create(b, cast<TypedAttr>(b.getZeroAttr(type.getElementType())));
    b.loop(first, last, [&](Value i) {
      b.loop(b.index(0), columns, [&](Value j) {
        Value inside = masks.holds(b, op.getMask(), i, j);
        b.store(b.select(inside, b.load(weights, {i, j}), zero), result, {i, j});
      });
    });
  });
  return {asTensor(b, type, result)};
}

Value scratch::emitPrefixSum(LoopBuilder &b, Value positions, Value rows, StringRef what) {
  Value total = b.loop(b.index(0), countIfOk(b, rows), {b.index(0)}, [&](Value i, ValueRange sum) {
    Value next = b.add(i, b.index(1));
    Value after = b.add(sum[0], b.loadIndex(positions, next));
    b.storeIndex(after, positions, next);
    return Values{after};
  }).front();
  Value limit = b.index(largest(cast<MemRefType>(positions.getType()).getElementType()));
  FailOp::create(b, b.lessEqual(total, limit), SCRATCH_INDEX_OVERFLOW, what, total, limit);
  return total;
}

static Values expandCompress(LoopBuilder &b, MaskCompressOp op, const MaskGrids &masks) {
  checkShape(b, masks, op.getMask(), op.getWeights());
  auto type = cast<RankedTensorType>(op.getType());
  Value rows = extent(b, op.getWeights(), 0), columns = extent(b, op.getWeights(), 1);
  Value weights = openDense(b, op.getWeights());
  Value limit = b.index(largest(coordinatesType(type).getElementType()));
  FailOp::create(b, b.lessEqual(columns, limit), SCRATCH_INDEX_OVERFLOW,
                 "mask.compress: columns of the result", columns, limit);
  Value one = b.index(1), zero = b.index(0);
  // Zeroed: positions[0] is the first position.
  Value positions =
      AllocateOp::create(b, positionsType(type), ValueRange{b.add(rows, one)}, true);
  parallelRows(b, countIfOk(b, rows), [&](Value first, Value last) {
    b.loop(first, last, [&](Value i) {
      Value count = b.loop(zero, columns, {zero}, [&](Value j, ValueRange before) {
        return Values{b.add(before[0],
                            b.cast(masks.holds(b, op.getMask(), i, j), b.getIndexType()))};
      }).front();
      b.storeIndex(count, positions, b.add(i, one));
    });
  });
  Value total = emitPrefixSum(b, positions, rows, "mask.compress: entries of the result");
  Value coordinates = AllocateOp::create(b, coordinatesType(type), ValueRange{total}, false);
  Value values = AllocateOp::create(b, valuesType(type), ValueRange{total}, false);
  parallelRows(b, countIfOk(b, rows), [&](Value first, Value last) {
    b.loop(first, last, [&](Value i) {
      b.loop(zero, columns, {b.loadIndex(positions, i)}, [&](Value j, ValueRange before) {
        return b.ifElse(
            masks.holds(b, op.getMask(), i, j), {b.getIndexType()},
            [&] {
              b.storeIndex(j, coordinates, before[0]);
              b.store(b.load(weights, {i, j}), values, before[0]);
              return Values{b.add(before[0], one)};
            },
            [&] { return Values{before[0]}; });
      });
    });
  });
  recordCount(b, "result_nnz", 0, total);
  return {AssembleOp::create(b, type, positions, coordinates, values, rows, columns)};
}

static Values expandBytes(LoopBuilder &b, MaskBytesOp op, const MaskGrids &masks) {
  auto type = cast<RankedTensorType>(op.getType());
  auto [rows, columns] = masks.shape(op.getMask());
  Value one = b.index(1); // a length that is not known is not needed
  UnitGrid grid =
      UnitGrid::of(b, op.getMask().getType(), rows ? rows : one, columns ? columns : one);
  bool rowsOnly = op.getMask().getType().getGranularity() == MaskGranularity::Row;
  Value result = type.getRank() == 2 ? allocateLike(b, type, {grid.rows, grid.columns})
                                     : allocateLike(b, type, {rowsOnly ? grid.rows : grid.columns});
  parallelRows(b, countIfOk(b, grid.rows), [&](Value first, Value last) {
    b.loop(first, last, [&](Value u) {
      b.loop(b.index(0), grid.columns, [&](Value v) {
        Value inside =
            masks.holds(b, op.getMask(), b.mul(u, grid.height), b.mul(v, grid.width));
        SmallVector<Value> at = {rowsOnly ? u : v};
        if (type.getRank() == 2)
          at = {u, v};
        b.store(b.cast(inside, b.getI8Type()), result, at);
      });
    });
  });
  return {asTensor(b, type, result)};
}

/// The long-tailed surrogate of a step's derivative.
static Value surrogate(LoopBuilder &b, Value u) {
  auto real = [&](double value) -> Value {
    return arith::ConstantOp::create(b, b.getF64FloatAttr(value));
  };
  auto atMost = [&](Value a, double bound) -> Value {
    return arith::CmpFOp::create(b, arith::CmpFPredicate::OLE, a, real(bound));
  };
  Value size = math::AbsFOp::create(b, u);
  Value peak = arith::SubFOp::create(b, real(2), arith::MulFOp::create(b, real(4), size));
  return b.select(atMost(size, 0.4), peak, b.select(atMost(size, 1), real(0.4), real(0)));
}

static Values expandGradient(LoopBuilder &b, MaskThresholdGradientOp op) {
  Value rows = extent(b, op.getWeights(), 0), columns = extent(b, op.getWeights(), 1);
  checkExtents(b, extent(b, op.getGradient(), 0), rows, "mask.threshold_gradient: gradient");
  auto type = MaskType::get(b.getContext(), cast<RankedTensorType>(op.getWeights().getType()).getShape(),
                            MaskGranularity::Row, {}, MaskGuarantee::None, {});
  UnitGrid grid = UnitGrid::of(b, type, rows, columns);
  Value scores = emitScores(b, op.getWeights(), Value(), op.getNorm(), type, grid);
  Value gradient = openDense(b, op.getGradient());
  Value safe = countIfOk(b, rows);
  Value mean = emitMean(b, scores, safe);
  Value threshold = toDouble(b, op.getThreshold());
  Value zero = arith::ConstantOp::create(b, b.getF64FloatAttr(0));
  Value sum = b.loop(b.index(0), safe, {zero}, [&](Value i, ValueRange before) {
    Value u = arith::SubFOp::create(b, emitRelative(b, b.load(scores, i), mean), threshold);
    Value term = arith::MulFOp::create(b, toDouble(b, b.load(gradient, i)), surrogate(b, u));
    return Values{arith::SubFOp::create(b, before[0], term)};
  }).front();
  ReleaseOp::create(b, scores);
  if (sum.getType() != op.getType())
    sum = arith::TruncFOp::create(b, op.getType(), sum);
  return {sum};
}

FailureOr<Values> scratch::expandPruning(LoopBuilder &b, Operation *op, MaskGrids &masks) {
  for (Value operand : op->getOperands())
    if (isa<MaskType>(operand.getType()) && failed(masks.prepare(op, operand)))
      return failure();
  return llvm::TypeSwitch<Operation *, FailureOr<Values>>(op)
      .Case([&](MaskApplyOp op) { return expandApply(b, op, masks); })
      .Case([&](MaskCompressOp op) { return expandCompress(b, op, masks); })
      .Case([&](MaskBytesOp op) { return expandBytes(b, op, masks); })
      .Case([&](MaskThresholdGradientOp op) { return expandGradient(b, op); })
      .Case([&](PackOp op) { return expandPack(b, op, masks); })
      .Case([&](PackedMatmulOp op) { return expandPackedMatmul(b, op); })
      .Case([&](PackedGradientOp op) { return FailureOr<Values>(Values{emitPackedGradient(b, op)}); })
      .Default([](Operation *op) -> FailureOr<Values> {
        return op->emitError("no expansion for this use of a mask");
      });
}
