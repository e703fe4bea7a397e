//===- PruneOps.cpp - verifiers of the masks of weights -------------------===//
#include "dialects/Scratch/Scratch.h"

using namespace mlir;
using namespace scratch;

static bool isDenseMatrix(Type type) {
  auto tensor = dyn_cast<RankedTensorType>(type);
  return tensor && tensor.getRank() == 2 && !tensor.getEncoding();
}

/// Weights under a mask: a dense matrix of the mask's shape.
static LogicalResult verifyWeights(Operation *op, Type weights, MaskType mask) {
  if (!isDenseMatrix(weights) || cast<RankedTensorType>(weights).getShape() != mask.getShape())
    return op->emitOpError("expected dense weights of the shape of ")
           << mask << ", found " << weights;
  return success();
}

/// (scored_c1), (scored_c2)
static LogicalResult verifyScored(ScoredMaskInterface op, MaskType mask) {
  auto weights = cast<RankedTensorType>(op.getWeights().getType());
  if (failed(verifyWeights(op, weights, mask)))
    return failure();
  if (!isa<FloatType>(weights.getElementType()))
    return op->emitOpError("expected weights of floats, found ") << weights;
  if (!op.getInputs())
    return success();
  auto inputs = cast<RankedTensorType>(op.getInputs().getType());
  if (inputs.getRank() != 1 || inputs.getEncoding() ||
      inputs.getDimSize(0) != weights.getDimSize(1) ||
      inputs.getElementType() != weights.getElementType())
    return op->emitOpError("expected one norm of inputs per column of ")
           << weights << ", found " << inputs;
  return success();
}

/// A maker that promises nothing and chooses single units.
static LogicalResult verifyFree(Operation *op, MaskType mask) {
  if (mask.getGranularity() == MaskGranularity::NM || mask.getGuarantee() != MaskGuarantee::None)
    return op->emitOpError("expected a mask of elements, blocks, rows or columns "
                           "without guarantee, found ")
           << mask;
  return success();
}

LogicalResult MaskThresholdOp::verify() {
  if (failed(verifyScored(*this, getMask().getType())) ||
      failed(verifyFree(*this, getMask().getType()))) // (mask_threshold_c1)
    return failure();
  Type element = cast<RankedTensorType>(getWeights().getType()).getElementType();
  if (getThreshold().getType() != element) // (mask_threshold_c2)
    return emitOpError("expected a threshold of type ")
           << element << ", found " << getThreshold().getType();
  return success();
}

LogicalResult MaskMagnitudeOp::verify() {
  if (failed(verifyScored(*this, getMask().getType())))
    return failure();
  return verifyFree(*this, getMask().getType()); // (mask_magnitude_c1)
}

LogicalResult MaskTopKOp::verify() {
  MaskType mask = getMask().getType();
  if (failed(verifyScored(*this, mask)))
    return failure();
  if (mask.getGranularity() != MaskGranularity::Element ||
      mask.getGuarantee() != MaskGuarantee::RowNnz) // (mask_top_k_c1)
    return emitOpError("expected an element mask that guarantees row_nnz(K), found ") << mask;
  return success();
}

LogicalResult MaskNMOp::verify() {
  MaskType mask = getMask().getType();
  if (failed(verifyScored(*this, mask)))
    return failure();
  if (mask.getGranularity() != MaskGranularity::NM ||
      mask.getGuarantee() != MaskGuarantee::Exact || mask.getUnit() != mask.getBound() ||
      mask.getUnit()[1] > 32) // (mask_n_m_c1)
    return emitOpError("expected a mask with n_m(N:M) and exact(N:M), M at most 32, found ")
           << mask;
  int64_t columns = mask.getShape()[1];
  if (!ShapedType::isDynamic(columns) && columns % mask.getUnit()[1]) // (mask_n_m_c2)
    return emitOpError("expected columns in groups of ")
           << mask.getUnit()[1] << ", found " << columns;
  return success();
}

