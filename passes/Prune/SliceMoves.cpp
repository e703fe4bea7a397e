//===- SliceMoves.cpp - a tensor from one layout into another -------------===//
//
// Stage: import. Slices are gathered where all that are wanted are there, else
// scattered among the numbers that dead slices hold.
//
//===----------------------------------------------------------------------===//
#include "passes/Prune/SliceLayout.h"

#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace scratch;

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
  for (int64_t i : to.slices(known.numbers.size()))
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
    SmallVector<int64_t> had = from.slices(whole);
    SmallVector<int64_t> wanted = to.slices(whole);
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
