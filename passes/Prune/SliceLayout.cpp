//===- SliceLayout.cpp - tensors without their dead slices ----------------===//
#include "passes/Prune/SliceLayout.h"

#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace scratch;

static SliceLayout inOrder(SliceLayout layout, int64_t extent) {
  if (layout.listed && int64_t(layout.kept.size()) == extent)
    return {};
  llvm::sort(layout.masks, [](Value a, Value b) {
    return a.getAsOpaquePointer() < b.getAsOpaquePointer();
  });
  return layout;
}

SliceLayout SliceLayout::of(int64_t extent, const SliceFacts &facts, const SliceNeeds &needs) {
  SliceLayout layout;
  if (!facts.numbers.empty() || !needs.read.empty()) {
    layout.listed = true;
    layout.extent = extent;
    for (int64_t i = 0; i < extent; ++i)
      if (!facts.at(i) && needs.at(i))
        layout.kept.push_back(i);
    layout = inOrder(layout, extent);
    if (layout.listed)
      return layout; // what is known now goes first; masks of run time are left alone
  }
  layout.masks = facts.masks;
  for (Value mask : needs.masks)
    if (!llvm::is_contained(layout.masks, mask))
      layout.masks.push_back(mask);
  return inOrder(layout, extent);
}

SliceLayout SliceLayout::of(int64_t extent, const SliceNeeds &needs) {
  return of(extent, SliceFacts(), needs);
}

SmallVector<int64_t> SliceLayout::slices(int64_t extent) const {
  return listed ? kept : llvm::to_vector(llvm::seq<int64_t>(0, extent));
}

bool scratch::isFull(const TensorLayout &layout) {
  return llvm::all_of(layout, [](const SliceLayout &one) { return one.isFull(); });
}

TensorLayout Layouts::of(Value value) const {
  auto found = smallOnes.find(value);
  if (found != smallOnes.end())
    return found->second.layout;
  return TensorLayout(cast<RankedTensorType>(value.getType()).getRank());
}

void Layouts::set(Value value, Value small, TensorLayout layout) {
  smallOnes[value] = {small, std::move(layout)};
}

RankedTensorType Layouts::typeOf(Value value, const TensorLayout &layout) const {
  auto type = cast<RankedTensorType>(value.getType());
  SmallVector<int64_t> shape(type.getShape());
  for (auto [size, one] : llvm::zip_equal(shape, layout))
    if (!one.isFull())
      size = one.listed ? int64_t(one.kept.size()) : ShapedType::kDynamic;
  return RankedTensorType::get(shape, type.getElementType());
}

Value Layouts::fullExtent(ImplicitLocOpBuilder &b, Value value, unsigned dimension) {
  auto type = cast<RankedTensorType>(value.getType());
  if (!type.isDynamicDim(dimension))
    return arith::ConstantIndexOp::create(b, type.getDimSize(dimension));
  if (auto op = value.getDefiningOp<linalg::LinalgOp>(); op && op.hasPureTensorSemantics())
    return fullExtent(b, op.getDpsInits()[0], dimension);
  if (auto empty = value.getDefiningOp<tensor::EmptyOp>())
    return empty.getDynamicSize(dimension);
  return tensor::DimOp::create(b, value, dimension);
}

/// Whether a mask is all there is to weights in a layout: what is kept is inside.
static bool keepsWhole(const ConstantMask *constant, MaskApplyOp apply,
                       const TensorLayout &layout) {
  if (layout.size() != 2 || !constant)
    return llvm::any_of(layout, [&](const SliceLayout &one) {
      return llvm::is_contained(one.masks, apply.getMask());
    });
  for (int64_t i : layout[0].slices(constant->rows))
    for (int64_t j : layout[1].slices(constant->columns))
      if (!constant->holds(i, j))
        return false;
  return true;
}

Value Layouts::get(ImplicitLocOpBuilder &b, Value value, const TensorLayout &layout) {
  auto found = smallOnes.find(value);
  TensorLayout current = of(value);
  Value tensor = found == smallOnes.end() ? value : found->second.tensor;
  if (current == layout && tensor)
    return tensor;
  for (const Small &other : made[value])
    if (other.layout == layout)
      return other.tensor;
  bool known = llvm::all_of(layout, [](const SliceLayout &one) { return one.masks.empty(); });
  Value result;
  if (DenseElementsAttr elements = facts.constants.of(value);
      elements && known && canTakeSlices(elements)) {
    for (auto [d, one] : llvm::enumerate(layout))
      if (one.listed)
        elements = takeSlices(elements, d, one.kept);
    result = arith::ConstantOp::create(b, elements);
  } else if (auto apply = value.getDefiningOp<MaskApplyOp>();
             apply && keepsWhole(facts.constants.ofMask(apply.getMask()), apply, layout)) {
    result = get(b, apply.getWeights(), layout);
  } else if (auto fill = value.getDefiningOp<linalg::FillOp>()) {
    result = linalg::FillOp::create(b, fill.getInputs()[0],
                                    get(b, fill.getOutputs()[0], layout))
                 .getResult(0);
  } else if (value.getDefiningOp<tensor::EmptyOp>()) {
    RankedTensorType type = typeOf(value, layout);
    SmallVector<Value> sizes;
    for (auto [d, one] : llvm::enumerate(layout))
      if (type.isDynamicDim(d))
        sizes.push_back(one.isFull() ? fullExtent(b, value, d) : runListsOf(b, one.masks).count);
    result = tensor::EmptyOp::create(b, type.getShape(), type.getElementType(), sizes);
  } else if (!tensor) {
    result = fromNumbers(b, value, current, layout);
  } else {
    // First what makes it smaller, then what makes it larger.
    for (bool growing : {false, true})
      for (auto [d, one] : llvm::enumerate(layout))
        if (growing == !current[d].isFull())
          tensor = convert(b, value, tensor, d, current[d], one);
    result = tensor;
  }
  if (RankedTensorType type = typeOf(value, layout); result.getType() != type)
    result = tensor::CastOp::create(b, type, result); // lists know more than the type says
  made[value].push_back({result, layout});
  return result;
}
