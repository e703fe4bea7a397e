//===- ConstantTensors.cpp - tensors and masks known at compile time ------===//
#include "passes/Prune/ConstantTensors.h"

#include "passes/Prune/ConstantScores.h"

#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/DialectResourceBlobManager.h"
#include "mlir/IR/Matchers.h"

using namespace mlir;
using namespace scratch;

bool scratch::isZero(Attribute number) {
  if (auto real = dyn_cast_or_null<FloatAttr>(number))
    return real.getValue().isZero();
  auto integer = dyn_cast_or_null<IntegerAttr>(number);
  return integer && integer.getValue().isZero();
}

namespace {
/// A tensor seen as outer x extent x inner elements around one dimension.
struct Slices {
  int64_t outer = 1, extent, inner = 1;

  Slices(ShapedType type, unsigned dimension) : extent(type.getDimSize(dimension)) {
    for (auto [d, size] : llvm::enumerate(type.getShape()))
      (d < dimension ? outer : d > dimension ? inner : unused) *= size;
  }

private:
  int64_t unused = 1;
};
} // namespace

/// Bytes of an element, or 0 where elements are not whole bytes.
static int64_t bytesOf(DenseElementsAttr elements) {
  Type type = elements.getElementType();
  if (!type.isIntOrFloat() || type.getIntOrFloatBitWidth() % 8)
    return 0;
  return type.getIntOrFloatBitWidth() / 8;
}

static Attribute elementAt(DenseElementsAttr elements, int64_t at) {
  return elements.getValues<Attribute>()[at];
}

SmallVector<Attribute> scratch::uniformSlices(DenseElementsAttr elements, unsigned dimension) {
  Slices view(elements.getType(), dimension);
  SmallVector<Attribute> all(view.extent);
  int64_t size = bytesOf(elements);
  if (elements.isSplat() && view.outer * view.inner > 0)
    all.assign(view.extent, elements.getSplatValue<Attribute>());
  if (elements.isSplat() || !size)
    return all;
  const char *data = elements.getRawData().data();
  for (int64_t i = 0; i < view.extent; ++i) {
    const char *first = data + i * view.inner * size;
    bool same = true;
    for (int64_t o = 0; same && o < view.outer; ++o)
      for (int64_t n = 0; same && n < view.inner; ++n)
        same = !memcmp(first, data + ((o * view.extent + i) * view.inner + n) * size, size);
    if (same)
      all[i] = elementAt(elements, i * view.inner);
  }
  return all;
}

bool scratch::canTakeSlices(DenseElementsAttr elements) {
  return elements.isSplat() || bytesOf(elements);
}

DenseElementsAttr scratch::takeSlices(DenseElementsAttr elements, unsigned dimension,
                                      ArrayRef<int64_t> kept) {
  Slices view(elements.getType(), dimension);
  SmallVector<int64_t> shape(elements.getType().getShape());
  shape[dimension] = kept.size();
  auto type = RankedTensorType::get(shape, elements.getElementType());
  if (elements.isSplat())
    return elements.resizeSplat(type);
  int64_t run = view.inner * bytesOf(elements);
  ArrayRef<char> data = elements.getRawData();
  std::vector<char> taken;
  taken.reserve(view.outer * kept.size() * run);
  for (int64_t o = 0; o < view.outer; ++o)
    for (int64_t i : kept) {
      const char *from = data.data() + (o * view.extent + i) * run;
      taken.insert(taken.end(), from, from + run);
    }
  return DenseElementsAttr::getFromRawBuffer(type, taken);
}

DenseElementsAttr scratch::permuted(DenseElementsAttr elements, ArrayRef<int64_t> permutation) {
  SmallVector<int64_t> shape;
  for (int64_t d : permutation)
    shape.push_back(elements.getType().getDimSize(d));
  auto type = RankedTensorType::get(shape, elements.getElementType());
  if (elements.isSplat())
    return elements.resizeSplat(type);
  int64_t size = bytesOf(elements), rank = type.getRank();
  if (!size)
    return {};
  SmallVector<int64_t> strides(rank, 1), from(rank), at(rank, 0);
  for (int64_t d = rank - 1; d > 0; --d)
    strides[d - 1] = strides[d] * elements.getType().getDimSize(d);
  for (int64_t d = 0; d < rank; ++d)
    from[d] = strides[permutation[d]];
  std::vector<char> moved;
  moved.reserve(elements.getRawData().size());
  for (int64_t n = 0; n < type.getNumElements(); ++n) {
    int64_t offset = 0;
    for (int64_t d = 0; d < rank; ++d)
      offset += at[d] * from[d];
    const char *data = elements.getRawData().data() + offset * size;
    moved.insert(moved.end(), data, data + size);
    for (int64_t d = rank - 1; d >= 0 && ++at[d] == type.getDimSize(d); --d)
      at[d] = 0;
  }
  return DenseElementsAttr::getFromRawBuffer(type, moved);
}

