//===- MaskDomains.cpp - what a mask's domain asks of operands ------------===//
#include "dialects/Scratch/MaskDomains.h"

#include "dialects/Scratch/Extents.h"

using namespace mlir;
using namespace scratch;

int64_t scratch::extentOf(MaskType mask, Axis axis) {
  return mask.getShape()[mask.getShape().size() - (axis == Axis::Query ? 2 : 1)];
}

LogicalResult scratch::verifyElements(Operation *op, MaskType mask) {
  if (mask.getGranularity() == MaskGranularity::Element &&
      mask.getGuarantee() == MaskGuarantee::None)
    return success();
  return op->emitOpError("makes an element mask without guarantee, found ") << mask;
}

/// A mask that differs between batches says so in its domain.
static LogicalResult verifyBatches(Operation *op, MaskType mask, StringRef name, Type type,
                                   int64_t batches) {
  if (mask.getShape().size() < 3)
    return op->emitOpError(name)
           << " " << type << " differs between batches, but the domain of " << mask
           << " has no batch dimension";
  if (!agree(batches, mask.getShape()[0]))
    return op->emitOpError("expected ")
           << name << " for " << mask.getShape()[0] << " batches, found " << type;
  return success();
}

LogicalResult scratch::verifyCount(Operation *op, MaskType mask, StringRef name, Value count) {
  auto tensor = count ? dyn_cast<RankedTensorType>(count.getType()) : RankedTensorType();
  return tensor ? verifyBatches(op, mask, name, tensor, tensor.getDimSize(0)) : success();
}

LogicalResult scratch::verifyTokens(Operation *op, MaskType mask, StringRef name, Type type,
                                    Axis axis, bool listed) {
  auto tensor = cast<RankedTensorType>(type);
  if (tensor.getRank() == 2 &&
      failed(verifyBatches(op, mask, name, type, tensor.getDimSize(0))))
    return failure();
  int64_t tokens = extentOf(mask, axis);
  if (!listed && !agree(tensor.getShape().back(), tokens))
    return op->emitOpError("expected ")
           << name << " for " << tokens << (axis == Axis::Query ? " queries" : " keys")
           << ", found " << type;
  return success();
}

LogicalResult scratch::verifyRepeats(Operation *op, MaskType mask, RankedTensorType tensor,
                                     int64_t aligned, bool anywhere) {
  int64_t missing = int64_t(mask.getShape().size()) - tensor.getRank();
  bool fits = missing >= 0;
  for (int64_t d = 0; fits && d < aligned; ++d) {
    int64_t size = tensor.getDimSize(d);
    bool leading = anywhere || d + missing < int64_t(mask.getShape().size()) - 2;
    fits = agree(size, mask.getShape()[d + missing]) || (leading && size == 1);
  }
  if (fits)
    return success();
  return op->emitOpError("expected an element mask of the shape of ")
         << tensor << ", found " << mask;
}
