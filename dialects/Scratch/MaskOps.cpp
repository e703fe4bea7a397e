//===- MaskOps.cpp - verifiers of the leaves of masks ---------------------===//
//
// The labels (mask_from_c1, ...) are those of MaskOps.td.
//
//===----------------------------------------------------------------------===//
#include "dialects/Scratch/Extents.h"
#include "dialects/Scratch/MaskDomains.h"

#include "mlir/Dialect/SparseTensor/IR/SparseTensorType.h"

using namespace mlir;
using namespace scratch;

//===----------------------------------------------------------------------===//
// From a tensor
//===----------------------------------------------------------------------===//

LogicalResult MaskFromOp::verify() {
  auto tensor = cast<RankedTensorType>(getTensor().getType());
  MaskType mask = getMask().getType();
  bool sparse = static_cast<bool>(sparse_tensor::getSparseTensorEncoding(tensor));
  if (tensor.getRank() == 1) { // (mask_from_c3)
    bool rows = mask.getGranularity() == MaskGranularity::Row;
    bool units = rows || mask.getGranularity() == MaskGranularity::Column;
    if (!units || mask.getShape().size() != 2 || sparse || getSource() != MaskSource::Value ||
        mask.getGuarantee() != MaskGuarantee::None ||
        tensor.getDimSize(0) != mask.getShape()[rows ? 0 : 1])
      return emitOpError("expected, of a vector, a mask by value of as many rows or columns, "
                         "found ")
             << mask << " of " << tensor;
    return success();
  }
  // (mask_from_c1)
  if (tensor.getRank() < 2 || mask.getGranularity() != MaskGranularity::Element ||
      (sparse && tensor.getShape() != mask.getShape()))
    return emitOpError("expected an element mask of the shape of ")
           << tensor << ", found " << mask;
  if (failed(verifyRepeats(*this, mask, tensor, tensor.getRank(), !sparse)))
    return failure();
  if (mask.getGuarantee() != MaskGuarantee::None)
    return emitOpError("cannot know that ") << tensor << " keeps the guarantee of " << mask;
  // (mask_from_c2)
  if (getSource() == MaskSource::Structure && !sparse)
    return emitOpError("expected a sparse tensor for a structural mask, found ") << tensor;
  return success();
}

bool MaskFromOp::repeats() {
  auto tensor = cast<RankedTensorType>(getTensor().getType());
  ArrayRef<int64_t> shape = getMask().getType().getShape();
  if (tensor.getRank() < 2)
    return false;
  for (auto [own, of] : llvm::zip(tensor.getShape().take_back(2), shape.take_back(2)))
    if (own == 1 && of != 1)
      return true;
  return false;
}

LogicalResult MaskPackedOp::verify() {
  auto bits = cast<RankedTensorType>(getBits().getType());
  MaskType mask = getMask().getType();
  if (failed(verifyElements(*this, mask)) ||
      failed(verifyRepeats(*this, mask, bits, bits.getRank() - 1, /*anywhere=*/false)))
    return failure();
  int64_t keys = mask.getShape().back(), words = bits.getShape().back();
  if (!ShapedType::isDynamic(keys) && !agree(words, (keys + 31) / 32))
    return emitOpError("expected ")
           << (keys + 31) / 32 << " words for " << keys << " keys, found " << bits;
  return success();
}

//===----------------------------------------------------------------------===//
// Positions
//===----------------------------------------------------------------------===//

LogicalResult MaskCausalOp::verify() {
  MaskType mask = getMask().getType();
  if (failed(verifyElements(*this, mask)))
    return failure();
  return verifyCount(*this, mask, "offset", getOffset());
}

LogicalResult MaskWindowOp::verify() {
  MaskType mask = getMask().getType();
  if (failed(verifyElements(*this, mask)) ||
      failed(verifyCount(*this, mask, "offset", getOffset())))
    return failure();
  if (!getLeft() && !getRight() && !getDilation())
    return emitOpError("expected left, right or dilation; without any, everything takes part");
  auto perHead = getDilation() ? dyn_cast<RankedTensorType>(getDilation().getType())
                               : RankedTensorType();
  if (!perHead)
    return success();
  if (mask.getShape().size() != 4)
    return emitOpError("dilation ")
           << perHead << " differs between heads, but the domain of " << mask
           << " has no head dimension";
  if (!agree(perHead.getDimSize(0), mask.getShape()[1]))
    return emitOpError("expected dilation for ")
           << mask.getShape()[1] << " heads, found " << perHead;
  return success();
}

LogicalResult MaskFirstOp::verify() {
  MaskType mask = getMask().getType();
  if (failed(verifyElements(*this, mask)))
    return failure();
  return verifyCount(*this, mask, "count", getCount());
}

LogicalResult MaskKeepOp::verify() {
  MaskType mask = getMask().getType();
  if (failed(verifyElements(*this, mask)))
    return failure();
  return verifyTokens(*this, mask, "flags", getFlags().getType(), getAxis());
}

LogicalResult MaskListedOp::verify() {
  MaskType mask = getMask().getType();
  if (failed(verifyElements(*this, mask)))
    return failure();
  return verifyTokens(*this, mask, "ids", getIds().getType(), getAxis(), /*listed=*/true);
}

LogicalResult MaskDocumentsOp::verify() {
  MaskType mask = getMask().getType();
  if (failed(verifyElements(*this, mask)) ||
      failed(verifyTokens(*this, mask, "query documents", getQuery().getType(), Axis::Query)))
    return failure();
  return verifyTokens(*this, mask, "key documents", getKey().getType(), Axis::Key);
}

