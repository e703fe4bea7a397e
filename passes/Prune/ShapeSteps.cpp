//===- ShapeSteps.cpp - slices through reshapes, padding, concat ----------===//
//
// A collapsed dimension whose parts are known keeps index (i, j, ...) when every
// part keeps its own: a map of features, flattened for a layer of neurons, loses
// every position of a dead channel.
//
//===----------------------------------------------------------------------===//
#include "passes/Prune/ShapeSteps.h"

#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Matchers.h"

using namespace mlir;
using namespace scratch;

namespace {
/// The parts of one collapsed dimension.
struct Parts {
  SmallVector<unsigned> dimensions;
  SmallVector<int64_t> sizes;
  bool known = true;

  Parts(RankedTensorType wide, ArrayRef<int64_t> group) {
    for (int64_t d : group) {
      int64_t size = wide.getDimSize(d);
      if (size == 1 && group.size() > 1)
        continue;
      dimensions.push_back(d);
      sizes.push_back(size);
      known &= !ShapedType::isDynamic(size);
    }
  }
  bool isOne() const { return dimensions.size() == 1; }
  int64_t count() const { return llvm::product_of(sizes); }
  /// Calls with every flat index and its index along part `p`.
  void along(unsigned p, function_ref<void(int64_t, int64_t)> body) const {
    int64_t inner = 1;
    for (unsigned q = p + 1; q < sizes.size(); ++q)
      inner *= sizes[q];
    for (int64_t flat = 0; flat < count(); ++flat)
      body(flat, flat / inner % sizes[p]);
  }
};
} // namespace

static Attribute padNumber(tensor::PadOp op) {
  Attribute number;
  Value value = op.getConstantPaddingValue();
  return value && matchPattern(value, m_Constant(&number)) ? number : Attribute();
}

static bool isPadded(tensor::PadOp op, unsigned dimension) {
  return !isConstantIntValue(op.getMixedLowPad()[dimension], 0) ||
         !isConstantIntValue(op.getMixedHighPad()[dimension], 0);
}

static SliceFacts factsOfParts(ChannelFacts &facts, Value source, const Parts &parts) {
  if (parts.isOne())
    return facts.of(source, parts.dimensions[0]);
  SliceFacts result;
  if (!parts.known)
    return result;
  result.numbers.resize(parts.count());
  for (auto [p, d] : llvm::enumerate(parts.dimensions)) {
    const SliceFacts &part = facts.of(source, d);
    if (!part.numbers.empty())
      parts.along(p, [&](int64_t flat, int64_t i) {
        if (part.numbers[i])
          result.numbers[flat] = part.numbers[i];
      });
  }
  return result;
}

SliceFacts scratch::factsThroughShape(ChannelFacts &facts, Operation *op, unsigned dimension) {
  if (auto collapse = dyn_cast<tensor::CollapseShapeOp>(op))
    return factsOfParts(
        facts, collapse.getSrc(),
        Parts(collapse.getSrcType(), collapse.getReassociationIndices()[dimension]));
  if (auto expand = dyn_cast<tensor::ExpandShapeOp>(op)) {
    for (auto [d, group] : llvm::enumerate(expand.getReassociationIndices())) {
      Parts parts(expand.getResultType(), group);
      if (parts.isOne() && parts.dimensions[0] == dimension)
        return facts.of(expand.getSrc(), d);
    }
    return {};
  }
  if (auto pad = dyn_cast<tensor::PadOp>(op)) {
    Attribute number = padNumber(pad);
    if (!number || isPadded(pad, dimension))
      return {};
    SliceFacts result = facts.of(pad.getSource(), dimension);
    for (Attribute &one : result.numbers)
      if (one != number)
        one = {};
    if (!isZero(number))
      result.masks.clear();
    return result;
  }
  if (auto concat = dyn_cast<tensor::ConcatOp>(op)) {
    SliceFacts result;
    if (concat.getDim() != dimension) {
      result = facts.of(concat.getInputs().front(), dimension);
      for (Value input : concat.getInputs().drop_front()) {
        const SliceFacts &other = facts.of(input, dimension);
        for (auto [i, number] : llvm::enumerate(result.numbers))
          if (number != other.at(i))
            number = {};
        llvm::erase_if(result.masks,
                       [&](Value mask) { return !llvm::is_contained(other.masks, mask); });
      }
      return result;
    }
    bool any = false;
    for (Value input : concat.getInputs()) {
      int64_t size = cast<RankedTensorType>(input.getType()).getDimSize(dimension);
      if (ShapedType::isDynamic(size))
        return {};
      const SliceFacts &part = facts.of(input, dimension);
      any |= !part.numbers.empty();
      for (int64_t i = 0; i < size; ++i)
        result.numbers.push_back(part.at(i));
    }
    return any ? result : SliceFacts();
  }
  return {};
}

