//===- LaneOps.cpp - verifiers of ops on lanes ----------------------------===//
#include "dialects/Scratch/Scratch.h"

using namespace mlir;
using namespace scratch;

LogicalResult TakeLanesOp::verify() {
  VectorType table = getTable().getType(), lanes = getLanes().getType();
  VectorType index = getIndex().getType();
  int64_t length = lanes.getNumElements(), bits = lanes.getElementTypeBitWidth();
  if (length * bits != 512 && length * bits != 256) // take_lanes_c1
    return emitOpError("expected lanes of 512 or 256 bits, found ") << lanes;
  if (index.getNumElements() != length || index.getElementTypeBitWidth() != bits) // take_lanes_c2
    return emitOpError("expected an index of ")
           << length << " lanes of " << bits << " bits, found " << index;
  if (table.getElementType() != lanes.getElementType() ||
      (table.getNumElements() != 2 * length && table.getNumElements() != 4 * length)) // take_lanes_c3
    return emitOpError("expected a table of ")
           << 2 * length << " or " << 4 * length << " " << lanes.getElementType() << ", found "
           << table;
  return success();
}

LogicalResult IntersectLanesOp::verify() {
  VectorType type = getThese().getType();
  if (type.getNumElements() * type.getElementTypeBitWidth() != 512) // intersect_lanes_c1
    return emitOpError("expected lanes of 512 bits, found ") << type;
  return success();
}

LogicalResult MoveLanesOp::verify() {
  VectorType type = getLanes().getType(), bits = getFrom().getType();
  if (type.getNumElements() * type.getElementTypeBitWidth() != 512 ||
      bits.getNumElements() != type.getNumElements()) // move_lanes_c1
    return emitOpError("expected lanes of 512 bits and a bit for each, found ")
           << type << " and " << bits;
  return success();
}

LogicalResult ExpandLanesOp::verify() {
  unsigned bits = getByte().getType().getIntOrFloatBitWidth();
  int64_t lanes = getLanes().getType().getNumElements();
  if (lanes != bits || (getCode() == LaneCode::Pairs && lanes != 8)) // expand_lanes_c1
    return emitOpError("expected a lane per bit of the code, eight of pairs, found ")
           << lanes << " lanes of " << bits << " bits";
  return success();
}
