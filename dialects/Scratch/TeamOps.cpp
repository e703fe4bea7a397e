//===- TeamOps.cpp - verifiers of operations on a team's tile -------------===//
#include "dialects/Scratch/Scratch.h"

using namespace mlir;
using namespace scratch;

static LogicalResult verifyShared(Operation *op, AccumulatorKind kind) {
  if (isShared(kind))
    return success();
  return op->emitOpError("expected an accumulator that a team shares, found '")
         << stringify(kind) << "'";
}

static LogicalResult verifyShared(Operation *op, Value tile) {
  return verifyShared(op, cast<TileType>(tile.getType()).getKind());
}

LogicalResult CapacityOp::verify() {
  auto type = dyn_cast<AccumulatorType>(getAccumulator());
  if (!type)
    return emitOpError("expected a type of accumulator, found ") << getAccumulator();
  return verifyShared(*this, type.getKind());
}

LogicalResult RowOp::verify() {
  AccumulatorKind kind = getTile().getType().getKind();
  if (spansRows(kind))
    return success();
  return emitOpError("expected an accumulator of several rows, found '") << stringify(kind) << "'";
}

LogicalResult DealOp::verify() {
  if (failed(verifyShared(*this, getTile())))
    return failure();
  Type index = IndexType::get(getContext());
  if (getBody().getArgumentTypes() == TypeRange{index, index})
    return success();
  return emitOpError("region 'body' takes (")
         << getBody().getArgumentTypes() << "), expected ('index', 'index')";
}

LogicalResult AppendOp::verify() {
  if (failed(verifyShared(*this, getTile())))
    return failure();
  TileType tile = getTile().getType();
  auto check = [&](StringRef name, Value buffer, Type element) -> LogicalResult {
    auto type = cast<MemRefType>(buffer.getType());
    if (type.getRank() == 1 && type.getElementType() == element)
      return success();
    return emitOpError("expected ")
           << name << " of rank 1 and element type " << element << ", found " << type;
  };
  if (failed(check("coordinates", getCoordinates(), tile.getIndex())) ||
      failed(check("values", getValues(), tile.getElement())))
    return failure();
  return success();
}
