//===- Source.cpp - what a dense product reads ----------------------------===//
#include "passes/Expand/Dense/Source.h"

#include "passes/Expand/InitialValue.h"
#include "passes/Expand/Operands.h"
#include "passes/Expand/RowLoops.h"

#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/Matchers.h"

using namespace mlir;
using namespace scratch;
using Values = LoopBuilder::Values;

namespace {
/// result[low + spacing * i] = tensor[i] along each dimension, zero elsewhere.
struct Placement {
  Value tensor;
  Values extents, low;
  SmallVector<int64_t> spacing;
  SmallVector<bool> plain; ///< the dimension is as it was
};
} // namespace

static Value asValue(LoopBuilder &b, OpFoldResult size) {
  if (auto value = dyn_cast<Value>(size))
    return value;
  return b.index(cast<IntegerAttr>(cast<Attribute>(size)).getInt());
}

static bool isZero(Value scalar) {
  return scalar && matchPattern(scalar, m_AnyZeroFloat());
}

/// zeros with the whole of another tensor of the same rank inserted at a stride.
static tensor::InsertSliceOp spreadOut(Value tensor) {
  auto insert = tensor.getDefiningOp<tensor::InsertSliceOp>();
  if (!insert || insert.getSourceType().getRank() != insert.getDestType().getRank() ||
      !isFilledWith(insert.getDest(), FloatAttr::get(insert.getDestType().getElementType(), 0.0)))
    return {};
  auto isConstant = [](OpFoldResult size) { return getConstantIntValue(size).has_value(); };
  bool known = llvm::all_of(insert.getMixedStrides(), isConstant) &&
               llvm::all_of(insert.getMixedOffsets(), isZeroInteger);
  return known ? insert : tensor::InsertSliceOp();
}

static Placement placementOf(LoopBuilder &b, Value tensor) {
  Placement p;
  int64_t rank = cast<RankedTensorType>(tensor.getType()).getRank();
  p.spacing.assign(rank, 1);
  p.plain.assign(rank, true);
  p.low.assign(rank, b.index(0));
  Values high = p.low;
  if (auto pad = tensor.getDefiningOp<tensor::PadOp>(); pad && isZero(pad.getConstantPaddingValue())) {
    for (int64_t d = 0; d < rank; ++d) {
      OpFoldResult before = pad.getMixedLowPad()[d], after = pad.getMixedHighPad()[d];
      p.plain[d] = isZeroInteger(before) && isZeroInteger(after);
      p.low[d] = asValue(b, before), high[d] = asValue(b, after);
    }
    tensor = pad.getSource();
  }
  p.tensor = tensor;
  if (tensor::InsertSliceOp insert = spreadOut(tensor)) {
    for (int64_t d = 0; d < rank; ++d) {
      p.spacing[d] = *getConstantIntValue(insert.getMixedStrides()[d]);
      // Zeros may follow the last element.
      p.plain[d] &= p.spacing[d] == 1 && insert.getSourceType().getDimSize(d) ==
                                             insert.getDestType().getDimSize(d) &&
                    !insert.getSourceType().isDynamicDim(d);
    }
    p.tensor = insert.getSource();
    tensor = insert.getDest();
  }
  for (int64_t d = 0; d < rank; ++d)
    p.extents.push_back(b.add(b.add(extent(b, tensor, d), p.low[d]), high[d]));
  return p;
}

Value scratch::flatten(LoopBuilder &b, Value buffer) {
  int64_t rank = cast<MemRefType>(buffer.getType()).getRank();
  if (rank != 1) {
    SmallVector<ReassociationIndices> all(1);
    for (int64_t d = 0; d < rank; ++d)
      all[0].push_back(d);
    buffer = memref::CollapseShapeOp::create(b, buffer, all);
  }
  return memref::CastOp::create(
      b, bufferOf(cast<MemRefType>(buffer.getType()).getElementType()), buffer);
}

Value scratch::equalChunks(LoopBuilder &b, Value items, Value weight) {
  Value zero = b.index(0), one = b.index(1);
  Value weights = AllocateOp::create(b, bufferOf(b.getI64Type()), ValueRange{b.add(items, one)},
                                     /*zeroed=*/false);
  Value safe = countIfOk(b, items);
  b.ifThen(StatusOp::create(b), [&] {
    b.loop(zero, b.add(safe, one),
           [&](Value item) { b.storeIndex(b.mul(item, weight), weights, item); });
  });
  Value starts = PartitionOp::create(b, bufferOf(b.getI64Type()), weights, safe);
  ReleaseOp::create(b, weights);
  return starts;
}

Values DenseSource::strides(LoopBuilder &b) const {
  Values strides(extents.size());
  Value product = b.index(1);
  for (int64_t d = extents.size() - 1; d >= 0; --d) {
    strides[d] = product;
    product = b.mul(product, extents[d]);
  }
  return strides;
}

