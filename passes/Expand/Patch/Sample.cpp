//===- Sample.cpp - keep-lists drawn at random ----------------------------===//
//
// One shuffle per sample, samples in parallel. A step of the shuffle settles who is
// at its place, so the inverse is written on the way.
//
//===----------------------------------------------------------------------===//
#include "passes/Expand/Patch/Patch.h"

#include "passes/Emission/RandomNumbers.h"
#include "passes/Expand/Operands.h"
#include "passes/Expand/RowLoops.h"
#include "runtime/abi/scratch.h"

using namespace mlir;
using namespace scratch;

/// floor(upper half of a random number * count / 2^32), for counts below 2^31.
static Value below(LoopBuilder &b, Value bits, Value count) {
  Value upper = b.shiftRight(bits, 32);
  return b.toIndex(b.shiftRight(b.mul(upper, b.cast(count, b.getI64Type())), 32));
}

LoopBuilder::Values scratch::expandPatchSample(LoopBuilder &b, PatchSampleOp op) {
  RankedTensorType keptType = op.getKept().getType(), placesType = op.getPlaces().getType();
  auto size = op.getSizes().begin();
  auto take = [&](bool known, int64_t extent) { return known ? b.index(extent) : *size++; };
  bool sample = keptType.isDynamicDim(0) && placesType.isDynamicDim(0);
  Value samples = take(!sample, keptType.isDynamicDim(0) ? placesType.getDimSize(0)
                                                         : keptType.getDimSize(0));
  Value kept = take(!keptType.isDynamicDim(1), keptType.getDimSize(1));
  Value tokens = take(!placesType.isDynamicDim(1), placesType.getDimSize(1));
  Value most = b.index(std::numeric_limits<int32_t>::max());
  FailOp::create(b, b.lessEqual(tokens, most), SCRATCH_INVALID_ARGUMENT, "patch_sample: tokens",
                 tokens, most);
  FailOp::create(b, b.lessEqual(kept, tokens), SCRATCH_INVALID_ARGUMENT,
                 "patch_sample: tokens to keep", kept, tokens);
  auto allocate = [&](RankedTensorType type, Value columns) -> Value {
    SmallVector<Value> sizes;
    if (type.isDynamicDim(0))
      sizes.push_back(samples);
    if (type.isDynamicDim(1))
      sizes.push_back(columns);
    return AllocateOp::create(b, MemRefType::get(type.getShape(), type.getElementType()), sizes,
                              /*zeroed=*/false);
  };
  Value keptBuffer = allocate(keptType, kept), placesBuffer = allocate(placesType, tokens);
  Value orders = AllocateOp::create(
      b, MemRefType::get({ShapedType::kDynamic, ShapedType::kDynamic}, b.getI32Type()),
      ValueRange{samples, tokens}, /*zeroed=*/false);
  Value zero = b.index(0);
  parallelRows(b, countIfOk(b, samples), [&](Value first, Value last) {
    b.loop(first, last, [&](Value sample) {
      b.loop(zero, tokens, [&](Value t) { b.store(b.cast(t, b.getI32Type()), orders, {sample, t}); });
      b.loop(zero, tokens, [&](Value s) {
        Value bits = emitRandomBits(b, op.getSeed(), b.add(b.mul(sample, tokens), s));
        Value other = b.add(s, below(b, bits, b.sub(tokens, s)));
        Value mine = b.load(orders, {sample, s}), theirs = b.load(orders, {sample, other});
        b.store(mine, orders, {sample, other});
        b.store(theirs, orders, {sample, s});
        b.store(b.cast(s, b.getI32Type()), placesBuffer, {sample, b.toIndex(theirs)});
      });
      b.loop(zero, kept, [&](Value s) {
        b.store(b.load(orders, {sample, s}), keptBuffer, {sample, s});
      });
    });
  });
  ReleaseOp::create(b, orders);
  return {asTensor(b, keptType, keptBuffer), asTensor(b, placesType, placesBuffer)};
}
