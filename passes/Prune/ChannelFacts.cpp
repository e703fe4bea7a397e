//===- ChannelFacts.cpp - dead channels, forward and backward -------------===//
#include "passes/Prune/ChannelFacts.h"

#include "passes/Prune/ShapeSteps.h"

#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Matchers.h"

using namespace mlir;
using namespace scratch;

static RankedTensorType denseType(Value value) {
  auto type = dyn_cast<RankedTensorType>(value.getType());
  return type && !type.getEncoding() ? type : RankedTensorType();
}

bool scratch::isStructured(Operation *op) {
  auto structured = dyn_cast<linalg::LinalgOp>(op);
  return structured && structured.hasPureTensorSemantics() && op->getNumResults() == 1 &&
         structured.getNumDpsInits() == 1 && denseType(op->getResult(0)) &&
         llvm::all_of(op->getOperands(), [](Value operand) {
           return denseType(operand) || operand.getType().isIntOrIndexOrFloat();
         });
}

std::optional<LoopUse> scratch::loopUse(linalg::LinalgOp op, unsigned loop) {
  LoopUse use;
  use.isReduction = op.getIteratorTypesArray()[loop] == utils::IteratorType::reduction;
  for (OpOperand &operand : op->getOpOperands()) {
    int &found = use.dimensions.emplace_back(-1);
    AffineMap map = op.getMatchingIndexingMap(&operand);
    for (auto [d, expression] : llvm::enumerate(map.getResults())) {
      if (!expression.isFunctionOfDim(loop))
        continue;
      auto single = dyn_cast<AffineDimExpr>(expression);
      if (!single || found >= 0)
        return std::nullopt;
      found = d;
      int64_t size = cast<RankedTensorType>(operand.get().getType()).getDimSize(d);
      if (!ShapedType::isDynamic(size))
        use.extent = size;
    }
  }
  return use;
}

std::optional<unsigned> scratch::loopOf(linalg::LinalgOp op, OpOperand &operand,
                                        unsigned dimension) {
  AffineMap map = op.getMatchingIndexingMap(&operand);
  if (dimension >= map.getNumResults())
    return std::nullopt;
  auto single = dyn_cast<AffineDimExpr>(map.getResult(dimension));
  if (!single || !loopUse(op, single.getPosition()))
    return std::nullopt;
  return single.getPosition();
}

//===----------------------------------------------------------------------===//
// Arguments of bodies
//===----------------------------------------------------------------------===//

Attribute ChannelFacts::uniform(Value value) {
  if (!isa<ShapedType>(value.getType())) {
    Attribute number;
    return matchPattern(value, m_Constant(&number)) ? number : Attribute();
  }
  RankedTensorType type = denseType(value);
  if (!type || type.getRank() == 0)
    return {};
  if (auto fill = value.getDefiningOp<linalg::FillOp>()) // whatever its extents
    return uniform(fill.getInputs()[0]);
  const SliceFacts &known = of(value, 0);
  if (known.numbers.empty() || !llvm::all_equal(known.numbers))
    return {};
  return known.numbers.front();
}

BodyValue ChannelFacts::argument(OpOperand &operand, int dimension, int64_t index) {
  bool whole = dimension < 0 || operand.get().getDefiningOp<linalg::FillOp>();
  return BodyValue::of(whole ? uniform(operand.get())
                             : of(operand.get(), dimension).at(index));
}

BodyValue ChannelFacts::argumentOutside(OpOperand &operand, int dimension, Value mask) {
  if (dimension >= 0 && llvm::is_contained(of(operand.get(), dimension).masks, mask))
    return BodyValue::of(
        Builder(mask.getContext()).getZeroAttr(getElementTypeOrSelf(operand.get().getType())));
  return BodyValue::of(uniform(operand.get()));
}

RunMasks ChannelFacts::masksAlong(linalg::LinalgOp op, const LoopUse &loop) {
  RunMasks all;
  for (auto [operand, dimension] : llvm::zip_equal(op->getOpOperands(), loop.dimensions))
    if (dimension >= 0)
      for (Value mask : of(operand.get(), dimension).masks)
        if (!llvm::is_contained(all, mask))
          all.push_back(mask);
  return all;
}