/// Two positive sizes.
static LogicalResult verifyPair(Operation *op, StringRef name, ArrayRef<int64_t> sizes) {
  if (sizes.size() == 2 && sizes[0] > 0 && sizes[1] > 0)
    return success();
  InFlightDiagnostic diagnostic = op->emitOpError("expected two positive sizes of ")
                                  << name << ", found [";
  llvm::interleaveComma(sizes, diagnostic);
  return diagnostic << "]";
}

LogicalResult MaskNeighbourhoodOp::verify() {
  MaskType mask = getMask().getType();
  if (failed(verifyElements(*this, mask)) || failed(verifyPair(*this, "grid", getGrid())) ||
      failed(verifyPair(*this, "kernel", getKernel())))
    return failure();
  for (unsigned d = 0; d < 2; ++d)
    if (getKernel()[d] > getGrid()[d])
      return emitOpError("kernel [") << getKernel()[0] << ", " << getKernel()[1]
                                     << "] is larger than grid [" << getGrid()[0] << ", "
                                     << getGrid()[1] << "]";
  int64_t tokens = getGrid()[0] * getGrid()[1];
  for (Axis axis : {Axis::Query, Axis::Key})
    if (!agree(extentOf(mask, axis), tokens))
      return emitOpError("expected ") << tokens << (axis == Axis::Query ? " queries" : " keys")
                                      << " for the grid, found " << mask;
  return success();
}

/// Extents of a map of blocks.
static LogicalResult verifyBlockCounts(Operation *op, MaskType mask, ArrayRef<int64_t> block,
                                       RankedTensorType map) {
  for (Axis axis : {Axis::Query, Axis::Key}) {
    unsigned d = axis == Axis::Query ? 0 : 1;
    int64_t tokens = extentOf(mask, axis), size = block[d];
    if (!ShapedType::isDynamic(tokens) &&
        !agree(map.getDimSize(d), (tokens + size - 1) / size))
      return op->emitOpError("expected ") << (tokens + size - 1) / size << " blocks of " << size
                                          << (axis == Axis::Query ? " queries" : " keys")
                                          << " for " << mask << ", found " << map;
  }
  return success();
}

LogicalResult MaskBlocksOp::verify() {
  auto map = cast<RankedTensorType>(getMap().getType());
  MaskType mask = getMask().getType();
  if (failed(verifyElements(*this, mask)) || failed(verifyPair(*this, "block", getBlock())))
    return failure();
  bool sparse = static_cast<bool>(sparse_tensor::getSparseTensorEncoding(map));
  bool bytes = map.getElementType().isSignlessInteger(8);
  if (map.getRank() != 2 || ((!sparse || getRefined()) && !bytes))
    return emitOpError("expected a map of bytes or a sparse matrix, found ") << map;
  if (getRefined() && getRefined().getType() != mask)
    return emitOpError("expected to refine a ") << mask << ", found " << getRefined().getType();
  return verifyBlockCounts(*this, mask, getBlock(), map);
}

LogicalResult BlocksOfMaskOp::verify() {
  auto map = cast<RankedTensorType>(getResult().getType());
  MaskType mask = getMask().getType();
  // (mask_blocks_c1)
  if (mask.getGranularity() != MaskGranularity::Element || mask.getShape().size() != 2)
    return emitOpError("expected an element mask of rank 2, found ") << mask;
  if (failed(verifyPair(*this, "block", getBlock())))
    return failure();
  // (mask_blocks_c2)
  auto encoding = sparse_tensor::getSparseTensorEncoding(map);
  bool fits = map.getRank() == 2 && encoding && map.getElementType().isSignlessInteger(8) &&
              encoding.getPosWidth() == 32 && encoding.getCrdWidth() == 32;
  if (fits) {
    sparse_tensor::SparseTensorType matrix(map);
    fits = matrix.isIdentity() && sparse_tensor::isDenseLT(matrix.getLvlType(0)) &&
           sparse_tensor::isCompressedLT(matrix.getLvlType(1));
  }
  if (!fits)
    return emitOpError("expected a result in CSR of i8 with 32-bit indices, found ") << map;
  // (mask_blocks_c3)
  size_t unknown = llvm::count(mask.getShape(), ShapedType::kDynamic);
  if (getSizes().size() != unknown)
    return emitOpError("expected ") << unknown << " sizes for the unknown extents of " << mask
                                    << ", found " << getSizes().size();
  return verifyBlockCounts(*this, mask, getBlock(), map);
}

LogicalResult MaskRegionOp::verify() {
  if (failed(verifyElements(*this, getMask().getType())))
    return failure();
  Block &body = getBody().front();
  Type index = IndexType::get(getContext());
  if (body.getArgumentTypes() != ArrayRef<Type>{index, index, index, index})
    return emitOpError("body takes (") << body.getArgumentTypes()
                                       << "), expected batch, head, query and key as index";
  YieldOp yield = YieldOp::endOf(body);
  if (!yield || yield.getNumOperands() != 1 || !yield.getOperand(0).getType().isInteger(1))
    return emitOpError("body must yield one i1");
  for (Operation &op : body.without_terminator())
    if (!isPure(&op) || op.getNumRegions())
      return op.emitOpError("is not a pure operation without regions, as the body of ")
             << getOperationName() << " needs";
  return success();
}
