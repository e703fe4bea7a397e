//===- MaskOps.cpp - verifiers and folds of the mask operations -----------===//
#include "dialects/Scratch/Scratch.h"

using namespace mlir;
using namespace scratch;

LogicalResult MaskFromOp::verify() {
  auto tensor = cast<RankedTensorType>(getTensor().getType());
  MaskType mask = getMask().getType();
  // (mask_from_c1)
  if (tensor.getRank() != 2 || tensor.getShape() != mask.getShape() ||
      mask.getGranularity() != MaskGranularity::Element)
    return emitOpError("expected an element mask of the shape of ")
           << tensor << ", found " << mask;
  if (mask.getGuarantee() != MaskGuarantee::None)
    return emitOpError("cannot know that ") << tensor << " keeps the guarantee of " << mask;
  // (mask_from_c2)
  if (getSource() == MaskSource::Structure && !sparse_tensor::getSparseTensorEncoding(tensor))
    return emitOpError("expected a sparse tensor for a structural mask, found ") << tensor;
  return success();
}

OpFoldResult MaskAndOp::fold(FoldAdaptor) {
  return getLhs() == getRhs() ? getLhs() : OpFoldResult();
}

OpFoldResult MaskOrOp::fold(FoldAdaptor) {
  return getLhs() == getRhs() ? getLhs() : OpFoldResult();
}

OpFoldResult MaskNotOp::fold(FoldAdaptor) {
  if (auto inner = getInput().getDefiningOp<MaskNotOp>())
    return inner.getInput();
  return {};
}