/// Nested loops over `counts`.
static void nest(LoopBuilder &b, ArrayRef<Value> counts, Values &at,
                 function_ref<void(ArrayRef<Value>)> body) {
  if (counts.empty())
    return body(at);
  b.loop(b.index(0), counts.front(), [&](Value i) {
    at.push_back(i);
    nest(b, counts.drop_front(), at, body);
    at.pop_back();
  });
}

Value scratch::widen(LoopBuilder &b, Value value, Type element) {
  if (getElementTypeOrSelf(value.getType()) == element)
    return value;
  Type type = element;
  if (auto vector = dyn_cast<VectorType>(value.getType()))
    type = VectorType::get(vector.getShape(), element);
  return arith::ExtFOp::create(b, type, value);
}

void scratch::copyRun(LoopBuilder &b, Value from, Value source, Value to, Value target,
                      Value count, int64_t lanes) {
  auto type = VectorType::get({lanes}, cast<MemRefType>(from.getType()).getElementType());
  Type element = cast<MemRefType>(to.getType()).getElementType();
  Value whole = b.sub(count, arith::RemUIOp::create(b, count, b.index(lanes)));
  b.loop(b.index(0), whole,
         [&](Value i) {
           Value v = vector::LoadOp::create(b, type, from, ValueRange{b.add(source, i)});
           vector::StoreOp::create(b, widen(b, v, element), to, ValueRange{b.add(target, i)});
         },
         lanes);
  b.loop(whole, count, [&](Value i) {
    b.store(widen(b, b.load(from, b.add(source, i)), element), to, b.add(target, i));
  });
}

static void clear(LoopBuilder &b, Value to, Value target, Value count, int64_t lanes) {
  Type element = cast<MemRefType>(to.getType()).getElementType();
  Value none = arith::ConstantOp::create(b, b.getZeroAttr(VectorType::get({lanes}, element)));
  Value zero = arith::ConstantOp::create(b, cast<TypedAttr>(b.getZeroAttr(element)));
  Value whole = b.sub(count, arith::RemUIOp::create(b, count, b.index(lanes)));
  b.loop(b.index(0), whole,
         [&](Value i) { vector::StoreOp::create(b, none, to, ValueRange{b.add(target, i)}); },
         lanes);
  b.loop(whole, count, [&](Value i) { b.store(zero, to, b.add(target, i)); });
}

DenseSource scratch::openSource(LoopBuilder &b, Value tensor, Type element, int64_t lanes) {
  Placement p = placementOf(b, tensor);
  int64_t rank = p.extents.size();
  DenseSource source{{}, p.extents, false};
  Value from = flatten(b, openDense(b, p.tensor));
  if (p.tensor == tensor && cast<MemRefType>(from.getType()).getElementType() == element) {
    source.flat = from;
    return source;
  }
  DenseSource original{from, {}, false};
  for (int64_t d = 0; d < rank; ++d)
    original.extents.push_back(extent(b, p.tensor, d));
  Values steps = source.strides(b), originalSteps = original.strides(b);
  Value size = b.mul(steps[0], p.extents[0]);
  // Each worker clears what it is about to fill, while that is in its cache.
  bool bySlab = p.plain[0], hasZeros = p.tensor != tensor;
  source.flat =
      AllocateOp::create(b, bufferOf(element), ValueRange{size}, /*zeroed=*/!bySlab);
  source.copied = true;
  // A run: dimensions that are as they were, and one more that is in one piece.
  int64_t first = rank;
  while (first > 1 && p.plain[first - 1])
    --first;
  if (first > 1 && p.spacing[first - 1] == 1)
    --first;
  Value run = first == rank ? b.index(1) : b.mul(originalSteps[first], original.extents[first]);
  Value weight = b.mul(b.index(2), arith::CeilDivUIOp::create(b, originalSteps[0], b.index(lanes)));
  Value chunks = equalChunks(b, original.extents[0], weight);
  parallelChunks(
      b, chunks, [] { return Values(); },
      [&](Value, Value begin, Value end, ValueRange) {
        b.loop(begin, end, [&](Value outermost) {
          if (bySlab && hasZeros)
            clear(b, source.flat, b.mul(outermost, steps[0]), steps[0], lanes);
          Values at{outermost};
          nest(b, ArrayRef(original.extents).slice(1, first - 1), at, [&](ArrayRef<Value> at) {
            Value target = b.index(0), place = b.index(0);
            for (int64_t d = 0; d < rank; ++d) {
              Value moved = p.low[d];
              if (d < first) {
                place = b.add(place, b.mul(at[d], originalSteps[d]));
                moved = b.add(moved, b.mul(at[d], b.index(p.spacing[d])));
              }
              target = b.add(target, b.mul(moved, steps[d]));
            }
            copyRun(b, from, place, source.flat, target, run, lanes);
          });
        });
      },
      [](ValueRange) {});
  ReleaseOp::create(b, chunks);
  return source;
}
