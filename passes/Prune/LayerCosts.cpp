//===- LayerCosts.cpp - what the layers of a program cost -----------------===//
#include "passes/Prune/LayerCosts.h"

#include "passes/Prune/PackedLayer.h"
#include "passes/Prune/SliceLayout.h"

#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/JSON.h"

using namespace mlir;
using namespace scratch;

LayerCost &LayerCost::operator+=(const LayerCost &other) {
  macs += other.macs;
  weights += other.weights;
  bytes += other.bytes;
  return *this;
}

/// A product or convolution: two inputs, multiplied.
static bool isLayer(Operation *op) {
  if (!isStructured(op) || cast<linalg::LinalgOp>(op).getNumDpsInputs() != 2 ||
      cast<linalg::LinalgOp>(op).getNumReductionLoops() == 0)
    return false;
  return llvm::any_of(op->getRegion(0).front(),
                      [](Operation &inner) { return isa<arith::MulFOp, arith::MulIOp>(inner); });
}

/// What masks the weights, through reshapes and transposes; null where nothing does.
static MaskApplyOp maskOf(Value weights) {
  while (Operation *maker = weights.getDefiningOp()) {
    if (auto apply = dyn_cast<MaskApplyOp>(maker))
      return apply;
    if (!isa<tensor::ExpandShapeOp, tensor::CollapseShapeOp, tensor::CastOp, linalg::TransposeOp>(
            maker))
      break;
    weights = maker->getOperand(0);
  }
  return {};
}

/// The operand that holds the weights: the one that is masked or constant, else
/// the second.
static OpOperand &weightsOf(linalg::LinalgOp op, ConstantTensors &constants) {
  OpOperand &first = op->getOpOperand(0), &second = op->getOpOperand(1);
  auto isWeight = [&](OpOperand &operand) {
    return maskOf(operand.get()) || constants.of(operand.get());
  };
  return isWeight(first) && !isWeight(second) ? first : second;
}

/// The share of a loop that lives.
static double liveShare(const SliceLayout &layout, int64_t extent) {
  if (layout.listed)
    return double(layout.kept.size()) / double(extent);
  double share = 1;
  for (Value mask : layout.masks)
    share *= keptShare(mask);
  return share;
}

/// The share of entries inside living slices that are kept.
static double densityOf(ChannelFacts &facts, OpOperand &weights, const TensorLayout &layout) {
  if (DenseElementsAttr elements = facts.constants.of(weights.get());
      elements && canTakeSlices(elements)) {
    for (auto [d, one] : llvm::enumerate(layout))
      if (one.listed)
        elements = takeSlices(elements, d, one.kept);
    int64_t count = elements.getNumElements(), kept = 0;
    if (elements.isSplat())
      return isZero(elements.getSplatValue<Attribute>()) ? 0 : 1;
    for (Attribute number : elements.getValues<Attribute>())
      kept += !isZero(number);
    return count ? double(kept) / double(count) : 0;
  }
  MaskApplyOp apply = maskOf(weights.get());
  if (!apply)
    return 1;
  MaskGranularity granularity = apply.getMask().getType().getGranularity();
  bool slices = granularity == MaskGranularity::Row || granularity == MaskGranularity::Column;
  if (slices)
    return 1; // in the layout already
  if (const ConstantMask *mask = facts.constants.ofMask(apply.getMask()))
    return mask->entries.empty()
               ? 0
               : double(llvm::count(mask->entries, 1)) / double(mask->entries.size());
  return keptShare(apply.getMask());
}