LogicalResult MaskRandomOp::verify() {
  if (failed(verifyFree(*this, getMask().getType()))) // (mask_random_c1)
    return failure();
  size_t unknown = llvm::count_if(getMask().getType().getShape(), ShapedType::isDynamic);
  if (getSizes().size() != unknown) // (mask_random_c2)
    return emitOpError("expected ") << unknown << " sizes for " << getMask().getType()
                                    << ", found " << getSizes().size();
  return success();
}

LogicalResult MaskApplyOp::verify() {
  auto vector = dyn_cast<RankedTensorType>(getWeights().getType());
  if (vector && vector.getRank() == 1) {
    MaskType mask = getMask().getType();
    bool rows = mask.getGranularity() == MaskGranularity::Row;
    if ((!rows && mask.getGranularity() != MaskGranularity::Column) || vector.getEncoding() ||
        vector.getDimSize(0) != mask.getShape()[rows ? 0 : 1])
      return emitOpError("expected a mask with a row or column per entry of ")
             << vector << ", found " << mask;
    return success();
  }
  return verifyWeights(*this, getWeights().getType(), getMask().getType()); // (mask_apply_c1)
}

LogicalResult MaskCompressOp::verify() {
  auto weights = cast<RankedTensorType>(getWeights().getType());
  if (failed(verifyWeights(*this, weights, getMask().getType()))) // (mask_compress_c1)
    return failure();
  auto result = cast<RankedTensorType>(getResult().getType());
  auto encoding = sparse_tensor::getSparseTensorEncoding(result);
  bool csr = encoding && result.getRank() == 2 && encoding.isIdentity() &&
             encoding.getLvlRank() == 2 && encoding.isDenseLvl(0) && encoding.isCompressedLvl(1);
  if (!csr || result.getShape() != weights.getShape() ||
      result.getElementType() != weights.getElementType()) // (mask_compress_c2)
    return emitOpError("expected a CSR matrix of the shape and elements of ")
           << weights << ", found " << result;
  return success();
}

/// Shape of the grid of a mask's units.
static SmallVector<int64_t> gridShape(MaskType mask) {
  auto ceil = [](int64_t extent, int64_t unit) {
    return ShapedType::isDynamic(extent) ? extent : llvm::divideCeilSigned(extent, unit);
  };
  int64_t rows = mask.getShape()[0], columns = mask.getShape()[1];
  switch (mask.getGranularity()) {
  case MaskGranularity::Row:
    return {rows};
  case MaskGranularity::Column:
    return {columns};
  case MaskGranularity::Block:
    return {ceil(rows, mask.getUnit()[0]), ceil(columns, mask.getUnit()[1])};
  case MaskGranularity::Element:
  case MaskGranularity::NM:
    return {rows, columns};
  }
  llvm_unreachable("unknown granularity");
}

LogicalResult MaskBytesOp::verify() {
  auto expected = RankedTensorType::get(gridShape(getMask().getType()),
                                        IntegerType::get(getContext(), 8));
  if (getResult().getType() != expected) // (mask_bytes_c1)
    return emitOpError("expected ") << expected << " for " << getMask().getType()
                                    << ", found " << getResult().getType();
  return success();
}

LogicalResult MaskThresholdGradientOp::verify() {
  auto weights = cast<RankedTensorType>(getWeights().getType());
  if (!isDenseMatrix(weights) || !isa<FloatType>(weights.getElementType()))
    return emitOpError("expected dense weights of floats, found ") << weights; // (..._c1)
  auto expected = RankedTensorType::get({weights.getDimSize(0)}, weights.getElementType());
  if (getGradient().getType() != expected) // (mask_threshold_gradient_c2)
    return emitOpError("expected a gradient of type ")
           << expected << ", found " << getGradient().getType();
  if (getThreshold().getType() != weights.getElementType())
    return emitOpError("expected a threshold of type ")
           << weights.getElementType() << ", found " << getThreshold().getType();
  return success();
}
