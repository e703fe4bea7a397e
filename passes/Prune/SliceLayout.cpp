//===- SliceLayout.cpp - tensors without their dead slices ----------------===//
#include "passes/Prune/SliceLayout.h"

#include "mlir/Dialect/SCF/IR/SCF.h"
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

//===----------------------------------------------------------------------===//
// Lists of slices
//===----------------------------------------------------------------------===//

void Layouts::bringForward(ImplicitLocOpBuilder &b, Value mask) {
  Operation *maker = mask.getDefiningOp();
  Operation *place = &*b.getInsertionPoint();
  if (!maker || maker->getBlock() != &block || maker->isBeforeInBlock(place))
    return;
  for (Value operand : maker->getOperands())
    bringForward(b, operand);
  maker->moveBefore(place);
}

Layouts::Lists Layouts::runListsOf(ImplicitLocOpBuilder &b, const RunMasks &masks) {
  for (auto &[known, lists] : runLists)
    if (known == masks)
      return lists;
  SmallVector<Value> bytes;
  for (Value mask : masks) {
    bringForward(b, mask);
    auto type = cast<MaskType>(mask.getType());
    int64_t size = type.getShape()[type.getGranularity() == MaskGranularity::Row ? 0 : 1];
    bytes.push_back(MaskBytesOp::create(b, RankedTensorType::get({size}, b.getI8Type()), mask));
  }
  Value zero = arith::ConstantIndexOp::create(b, 0), one = arith::ConstantIndexOp::create(b, 1);
  Value none = arith::ConstantIndexOp::create(b, -1);
  Value extent = tensor::DimOp::create(b, bytes[0], zero);
  Value empty = tensor::EmptyOp::create(
      b, ArrayRef<int64_t>{ShapedType::kDynamic}, b.getIndexType(), ValueRange{extent});
  Value other = tensor::EmptyOp::create(
      b, ArrayRef<int64_t>{ShapedType::kDynamic}, b.getIndexType(), ValueRange{extent});
  auto loop = scf::ForOp::create(
      b, zero, extent, one, ValueRange{empty, other, zero},
      [&](OpBuilder &nested, Location loc, Value i, ValueRange carried) {
        ImplicitLocOpBuilder body(loc, nested);
        Value kept;
        for (Value flags : bytes) {
          Value flag = tensor::ExtractOp::create(body, flags, i);
          kept = kept ? Value(arith::AndIOp::create(body, kept, flag)) : flag;
        }
        Value off = arith::ConstantIntOp::create(body, 0, 8);
        Value inside = arith::CmpIOp::create(body, arith::CmpIPredicate::ne, kept, off);
        // A slice that is not kept is overwritten by the next that is.
        Value list = tensor::InsertOp::create(body, i, carried[0], carried[2]);
        Value place = arith::SelectOp::create(body, inside, carried[2], none);
        Value places = tensor::InsertOp::create(body, place, carried[1], i);
        Value next = arith::AddIOp::create(body, carried[2], one);
        Value count = arith::SelectOp::create(body, inside, next, carried[2]);
        scf::YieldOp::create(body, ValueRange{list, places, count});
      });
  Lists lists;
  lists.count = loop.getResult(2);
  lists.places = loop.getResult(1);
  lists.kept = tensor::ExtractSliceOp::create(b, loop.getResult(0), {b.getIndexAttr(0)},
                                              {lists.count}, {b.getIndexAttr(1)});
  runLists.push_back({masks, lists});
  return lists;
}

static Value indexList(ImplicitLocOpBuilder &b, ArrayRef<int64_t> numbers) {
  auto type = RankedTensorType::get({int64_t(numbers.size())}, b.getIndexType());
  return arith::ConstantOp::create(b, DenseIntElementsAttr::get(type, numbers));
}

/// Of every entry of `to` its place in `from`, or -1.
static SmallVector<int64_t> placesIn(ArrayRef<int64_t> from, ArrayRef<int64_t> to) {
  SmallVector<int64_t> places;
  for (int64_t i : to) {
    auto at = llvm::lower_bound(from, i);
    places.push_back(at != from.end() && *at == i ? at - from.begin() : -1);
  }
  return places;
}