/// Runs the body until what it sums up stays as it is; null where it does not.
static Attribute settle(linalg::LinalgOp op, SmallVector<BodyValue> arguments) {
  BodyValue once = evaluateBody(op, arguments);
  if (once.kind != BodyValue::Number || op.getNumReductionLoops() == 0)
    return once.kind == BodyValue::Number ? once.number : Attribute();
  Attribute start = arguments.back().number;
  arguments.back() = once;
  BodyValue twice = evaluateBody(op, arguments);
  if (twice.kind != BodyValue::Number || twice.number != once.number)
    return {};
  // The loops that sum may not run at all.
  bool runs = llvm::all_of(op->getOperandTypes(), [](Type type) {
    auto tensor = dyn_cast<RankedTensorType>(type);
    return !tensor || (tensor.hasStaticShape() && tensor.getNumElements() > 0);
  });
  return runs || once.number == start ? once.number : Attribute();
}

SliceFacts ChannelFacts::ofStructured(linalg::LinalgOp op, unsigned dimension) {
  OpOperand &init = *op.getDpsInitOperand(0);
  std::optional<unsigned> number = loopOf(op, init, dimension);
  std::optional<LoopUse> loop = number ? loopUse(op, *number) : std::nullopt;
  if (!loop || loop->isReduction)
    return {};
  SliceFacts result;
  llvm::SmallDenseMap<ArrayRef<Attribute>, Attribute> seen;
  std::vector<SmallVector<Attribute>> keys; // keeps what `seen` refers to
  int64_t extent = ShapedType::isDynamic(loop->extent) ? 0 : loop->extent;
  keys.reserve(extent);
  for (int64_t i = 0; i < extent; ++i) {
    SmallVector<BodyValue> arguments;
    SmallVector<Attribute> key;
    for (auto [operand, d] : llvm::zip_equal(op->getOpOperands(), loop->dimensions)) {
      arguments.push_back(argument(operand, d, i));
      key.push_back(arguments.back().number);
    }
    keys.push_back(std::move(key));
    auto [entry, isNew] = seen.try_emplace(ArrayRef<Attribute>(keys.back()));
    if (isNew)
      entry->second = settle(op, arguments);
    result.numbers.push_back(entry->second);
  }
  if (llvm::none_of(result.numbers, [](Attribute number) { return bool(number); }))
    result.numbers.clear();
  for (Value mask : masksAlong(op, *loop)) {
    SmallVector<BodyValue> arguments;
    for (auto [operand, d] : llvm::zip_equal(op->getOpOperands(), loop->dimensions))
      arguments.push_back(argumentOutside(operand, d, mask));
    if (isZero(settle(op, arguments)))
      result.masks.push_back(mask);
  }
  return result;
}

SliceNeeds ChannelFacts::contributions(linalg::LinalgOp op, const LoopUse &loop) {
  SliceNeeds result;
  auto adds = [&](auto argumentOf) {
    SmallVector<BodyValue> arguments;
    for (auto [operand, d] : llvm::zip_equal(op->getOpOperands(), loop.dimensions))
      arguments.push_back(op.isDpsInit(&operand) ? BodyValue::running() : argumentOf(operand, d));
    return evaluateBody(op, arguments).kind != BodyValue::Running;
  };
  if (!ShapedType::isDynamic(loop.extent) && loop.extent > 0) {
    result.read.resize(loop.extent);
    for (int64_t i = 0; i < loop.extent; ++i)
      result.read[i] = adds([&](OpOperand &operand, int d) { return argument(operand, d, i); });
  }
  for (Value mask : masksAlong(op, loop))
    if (!adds([&](OpOperand &operand, int d) { return argumentOutside(operand, d, mask); }))
      result.masks.push_back(mask);
  return result;
}

//===----------------------------------------------------------------------===//
// Forward
//===----------------------------------------------------------------------===//

bool ChannelFacts::isEarly(Value mask) {
  SmallVector<Value> todo = {mask};
  while (!todo.empty()) {
    Operation *maker = todo.pop_back_val().getDefiningOp();
    if (!maker)
      continue; // an argument
    bool makesMasks = isa<MaskType>(maker->getResult(0).getType());
    if (maker->getBlock() != &block || !isPure(maker) || maker->getNumRegions() ||
        !(makesMasks || maker->hasTrait<OpTrait::ConstantLike>() ||
          isa<tensor::DimOp, tensor::CollapseShapeOp, tensor::ExpandShapeOp, tensor::CastOp>(
              maker)))
      return false;
    llvm::append_range(todo, maker->getOperands());
  }
  return true;
}

