//===- MaskGrids.cpp - masks of weights, entry by entry -------------------===//
//
// Random masks store nothing: see passes/Emission/RandomNumbers.h.
//
//===----------------------------------------------------------------------===//
#include "passes/Expand/Prune/MaskGrids.h"

#include "passes/Emission/RandomNumbers.h"
#include "passes/Expand/Operands.h"
#include "passes/Expand/Prune/Scores.h"
#include "passes/Expand/RowLoops.h"

using namespace mlir;
using namespace scratch;

UnitGrid UnitGrid::of(LoopBuilder &b, MaskType mask, Value matrixRows, Value matrixColumns) {
  Value one = b.index(1);
  switch (mask.getGranularity()) {
  case MaskGranularity::Element:
  case MaskGranularity::NM:
    return {matrixRows, matrixColumns, one, one};
  case MaskGranularity::Row:
    return {matrixRows, one, one, matrixColumns};
  case MaskGranularity::Column:
    return {one, matrixColumns, matrixRows, one};
  case MaskGranularity::Block: {
    Value height = b.index(mask.getUnit()[0]), width = b.index(mask.getUnit()[1]);
    return {arith::CeilDivUIOp::create(b, matrixRows, height),
            arith::CeilDivUIOp::create(b, matrixColumns, width), height, width};
  }
  }
  llvm_unreachable("unknown granularity");
}

Value UnitGrid::unitOf(LoopBuilder &b, MaskType mask, Value i, Value j) const {
  switch (mask.getGranularity()) {
  case MaskGranularity::Row:
    return i;
  case MaskGranularity::Column:
    return j;
  case MaskGranularity::Block:
    i = arith::DivUIOp::create(b, i, height);
    j = arith::DivUIOp::create(b, j, width);
    break;
  case MaskGranularity::Element:
  case MaskGranularity::NM:
    break;
  }
  return b.add(b.mul(i, columns), j);
}

LogicalResult MaskGrids::prepare(Operation *user, Value mask) {
  if (leaves.contains(mask))
    return success();
  Operation *maker = mask.getDefiningOp();
  if (isa_and_nonnull<MaskAndOp, MaskOrOp, MaskNotOp>(maker)) {
    for (Value operand : maker->getOperands())
      if (failed(prepare(user, operand)))
        return failure();
    return success();
  }
  if (!isa_and_nonnull<ScoredMaskInterface, MaskRandomOp, MaskFromOp>(maker))
    return user->emitError("mask cannot be asked entry by entry; expected scored masks, random "
                           "ones or those of dense tensors, made in the same function");
  LoopBuilder b(maker->getLoc(), maker);
  auto type = cast<MaskType>(mask.getType());
  Leaf leaf;
  if (auto random = dyn_cast<MaskRandomOp>(maker)) {
    auto sizes = random.getSizes().begin();
    auto take = [&](int64_t size) { return ShapedType::isDynamic(size) ? *sizes++ : b.index(size); };
    leaf.rows = take(type.getShape()[0]);
    leaf.columns = take(type.getShape()[1]);
  } else {
    auto from = dyn_cast<MaskFromOp>(maker);
    Value tensor = from ? from.getTensor() : cast<ScoredMaskInterface>(maker).getWeights();
    if (sparse_tensor::getSparseTensorEncoding(tensor.getType()))
      return user->emitError("the mask of a sparse tensor cannot be asked entry by entry");
    if (from && from.repeats())
      return user->emitError("takes masks of whole matrices, found one that repeats ")
             << tensor.getType();
    bool vector = cast<RankedTensorType>(tensor.getType()).getRank() == 1;
    bool rowsOnly = vector && type.getGranularity() == MaskGranularity::Row;
    auto known = [&](unsigned d) {
      int64_t size = type.getShape()[d];
      return ShapedType::isDynamic(size) ? Value() : b.index(size);
    };
    leaf.rows = !vector || rowsOnly ? extent(b, tensor, 0) : known(0);
    leaf.columns = rowsOnly ? known(1) : extent(b, tensor, vector ? 0 : 1);
    if (from)
      leaf.buffer = openDense(b, tensor);
  }
  leaf.units = UnitGrid::of(b, type, leaf.rows, leaf.columns);
  if (auto scored = dyn_cast<ScoredMaskInterface>(maker)) {
    if (Value inputs = scored.getInputs())
      checkExtents(b, extent(b, inputs, 0), leaf.columns, "mask: norms of inputs");
    Value scores = emitScores(b, scored.getWeights(), scored.getInputs(), scored.getNorm(), type,
                              leaf.units);
    leaf.buffer = emitSelection(b, scored, leaf.units, scores);
    ReleaseOp::create(b, scores);
    LoopBuilder end(maker->getLoc(), maker->getBlock()->getTerminator());
    ReleaseOp::create(end, leaf.buffer);
  }
  leaves[mask] = leaf;
  return success();
}

static Value randomHolds(LoopBuilder &b, MaskRandomOp op, Value unit) {
  Value z = emitRandomBits(b, op.getSeed(), unit);
  Value real = arith::UIToFPOp::create(b, b.getF64Type(), b.shiftRight(z, 11));
  Value scaled = arith::MulFOp::create(
      b, real, arith::ConstantOp::create(b, b.getF64FloatAttr(0x1p-53)));
  return arith::CmpFOp::create(b, arith::CmpFPredicate::OLT, scaled, op.getKeep());
}

Value MaskGrids::holds(LoopBuilder &b, Value mask, Value i, Value j) const {
  if (auto both = mask.getDefiningOp<MaskAndOp>())
    return b.bitAnd(holds(b, both.getLhs(), i, j), holds(b, both.getRhs(), i, j));
  if (auto either = mask.getDefiningOp<MaskOrOp>())
    return b.bitOr(holds(b, either.getLhs(), i, j), holds(b, either.getRhs(), i, j));
  if (auto negated = mask.getDefiningOp<MaskNotOp>())
    return arith::XOrIOp::create(b, holds(b, negated.getInput(), i, j), b.bit(true));
  const Leaf &leaf = leaves.at(mask);
  if (auto from = mask.getDefiningOp<MaskFromOp>()) {
    SmallVector<Value> at = {i, j};
    if (cast<MemRefType>(leaf.buffer.getType()).getRank() == 1)
      at = {cast<MaskType>(mask.getType()).getGranularity() == MaskGranularity::Row ? i : j};
    Value value = b.load(leaf.buffer, at);
    if (isa<FloatType>(value.getType()))
      return arith::CmpFOp::create(
          b, arith::CmpFPredicate::UNE, value,
          arith::ConstantOp::create(b, b.getFloatAttr(value.getType(), 0)));
    return b.notEqual(value, b.integer(0, value.getType()));
  }
  Value unit = leaf.units.unitOf(b, cast<MaskType>(mask.getType()), i, j);
  if (auto random = mask.getDefiningOp<MaskRandomOp>())
    return randomHolds(b, random, unit);
  return b.notEqual(b.load(leaf.buffer, unit), b.integer(0, b.getI8Type()));
}

std::pair<Value, Value> MaskGrids::shape(Value mask) const {
  while (isa<MaskAndOp, MaskOrOp, MaskNotOp>(mask.getDefiningOp()))
    mask = mask.getDefiningOp()->getOperand(0);
  const Leaf &leaf = leaves.at(mask);
  return {leaf.rows, leaf.columns};
}
