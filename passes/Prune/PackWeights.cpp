//===- PackWeights.cpp - products of packed weights -----------------------===//
//
// Stage: expand. Obeys what select wrote: constant weights are packed now, those
// of run time by `scratch.pack`; a bias and a relu behind the product go into it.
//
//===----------------------------------------------------------------------===//
#include "passes/Expand/Prune/PackedEntries.h"
#include "passes/Prune/PackedConstants.h"
#include "passes/Prune/PackedLayer.h"
#include "passes/Prune/Passes.h"

#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Matchers.h"

namespace scratch {
#define GEN_PASS_DEF_PACKWEIGHTSPASS
#include "passes/Prune/Passes.h.inc"
} // namespace scratch

using namespace mlir;
using namespace scratch;

static SmallVector<Value> partsOf(ImplicitLocOpBuilder &b, const PackedLayer &layer,
                                  PackingAttr packing) {
  SmallVector<Type> types;
  for (Type type : packing.getPartTypes(layer.element))
    types.push_back(RankedTensorType::get({ShapedType::kDynamic}, type));
  if (!layer.constant) {
    MaskApplyOp apply = layer.apply;
    auto pack = PackOp::create(b, types, apply.getWeights(), apply.getMask(), packing);
    return SmallVector<Value>(pack.getParts());
  }
  auto constants = packConstant(layer.constant, packing);
  if (!constants)
    return {};
  SmallVector<Value> parts;
  for (auto [constant, type] : llvm::zip_equal(*constants, types))
    parts.push_back(tensor::CastOp::create(b, type, arith::ConstantOp::create(b, constant)));
  return parts;
}

static Value transpose(ImplicitLocOpBuilder &b, Value matrix) {
  auto type = cast<RankedTensorType>(matrix.getType());
  SmallVector<int64_t> shape = {type.getDimSize(1), type.getDimSize(0)};
  SmallVector<Value> sizes;
  for (unsigned d : {1, 0})
    if (type.isDynamicDim(d))
      sizes.push_back(tensor::DimOp::create(b, matrix, d));
  Value empty = tensor::EmptyOp::create(b, shape, type.getElementType(), sizes);
  return linalg::TransposeOp::create(b, matrix, empty, ArrayRef<int64_t>{1, 0})->getResult(0);
}

/// A matrix of one sample as a vector.
static Value flat(ImplicitLocOpBuilder &b, Value matrix) {
  return tensor::CollapseShapeOp::create(b, matrix, SmallVector<ReassociationIndices>{{0, 1}});
}

/// An operand or result with samples in its columns, a vector if there is one.
static Value arranged(ImplicitLocOpBuilder &b, const PackedLayer &layer, Value tensor) {
  if (cast<RankedTensorType>(tensor.getType()).getRank() == 1)
    return tensor;
  if (layer.samples == 1)
    return flat(b, tensor);
  return layer.weightsRight ? transpose(b, tensor) : tensor;
}

namespace {
/// `max(product + bias, 0)` or less, in one operation that only it reads.
struct Epilogue {
  linalg::GenericOp op;
  Value bias;
  bool relu = false;
};
} // namespace

static bool isZeroConstant(Value value) { return matchPattern(value, m_AnyZeroFloat()); }

static std::optional<Epilogue> epilogueOf(const PackedLayer &layer) {
  Value product = layer.op->getResult(0);
  if (!product.hasOneUse())
    return std::nullopt;
  auto generic = dyn_cast<linalg::GenericOp>(*product.user_begin());
  auto type = cast<RankedTensorType>(product.getType());
  if (!generic || generic.getNumLoops() != type.getRank() || generic.getNumDpsInputs() != 2 ||
      generic.getNumReductionLoops() || generic->getNumResults() != 1 ||
      generic->getResult(0).getType() != type || generic.getDpsInputs()[0] != product)
    return std::nullopt;
  auto maps = generic.getIndexingMapsArray();
  unsigned channel = type.getRank() == 2 && layer.weightsRight ? 1 : 0;
  if (!maps[0].isIdentity() || !maps[2].isIdentity() || maps[1].getNumResults() != 1 ||
      !maps[1].isFunctionOfDim(channel) || !isa<AffineDimExpr>(maps[1].getResult(0)))
    return std::nullopt;
  Block &body = *generic.getBody();
  Epilogue epilogue{generic, generic.getDpsInputs()[1]};
  Value yielded = body.getTerminator()->getOperand(0);
  if (auto relu = yielded.getDefiningOp<arith::MaximumFOp>()) {
    if (!isZeroConstant(relu.getRhs()))
      return std::nullopt;
    epilogue.relu = true;
    yielded = relu.getLhs();
  }
  auto add = yielded.getDefiningOp<arith::AddFOp>();
  if (!add || add.getLhs() != body.getArgument(0) || add.getRhs() != body.getArgument(1))
    return std::nullopt;
  return epilogue;
}

namespace {
struct PackWeightsPass : scratch::impl::PackWeightsPassBase<PackWeightsPass> {
  using Base::Base;

  void rewrite(const PackedLayer &layer, PackingAttr packing) {
    Operation *op = layer.op;
    ImplicitLocOpBuilder b(op->getLoc(), op);
    std::optional<Epilogue> epilogue = epilogueOf(layer);
    if (epilogue)
      b.setInsertionPoint(epilogue->op);
    SmallVector<Value> parts = partsOf(b, layer, packing);
    if (parts.empty())
      return;
    Value activations = arranged(b, layer, op->getOperand(layer.weightsRight ? 0 : 1));
    Value init = arranged(b, layer, op->getOperand(2));
    Value bias = epilogue ? epilogue->bias : Value();
    auto product = PackedMatmulOp::create(b, init.getType(), packing, parts, activations, init,
                                          bias, epilogue && epilogue->relu, false);
    if (layer.constant)
      product->setAttr(kTrustedParts, b.getUnitAttr());
    Value result = product;
    auto type = cast<RankedTensorType>(op->getResult(0).getType());
    if (type.getRank() == 2 && layer.samples == 1)
      result = tensor::ExpandShapeOp::create(b, type, result,
                                             SmallVector<ReassociationIndices>{{0, 1}});
    else if (type.getRank() == 2 && layer.weightsRight)
      result = transpose(b, result);
    if (epilogue) {
      epilogue->op->getResult(0).replaceAllUsesWith(result);
      epilogue->op.erase();
    } else {
      op->getResult(0).replaceAllUsesWith(result);
    }
    op->erase();
    ++numPacked;
  }

  void runOnOperation() override {
    // All are matched before any is rewritten: what is remembered stays true.
    ConstantTensors constants;
    std::vector<std::pair<PackedLayer, PackingAttr>> layers;
    getOperation().walk([&](linalg::LinalgOp op) {
      auto packing = op->getAttrOfType<PackingAttr>(kPackingAttr);
      if (!packing)
        return;
      op->removeAttr(kPackingAttr);
      if (std::optional<PackedLayer> layer = PackedLayer::match(op, constants))
        layers.emplace_back(std::move(*layer), packing);
    });
    for (auto &[layer, packing] : layers)
      rewrite(layer, packing);
  }
};
} // namespace