SliceNeeds scratch::needsThroughShape(ChannelFacts &facts, OpOperand &use, unsigned dimension) {
  Operation *op = use.getOwner();
  if (auto collapse = dyn_cast<tensor::CollapseShapeOp>(op)) {
    for (auto [d, group] : llvm::enumerate(collapse.getReassociationIndices())) {
      Parts parts(collapse.getSrcType(), group);
      auto at = llvm::find(parts.dimensions, dimension);
      if (at == parts.dimensions.end())
        continue;
      SliceNeeds needs = facts.needsOf(collapse.getResult(), d);
      if (parts.isOne())
        return needs;
      if (!parts.known || needs.read.empty())
        return {};
      unsigned p = at - parts.dimensions.begin();
      SliceNeeds result;
      result.read.resize(parts.sizes[p]);
      parts.along(p, [&](int64_t flat, int64_t i) {
        if (needs.read[flat])
          result.read.set(i);
      });
      return result;
    }
    return {};
  }
  if (auto expand = dyn_cast<tensor::ExpandShapeOp>(op)) {
    Parts parts(expand.getResultType(), expand.getReassociationIndices()[dimension]);
    return parts.isOne() ? facts.needsOf(expand.getResult(), parts.dimensions[0]) : SliceNeeds();
  }
  if (auto pad = dyn_cast<tensor::PadOp>(op)) {
    if (use.get() != pad.getSource() || isPadded(pad, dimension))
      return {};
    return facts.needsOf(pad.getResult(), dimension);
  }
  if (auto concat = dyn_cast<tensor::ConcatOp>(op)) {
    SliceNeeds needs = facts.needsOf(concat.getResult(), dimension);
    if (concat.getDim() != dimension || needs.read.empty())
      return concat.getDim() != dimension ? needs : SliceNeeds();
    int64_t first = 0;
    for (unsigned n = 0; n < use.getOperandNumber(); ++n)
      first += cast<RankedTensorType>(concat.getInputs()[n].getType()).getDimSize(dimension);
    SliceNeeds result;
    int64_t size = cast<RankedTensorType>(use.get().getType()).getDimSize(dimension);
    result.read.resize(size);
    for (int64_t i = 0; i < size; ++i)
      if (needs.read[first + i])
        result.read.set(i);
    return result;
  }
  return {};
}

//===----------------------------------------------------------------------===//
// Small forms
//===----------------------------------------------------------------------===//

static bool shrinkCollapse(ImplicitLocOpBuilder &b, tensor::CollapseShapeOp op,
                           Layouts &layouts) {
  TensorLayout source = layouts.of(op.getSrc()), result;
  bool empty = false;
  for (ArrayRef<int64_t> group : op.getReassociationIndices()) {
    Parts parts(op.getSrcType(), group);
    SliceLayout &layout = result.emplace_back();
    if (parts.isOne()) {
      layout = source[parts.dimensions[0]];
    } else {
      SmallVector<bool> kept(parts.known ? parts.count() : 0, true);
      for (auto [p, d] : llvm::enumerate(parts.dimensions)) {
        if (source[d].isFull())
          continue;
        if (!source[d].listed || !parts.known)
          return false;
        layout.listed = true;
        layout.extent = parts.count();
        parts.along(p, [&](int64_t flat, int64_t i) {
          if (!llvm::is_contained(source[d].kept, i))
            kept[flat] = false;
        });
      }
      for (auto [flat, keep] : llvm::enumerate(kept))
        if (layout.listed && keep)
          layout.kept.push_back(flat);
    }
    for (int64_t d : group) // a unit dimension that is dead stays where it is
      if (!source[d].isFull() && !llvm::is_contained(parts.dimensions, d))
        return false;
    empty |= layout.listed && layout.kept.empty();
  }
  Value small;
  if (!empty)
    small = tensor::CollapseShapeOp::create(b, layouts.typeOf(op.getResult(), result),
                                            layouts.get(b, op.getSrc(), source),
                                            op.getReassociationIndices());
  layouts.set(op.getResult(), small, result);
  return true;
}

