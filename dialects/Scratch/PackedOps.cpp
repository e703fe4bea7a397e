//===- PackedOps.cpp - formats of packed weights, and their verifiers -----===//
#include "dialects/Scratch/Scratch.h"

using namespace mlir;
using namespace scratch;

LogicalResult PackingAttr::verify(function_ref<InFlightDiagnostic()> emitError, PackingKind kind,
                                  ArrayRef<int64_t> sizes) {
  size_t expected = kind == PackingKind::Block || kind == PackingKind::NM ? 2
                    : kind == PackingKind::Fixed                         ? 1
                                                                         : 0;
  if (sizes.size() != expected)
    return emitError() << "expected " << expected << " sizes of packing "
                       << stringifyPackingKind(kind) << ", found " << sizes.size();
  // (packing_c1)
  if (kind == PackingKind::Block && llvm::any_of(sizes, [](int64_t s) { return s < 1 || s > 16; }))
    return emitError() << "expected block sizes from 1 to 16, found " << sizes[0] << " and "
                       << sizes[1];
  if (kind == PackingKind::Fixed && sizes[0] < 1)
    return emitError() << "expected at least one entry per row, found " << sizes[0];
  if (kind == PackingKind::NM) {
    int64_t n = sizes[0], m = sizes[1];
    if (m < 2 || m > 16 || !llvm::isPowerOf2_64(m) || n < 1 || n >= m ||
        n * static_cast<int64_t>(llvm::Log2_64(m)) > 8)
      return emitError() << "expected N < M, M a power of two from 2 to 16 and a group of at "
                            "most 8 bits, found "
                         << n << ":" << m;
  }
  return success();
}

SmallVector<Type> PackingAttr::getPartTypes(Type element) const {
  Type i32 = IntegerType::get(getContext(), 32), i8 = IntegerType::get(getContext(), 8);
  switch (getKind()) {
  case PackingKind::Csr:
  case PackingKind::Block:
    return {i32, i32, element};
  case PackingKind::NM:
    return {i8, element};
  case PackingKind::Bitmap:
  case PackingKind::Delta:
    return {i32, i8, element};
  case PackingKind::Fixed:
    return {i32, element};
  }
  llvm_unreachable("unknown packing");
}

int64_t PackingAttr::getIndexBits() const { return llvm::Log2_64(getSizes()[1]); }

int64_t PackingAttr::getGroupBits() const {
  return llvm::PowerOf2Ceil(getSizes()[0] * getIndexBits());
}

/// Parts are dense vectors of the format's types.
static LogicalResult verifyParts(Operation *op, PackingAttr packing, TypeRange parts,
                                 Type element) {
  SmallVector<Type> expected;
  for (Type type : packing.getPartTypes(element))
    expected.push_back(RankedTensorType::get({ShapedType::kDynamic}, type));
  if (parts != TypeRange(expected))
    return op->emitOpError("expected the parts (")
           << TypeRange(expected) << ") of " << packing << ", found (" << parts << ")";
  return success();
}

static bool isDenseFloat(RankedTensorType type) {
  return !type.getEncoding() && (type.getElementType().isF32() || type.getElementType().isF64());
}

LogicalResult PackOp::verify() {
  auto weights = cast<RankedTensorType>(getWeights().getType());
  MaskType mask = getMask().getType();
  if (!isDenseFloat(weights) || weights.getShape() != mask.getShape()) // (pack_c1)
    return emitOpError("expected dense weights of f32 or f64 of the shape of ")
           << mask << ", found " << weights;
  PackingAttr packing = getPacking();
  if (failed(verifyParts(*this, packing, getParts().getTypes(), weights.getElementType())))
    return failure(); // (pack_c2)
  if (packing.getKind() == PackingKind::NM &&
      (mask.getGuarantee() != MaskGuarantee::Exact || mask.getBound() != packing.getSizes()))
    return emitOpError("expected a mask that guarantees exact(") // (pack_c3)
           << packing.getSizes()[0] << ":" << packing.getSizes()[1] << "), found " << mask;
  if (packing.getKind() == PackingKind::Fixed &&
      (mask.getGuarantee() != MaskGuarantee::RowNnz || mask.getBound() != packing.getSizes()))
    return emitOpError("expected a mask that guarantees row_nnz(") // (pack_c3)
           << packing.getSizes()[0] << "), found " << mask;
  return success();
}

LogicalResult PackedMatmulOp::verify() {
  auto rhs = cast<RankedTensorType>(getRhs().getType());
  auto init = cast<RankedTensorType>(getInit().getType());
  if (!isDenseFloat(rhs) || rhs.getRank() > 2 || rhs.getRank() < 1)
    return emitOpError("expected a dense vector or matrix of f32 or f64 to multiply with, found ")
           << rhs;
  Type element = rhs.getElementType();
  if (failed(verifyParts(*this, getPacking(), getParts().getTypes(), element)))
    return failure(); // (packed_matmul_c1)
  bool fits = isDenseFloat(init) && init.getRank() == rhs.getRank() &&
              init.getElementType() == element &&
              (rhs.getRank() == 1 || init.getDimSize(1) == rhs.getDimSize(1));
  if (!fits) // (packed_matmul_c2)
    return emitOpError("expected an init of rank, columns and elements of ")
           << rhs << ", found " << init;
  if (Value bias = getBias()) {
    auto type = cast<RankedTensorType>(bias.getType());
    if (type.getRank() != 1 || type.getEncoding() || type.getElementType() != element ||
        type.getDimSize(0) != init.getDimSize(0))
      return emitOpError("expected one bias per row of ") << init << ", found " << type;
  }
  return success();
}

LogicalResult PackedGradientOp::verify() {
  auto dy = cast<RankedTensorType>(getDy().getType());
  auto x = cast<RankedTensorType>(getX().getType());
  if (!isDenseFloat(dy) || !isDenseFloat(x) || dy.getRank() != 2 || x.getRank() != 2 ||
      dy.getElementType() != x.getElementType() ||
      dy.getDimSize(1) != x.getDimSize(1)) // (packed_gradient_c1)
    return emitOpError("expected two dense matrices of f32 or f64 with as many columns, found ")
           << dy << " and " << x;
  if (failed(verifyParts(*this, getPacking(), getParts().getTypes(), x.getElementType())))
    return failure();
  if (getPacking().getKind() == PackingKind::Delta) // (packed_gradient_c2)
    return emitOpError("expected a format whose every entry is a weight, found ") << getPacking();
  if (getResult().getType() != getParts().back().getType())
    return emitOpError("expected a result of type ")
           << getParts().back().getType() << ", found " << getResult().getType();
  return success();
}