SliceFacts ChannelFacts::ofApply(MaskApplyOp op, unsigned dimension) {
  SliceFacts result = of(op.getWeights(), dimension);
  MaskType type = op.getMask().getType();
  RankedTensorType weights = denseType(op.getWeights());
  Attribute zero = Builder(op.getContext()).getZeroAttr(weights.getElementType());
  bool rows = type.getGranularity() == MaskGranularity::Row;
  unsigned axis = weights.getRank() == 1 ? !rows : dimension;
  if (const ConstantMask *mask = constants.ofMask(op.getMask())) {
    int64_t extent = axis ? mask->columns : mask->rows;
    int64_t across = axis ? mask->rows : mask->columns;
    if (result.numbers.empty())
      result.numbers.resize(extent);
    for (int64_t i = 0; i < extent; ++i) {
      bool any = false;
      for (int64_t n = 0; !any && n < across; ++n)
        any = axis ? mask->holds(n, i) : mask->holds(i, n);
      if (!any)
        result.numbers[i] = zero;
      else if (result.numbers[i] && !isZero(result.numbers[i]))
        result.numbers[i] = {}; // partly zero now, perhaps
    }
    return result;
  }
  for (Attribute &number : result.numbers)
    if (!isZero(number))
      number = {};
  bool along = (rows && axis == 0) ||
               (type.getGranularity() == MaskGranularity::Column && axis == 1);
  if (along && isEarly(op.getMask()) && !llvm::is_contained(result.masks, op.getMask()))
    result.masks.push_back(op.getMask());
  return result;
}

SliceFacts ChannelFacts::compute(Value value, unsigned dimension) {
  RankedTensorType type = denseType(value);
  Operation *maker = value.getDefiningOp();
  if (!type || !maker || dimension >= type.getRank())
    return {};
  if (DenseElementsAttr elements = constants.of(value))
    return {uniformSlices(elements, dimension), {}};
  if (maker->getBlock() != &block)
    return {};
  if (auto apply = dyn_cast<MaskApplyOp>(maker))
    return ofApply(apply, dimension);
  if (isStructured(maker))
    return ofStructured(cast<linalg::LinalgOp>(maker), dimension);
  return factsThroughShape(*this, maker, dimension);
}

const SliceFacts &ChannelFacts::of(Value value, unsigned dimension) {
  auto known = facts.find({value, dimension});
  if (known != facts.end())
    return *known->second;
  auto computed = std::make_unique<SliceFacts>(compute(value, dimension));
  return *(facts[{value, dimension}] = std::move(computed));
}

//===----------------------------------------------------------------------===//
// Backward
//===----------------------------------------------------------------------===//

SliceNeeds ChannelFacts::needsOfUse(OpOperand &use, unsigned dimension) {
  Operation *user = use.getOwner();
  if (user->getBlock() != &block)
    return {};
  if (!isStructured(user))
    return needsThroughShape(*this, use, dimension);
  auto op = cast<linalg::LinalgOp>(user);
  std::optional<unsigned> number = loopOf(op, use, dimension);
  std::optional<LoopUse> loop = number ? loopUse(op, *number) : std::nullopt;
  if (!loop)
    return {};
  if (loop->isReduction)
    return contributions(op, *loop);
  int d = loop->dimensions[op.getDpsInitOperand(0)->getOperandNumber()];
  if (d < 0)
    return {};
  SliceNeeds result = needsOf(op->getResult(0), d);
  const SliceFacts &outcome = of(op->getResult(0), d);
  for (auto [i, number] : llvm::enumerate(outcome.numbers))
    if (number) {
      if (result.read.empty())
        result.read.resize(outcome.numbers.size(), true);
      result.read.reset(i);
    }
  for (Value mask : outcome.masks)
    if (!llvm::is_contained(result.masks, mask))
      result.masks.push_back(mask);
  return result;
}

const SliceNeeds &ChannelFacts::needsOf(Value value, unsigned dimension) {
  auto known = needs.find({value, dimension});
  if (known != needs.end())
    return *known->second;
  SliceNeeds all;
  bool first = true;
  for (OpOperand &use : value.getUses()) {
    if (isa<tensor::DimOp>(use.getOwner()))
      continue; // asks for the shape only
    SliceNeeds one = needsOfUse(use, dimension);
    if (first) {
      all = std::move(one);
    } else {
      // What any use reads is read.
      if (all.read.empty() || one.read.empty())
        all.read.clear();
      else
        all.read |= one.read;
      llvm::erase_if(all.masks, [&](Value mask) { return !llvm::is_contained(one.masks, mask); });
    }
    first = false;
  }
  auto computed = std::make_unique<SliceNeeds>(std::move(all));
  return *(needs[{value, dimension}] = std::move(computed));
}