static bool shrinkPad(ImplicitLocOpBuilder &b, tensor::PadOp op, ChannelFacts &facts,
                      Layouts &layouts) {
  TensorLayout source = layouts.of(op.getSource()), layout(source.size());
  for (auto [d, one] : llvm::enumerate(layout)) {
    if (source[d].isFull())
      continue;
    if (isPadded(op, d))
      return false;
    one = SliceLayout::of(op.getSourceType().getDimSize(d), facts.of(op.getResult(), d),
                          facts.needsOf(op.getResult(), d));
    if (one.listed && one.kept.empty())
      return false;
  }
  IRMapping mapping;
  mapping.map(op.getSource(), layouts.get(b, op.getSource(), layout));
  Operation *small = b.clone(*op, mapping);
  small->getResult(0).setType(layouts.typeOf(op.getResult(), layout));
  layouts.set(op.getResult(), small->getResult(0), layout);
  return true;
}

static bool shrinkConcat(ImplicitLocOpBuilder &b, tensor::ConcatOp op, ChannelFacts &facts,
                         Layouts &layouts) {
  unsigned axis = op.getDim();
  RankedTensorType type = op.getResultType();
  TensorLayout layout(type.getRank());
  std::vector<TensorLayout> inputs(op.getInputs().size(), layout);
  for (unsigned d = 0; d < layout.size(); ++d) {
    SliceLayout first = layouts.of(op.getInputs().front())[d];
    if (d != axis) {
      // All in the layout of the first, if they have it.
      bool agree = llvm::all_of(op.getInputs(), [&](Value input) { return layouts.of(input)[d] == first; });
      if (!agree)
        first = {};
      if (first.listed && first.kept.empty())
        return false;
      layout[d] = first;
      for (TensorLayout &input : inputs)
        input[d] = first;
      continue;
    }
    bool any = false;
    int64_t start = 0;
    SmallVector<int64_t> kept;
    for (auto [n, value] : llvm::enumerate(op.getInputs())) {
      SliceLayout own = layouts.of(value)[d];
      int64_t size = cast<RankedTensorType>(value.getType()).getDimSize(d);
      if (ShapedType::isDynamic(size))
        return false;
      if (!own.listed)
        own = {}; // chosen at run time: put back first
      any |= own.listed;
      inputs[n][d] = own;
      for (int64_t i = 0; i < size; ++i)
        if (own.isFull() || llvm::is_contained(own.kept, i))
          kept.push_back(start + i);
      start += size;
    }
    if (any)
      layout[d].listed = true, layout[d].kept = kept, layout[d].extent = start;
  }
  SmallVector<Value> small;
  for (auto [value, input] : llvm::zip_equal(op.getInputs(), inputs))
    if (!input[axis].listed || !input[axis].kept.empty())
      small.push_back(layouts.get(b, value, input));
  Value result;
  if (small.size() == 1)
    result = small.front();
  else if (!small.empty())
    result = tensor::ConcatOp::create(b, layouts.typeOf(op.getResult(), layout), axis, small);
  layouts.set(op.getResult(), result, layout);
  return true;
}

bool scratch::shrinkShapeStep(ImplicitLocOpBuilder &b, Operation *op, ChannelFacts &facts,
                              Layouts &layouts) {
  if (auto collapse = dyn_cast<tensor::CollapseShapeOp>(op))
    return shrinkCollapse(b, collapse, layouts);
  if (auto pad = dyn_cast<tensor::PadOp>(op))
    return shrinkPad(b, pad, facts, layouts);
  if (auto concat = dyn_cast<tensor::ConcatOp>(op))
    return shrinkConcat(b, concat, facts, layouts);
  return false;
}