static LayerCost costOf(linalg::LinalgOp op, ChannelFacts &facts, bool pruned) {
  LayerCost cost;
  cost.macs = 1;
  TensorLayout loops(op.getNumLoops());
  SmallVector<int64_t> extents = op.getStaticLoopRanges();
  unsigned init = op.getDpsInitOperand(0)->getOperandNumber();
  SmallVector<double> shares(loops.size(), 1);
  for (auto [l, layout] : llvm::enumerate(loops)) {
    std::optional<LoopUse> use = loopUse(op, l);
    if (pruned && use) {
      if (use->isReduction)
        layout = SliceLayout::of(use->extent, facts.contributions(op, *use));
      else if (int d = use->dimensions[init]; d >= 0)
        layout = SliceLayout::of(use->extent, facts.of(op->getResult(0), d),
                                 facts.needsOf(op->getResult(0), d));
    }
    shares[l] = liveShare(layout, extents[l]);
    cost.macs *= (ShapedType::isDynamic(extents[l]) ? 1 : extents[l]) * shares[l];
  }
  OpOperand &weights = weightsOf(op, facts.constants);
  auto type = cast<RankedTensorType>(weights.get().getType());
  TensorLayout layout;
  cost.weights = 1;
  for (auto [d, expression] :
       llvm::enumerate(op.getMatchingIndexingMap(&weights).getResults())) {
    auto single = dyn_cast<AffineDimExpr>(expression);
    layout.push_back(single ? loops[single.getPosition()] : SliceLayout());
    double size = type.isDynamicDim(d) ? 1 : type.getDimSize(d);
    cost.weights *= size * (single ? shares[single.getPosition()] : 1);
  }
  double density = pruned ? densityOf(facts, weights, layout) : 1;
  cost.macs *= density;
  cost.weights *= density;
  double size = type.getElementTypeBitWidth() / 8.0;
  cost.bytes = cost.weights * (density < 1 ? size + 4 : size);
  return cost;
}

std::vector<LayerCost> scratch::layerCosts(FunctionOpInterface function, bool pruned) {
  std::vector<LayerCost> layers;
  for (Block &block : function.getFunctionBody()) {
    ChannelFacts facts(block);
    for (Operation &op : block) {
      if (!isLayer(&op))
        continue;
      layers.push_back(costOf(cast<linalg::LinalgOp>(op), facts, pruned));
      layers.back().name = (function.getName() + "/" + op.getName().stripDialect() + "." +
                            Twine(layers.size()))
                               .str();
    }
  }
  return layers;
}

LayerCost scratch::total(ArrayRef<LayerCost> layers) {
  LayerCost sum;
  sum.name = "total";
  for (const LayerCost &layer : layers)
    sum += layer;
  return sum;
}

void scratch::printTable(raw_ostream &os, ArrayRef<LayerCost> before, ArrayRef<LayerCost> after) {
  size_t width = 5;
  for (const LayerCost &layer : before)
    width = std::max(width, layer.name.size());
  os << llvm::left_justify("layer", width)
     << "          MACs       kept            weights     kept            bytes       kept\n";
  auto row = [&](const LayerCost &a, const LayerCost &b) {
    os << llvm::left_justify(a.name, width);
    for (auto [from, to] : {std::pair(a.macs, b.macs), {a.weights, b.weights}, {a.bytes, b.bytes}})
      os << llvm::format("%14.0f %10.0f %5.1f%%", from, to, from > 0 ? 100 * to / from : 0.0);
    os << "\n";
  };
  for (auto [a, b] : llvm::zip_equal(before, after))
    row(a, b);
  row(total(before), total(after));
}

void scratch::printJson(raw_ostream &os, ArrayRef<LayerCost> before, ArrayRef<LayerCost> after) {
  auto cost = [](const LayerCost &layer) {
    return llvm::json::Object{
        {"macs", layer.macs}, {"weights", layer.weights}, {"bytes", layer.bytes}};
  };
  auto entry = [&](const LayerCost &a, const LayerCost &b) {
    return llvm::json::Object{{"name", a.name}, {"before", cost(a)}, {"after", cost(b)}};
  };
  llvm::json::Array layers;
  for (auto [a, b] : llvm::zip_equal(before, after))
    layers.push_back(entry(a, b));
  llvm::json::Object all{{"layers", std::move(layers)},
                         {"total", entry(total(before), total(after))}};
  os << llvm::formatv("{0:2}", llvm::json::Value(std::move(all))) << "\n";
}