/// Elements outside the mask become zero. A vector has one per row or column.
static DenseElementsAttr apply(DenseElementsAttr elements, const ConstantMask &mask,
                               MaskGranularity granularity) {
  int64_t size = bytesOf(elements);
  ShapedType type = elements.getType();
  if (!size || type.getNumElements() == 0)
    return {};
  ArrayRef<char> raw = elements.getRawData();
  std::vector<char> data(type.getNumElements() * size, 0);
  bool vector = type.getRank() == 1;
  for (int64_t n = 0; n < type.getNumElements(); ++n) {
    bool inside = !vector ? mask.entries[n]
                  : granularity == MaskGranularity::Row ? mask.holds(n, 0)
                                                        : mask.holds(0, n);
    if (inside)
      memcpy(&data[n * size], raw.data() + (elements.isSplat() ? 0 : n * size), size);
  }
  return DenseElementsAttr::getFromRawBuffer(type, data);
}

DenseElementsAttr ConstantTensors::compute(Value tensor) {
  auto type = dyn_cast<RankedTensorType>(tensor.getType());
  Operation *maker = tensor.getDefiningOp();
  if (!maker || !type || type.getEncoding() || !type.hasStaticShape())
    return {};
  Attribute attribute;
  if (matchPattern(tensor, m_Constant(&attribute))) {
    if (auto resource = dyn_cast<DenseResourceElementsAttr>(attribute)) {
      AsmResourceBlob *blob = resource.getRawHandle().getBlob();
      bool splat = false;
      if (!blob || !DenseElementsAttr::isValidRawBuffer(type, blob->getData(), splat))
        return {};
      return DenseElementsAttr::getFromRawBuffer(type, blob->getData());
    }
    return dyn_cast<DenseElementsAttr>(attribute);
  }
  if (isa<tensor::ExpandShapeOp, tensor::CollapseShapeOp>(maker)) {
    DenseElementsAttr source = of(maker->getOperand(0));
    return source ? source.reshape(type) : source;
  }
  if (auto op = dyn_cast<linalg::TransposeOp>(maker)) {
    DenseElementsAttr source = of(op.getInput());
    return source ? permuted(source, op.getPermutation()) : source;
  }
  if (auto op = dyn_cast<MaskApplyOp>(maker)) {
    DenseElementsAttr source = of(op.getWeights());
    const ConstantMask *mask = source ? ofMask(op.getMask()) : nullptr;
    return mask ? apply(source, *mask, op.getMask().getType().getGranularity())
                : DenseElementsAttr();
  }
  return {};
}

DenseElementsAttr ConstantTensors::of(Value tensor) {
  auto known = tensors.find(tensor);
  if (known != tensors.end())
    return known->second;
  DenseElementsAttr elements = compute(tensor);
  return tensors[tensor] = elements;
}

std::optional<ConstantMask> ConstantTensors::computeMask(Value mask) {
  Operation *maker = mask.getDefiningOp();
  auto type = cast<MaskType>(mask.getType());
  if (!maker || type.getShape().size() != 2)
    return std::nullopt;
  if (isa<MaskAndOp, MaskOrOp, MaskNotOp>(maker)) {
    const ConstantMask *first = ofMask(maker->getOperand(0));
    if (!first)
      return std::nullopt;
    ConstantMask result = *first; // a copy: the table may move
    if (isa<MaskNotOp>(maker)) {
      for (uint8_t &entry : result.entries)
        entry = !entry;
      return result;
    }
    const ConstantMask *second = ofMask(maker->getOperand(1));
    if (!second)
      return std::nullopt;
    for (auto [entry, other] : llvm::zip_equal(result.entries, second->entries))
      entry = isa<MaskAndOp>(maker) ? entry & other : entry | other;
    return result;
  }
  if (llvm::any_of(type.getShape(), ShapedType::isDynamic))
    return std::nullopt;
  if (auto from = dyn_cast<MaskFromOp>(maker)) {
    DenseElementsAttr elements = of(from.getTensor());
    if (!elements || from.repeats())
      return std::nullopt;
    ConstantUnits units(type);
    std::vector<uint8_t> kept;
    for (Attribute number : elements.getValues<Attribute>())
      kept.push_back(!isZero(number));
    return units.spread(kept);
  }
  auto constants = [&](Value tensor) { return of(tensor); };
  return chosenUnits(maker, type, constants);
}

const ConstantMask *ConstantTensors::ofMask(Value mask) {
  auto known = masks.find(mask);
  if (known == masks.end()) {
    std::optional<ConstantMask> computed = computeMask(mask);
    known = masks.try_emplace(mask, std::move(computed)).first;
  }
  return known->second ? &*known->second : nullptr;
}