static SmallVector<int64_t> everySlice(int64_t extent) {
  return llvm::to_vector(llvm::seq<int64_t>(0, extent));
}

//===----------------------------------------------------------------------===//
// Between layouts
//===----------------------------------------------------------------------===//

/// An operation over the elements of a new tensor like `tensor` but for one
/// dimension: `body` gets the element's place and numbers of `lists` there.
static Value overSlices(ImplicitLocOpBuilder &b, Value tensor, unsigned dimension, Value extent,
                        int64_t size, ValueRange lists,
                        function_ref<Value(ImplicitLocOpBuilder &, SmallVector<Value>, ValueRange)>
                            body) {
  auto type = cast<RankedTensorType>(tensor.getType());
  SmallVector<int64_t> shape(type.getShape());
  shape[dimension] = size;
  SmallVector<Value> sizes;
  for (auto [d, one] : llvm::enumerate(shape))
    if (ShapedType::isDynamic(one))
      sizes.push_back(d == dimension ? extent : Value(tensor::DimOp::create(b, tensor, d)));
  Value empty = tensor::EmptyOp::create(b, shape, type.getElementType(), sizes);
  AffineMap all = b.getMultiDimIdentityMap(type.getRank());
  SmallVector<AffineMap> maps(lists.size(), AffineMap::get(type.getRank(), 0,
                                                           b.getAffineDimExpr(dimension)));
  maps.push_back(all);
  SmallVector<utils::IteratorType> iterators(type.getRank(), utils::IteratorType::parallel);
  return linalg::GenericOp::create(
             b, empty.getType(), lists, ValueRange{empty}, maps, iterators,
             [&](OpBuilder &nested, Location loc, ValueRange arguments) {
               ImplicitLocOpBuilder inner(loc, nested);
               SmallVector<Value> at;
               for (int64_t d = 0; d < type.getRank(); ++d)
                 at.push_back(linalg::IndexOp::create(inner, d));
               linalg::YieldOp::create(inner, body(inner, at, arguments.drop_back()));
             })
      .getResult(0);
}

Value Layouts::gather(ImplicitLocOpBuilder &b, Value tensor, unsigned dimension, Value kept,
                      Value count, int64_t size) {
  ++numGathers;
  return overSlices(b, tensor, dimension, count, size, {kept},
                    [&](ImplicitLocOpBuilder &body, SmallVector<Value> at, ValueRange lists) {
                      at[dimension] = lists[0];
                      return tensor::ExtractOp::create(body, tensor, at);
                    });
}

Value Layouts::scatter(ImplicitLocOpBuilder &b, Value tensor, unsigned dimension, Value places,
                       Value fill, Value extent, int64_t size) {
  ++numScatters;
  Type element = cast<RankedTensorType>(tensor.getType()).getElementType();
  SmallVector<Value> lists = {places};
  if (fill)
    lists.push_back(fill);
  return overSlices(
      b, tensor, dimension, extent, size, lists,
      [&](ImplicitLocOpBuilder &body, SmallVector<Value> at, ValueRange lists) -> Value {
        Value first = arith::ConstantIndexOp::create(body, 0);
        Value kept =
            arith::CmpIOp::create(body, arith::CmpIPredicate::sge, lists[0], first);
        auto choice = scf::IfOp::create(
            body, kept,
            [&](OpBuilder &nested, Location loc) {
              at[dimension] = lists[0];
              scf::YieldOp::create(nested, loc,
                                   tensor::ExtractOp::create(nested, loc, tensor, at).getResult());
            },
            [&](OpBuilder &nested, Location loc) {
              Value dead = lists.size() > 1
                               ? lists[1]
                               : Value(arith::ConstantOp::create(
                                     nested, loc,
                                     cast<TypedAttr>(nested.getZeroAttr(element))));
              scf::YieldOp::create(nested, loc, dead);
            });
        return choice.getResult(0);
      });
}

