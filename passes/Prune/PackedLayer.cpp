//===- PackedLayer.cpp - a product whose weights may be packed ------------===//
#include "passes/Prune/PackedLayer.h"

#include "mlir/IR/Matchers.h"

#include <algorithm>

using namespace mlir;
using namespace scratch;

double scratch::keptShare(Value mask) {
  auto number = [](Value value) {
    FloatAttr known;
    return matchPattern(value, m_Constant(&known))
               ? std::clamp(known.getValueAsDouble(), 0.0, 1.0)
               : 1.0;
  };
  if (auto op = mask.getDefiningOp<MaskMagnitudeOp>())
    return number(op.getKeep());
  if (auto op = mask.getDefiningOp<MaskRandomOp>())
    return number(op.getKeep());
  if (auto op = mask.getDefiningOp<MaskAndOp>())
    return std::min(keptShare(op.getLhs()), keptShare(op.getRhs()));
  auto type = cast<MaskType>(mask.getType());
  if (type.getGuarantee() == MaskGuarantee::Exact)
    return double(type.getBound()[0]) / double(type.getBound()[1]);
  if (type.getGuarantee() == MaskGuarantee::RowNnz && !ShapedType::isDynamic(type.getShape()[1]))
    return double(type.getBound()[0]) / double(type.getShape()[1]);
  return 1;
}

/// rows x depth of the weights, with an operation's samples; nothing for others.
static std::optional<PackedLayer> shapeOf(linalg::LinalgOp op) {
  Operation *raw = op;
  bool matrix = isa<linalg::MatmulOp>(raw);
  if (!matrix && !isa<linalg::MatvecOp, linalg::VecmatOp>(raw))
    return std::nullopt;
  if (auto matmul = dyn_cast<linalg::MatmulOp>(raw); matmul && matmul.hasUserDefinedMaps())
    return std::nullopt;
  auto result = dyn_cast<RankedTensorType>(raw->getResult(0).getType());
  if (!result || result.getEncoding() || llvm::any_of(raw->getOperandTypes(), [&](Type type) {
        auto tensor = dyn_cast<RankedTensorType>(type);
        return !tensor || tensor.getEncoding() ||
               tensor.getElementType() != result.getElementType();
      }))
    return std::nullopt;
  if (!result.getElementType().isF32() && !result.getElementType().isF64())
    return std::nullopt;
  PackedLayer layer;
  layer.op = op;
  layer.element = result.getElementType();
  return layer;
}

static std::optional<ConstantMask> entriesOf(DenseElementsAttr matrix) {
  ConstantMask mask{matrix.getType().getDimSize(0), matrix.getType().getDimSize(1), {}};
  if (matrix.isSplat())
    return std::nullopt; // nothing but zeros, or none
  for (const APFloat &number : matrix.getValues<APFloat>())
    mask.entries.push_back(!number.isZero());
  return mask;
}

std::optional<PackedLayer> PackedLayer::match(linalg::LinalgOp op, ConstantTensors &constants) {
  std::optional<PackedLayer> layer = shapeOf(op);
  if (!layer)
    return std::nullopt;
  auto typeOf = [&](unsigned n) { return cast<RankedTensorType>(op->getOperand(n).getType()); };
  DenseElementsAttr left, right;
  if (typeOf(0).getRank() == 2)
    left = constants.of(op->getOperand(0));
  if (typeOf(1).getRank() == 2)
    right = constants.of(op->getOperand(1));
  auto apply = op->getOperand(0).getDefiningOp<MaskApplyOp>();
  if (left && !right) {
    layer->constant = left;
    layer->samples = typeOf(1).getRank() == 1 ? 1 : typeOf(1).getDimSize(1);
  } else if (right && !left) {
    layer->weightsRight = true;
    layer->constant = permuted(right, {1, 0});
    layer->samples = typeOf(0).getRank() == 1 ? 1 : typeOf(0).getDimSize(0);
  } else if (apply && !left && typeOf(0).getRank() == 2 && typeOf(0).hasStaticShape()) {
    layer->apply = apply;
    layer->rows = typeOf(0).getDimSize(0);
    layer->depth = typeOf(0).getDimSize(1);
    layer->samples = typeOf(1).getRank() == 1 ? 1 : typeOf(1).getDimSize(1);
    if (const ConstantMask *mask = constants.ofMask(apply.getMask()))
      layer->mask = *mask;
    else
      layer->share = keptShare(apply.getMask());
    bool open = !layer->mask && layer->share == 1;
    return open ? std::nullopt : layer;
  }
  if (!layer->constant)
    return std::nullopt;
  layer->rows = layer->constant.getType().getDimSize(0);
  layer->depth = layer->constant.getType().getDimSize(1);
  layer->mask = entriesOf(layer->constant);
  if (!layer->mask || llvm::all_of(layer->mask->entries, [](uint8_t kept) { return kept; }))
    return std::nullopt;
  return layer;
}