Value Layouts::fillOf(ImplicitLocOpBuilder &b, Value value, unsigned dimension,
                      const SliceLayout &to) {
  auto type = cast<RankedTensorType>(value.getType());
  const SliceFacts &known = facts.of(value, dimension);
  if (known.numbers.empty() || !to.masks.empty())
    return {};
  Attribute zero = b.getZeroAttr(type.getElementType());
  SmallVector<Attribute> numbers;
  for (int64_t i : to.listed ? to.kept : everySlice(known.numbers.size()))
    numbers.push_back(known.numbers[i] ? known.numbers[i] : zero); // or nobody reads it
  if (llvm::all_of(numbers, [](Attribute number) { return isZero(number); }))
    return {};
  auto fill = RankedTensorType::get({int64_t(numbers.size())}, type.getElementType());
  return arith::ConstantOp::create(b, DenseElementsAttr::get(fill, numbers));
}

Value Layouts::convert(ImplicitLocOpBuilder &b, Value value, Value tensor, unsigned dimension,
                       const SliceLayout &from, const SliceLayout &to) {
  if (from == to)
    return tensor;
  int64_t extent = cast<RankedTensorType>(value.getType()).getDimSize(dimension);
  if ((from.listed || from.isFull()) && (to.listed || to.isFull())) {
    // The lists know the extent where the type does not.
    int64_t whole = from.listed ? from.extent : to.extent;
    SmallVector<int64_t> had = from.listed ? from.kept : everySlice(whole);
    SmallVector<int64_t> wanted = to.listed ? to.kept : everySlice(whole);
    SmallVector<int64_t> places = placesIn(had, wanted);
    int64_t size = wanted.size();
    if (!llvm::is_contained(places, -1))
      return gather(b, tensor, dimension, indexList(b, places), Value(), size);
    return scatter(b, tensor, dimension, indexList(b, places), fillOf(b, value, dimension, to),
                   Value(), size);
  }
  if (from.isFull()) {
    Lists lists = runListsOf(b, to.masks);
    return gather(b, tensor, dimension, lists.kept, lists.count, ShapedType::kDynamic);
  }
  if (!to.isFull()) // by way of the whole
    return convert(b, value, convert(b, value, tensor, dimension, from, {}), dimension, {}, to);
  Value whole = ShapedType::isDynamic(extent) ? fullExtent(b, value, dimension) : Value();
  return scatter(b, tensor, dimension, runListsOf(b, from.masks).places, Value(), whole, extent);
}

Value Layouts::fromNumbers(ImplicitLocOpBuilder &b, Value value, const TensorLayout &from,
                           const TensorLayout &to) {
  unsigned dead = 0;
  while (!from[dead].listed || !from[dead].kept.empty())
    ++dead;
  RankedTensorType type = typeOf(value, to);
  if (type.isDynamicDim(dead) && to[dead].isFull()) {
    SmallVector<int64_t> shape(type.getShape());
    shape[dead] = from[dead].extent;
    type = type.clone(shape);
  }
  SmallVector<Value> sizes;
  for (auto [d, layout] : llvm::enumerate(to))
    if (type.isDynamicDim(d))
      sizes.push_back(layout.isFull() ? fullExtent(b, value, d)
                                      : runListsOf(b, layout.masks).count);
  Value empty = tensor::EmptyOp::create(b, type.getShape(), type.getElementType(), sizes);
  Value fill = fillOf(b, value, dead, to[dead]);
  if (!fill) {
    Value zero = arith::ConstantOp::create(b, cast<TypedAttr>(b.getZeroAttr(type.getElementType())));
    return linalg::FillOp::create(b, zero, empty).getResult(0);
  }
  SmallVector<int64_t> others;
  for (int64_t d = 0; d < type.getRank(); ++d)
    if (d != int64_t(dead))
      others.push_back(d);
  return linalg::BroadcastOp::create(b, fill, empty, others)->getResult(0);
}

/// Whether a mask is all there is to weights in a layout: what is kept is inside.
static bool keepsWhole(const ConstantMask *constant, MaskApplyOp apply,
                       const TensorLayout &layout) {
  if (layout.size() != 2 || !constant)
    return llvm::any_of(layout, [&](const SliceLayout &one) {
      return llvm::is_contained(one.masks, apply.getMask());
    });
  auto along = [](const SliceLayout &one, int64_t extent) {
    return one.listed ? one.kept : everySlice(extent);
  };
  for (int64_t i : along(layout[0], constant->rows))
    for (int64_t j : along(layout[1], constant->columns))
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
