//===- HeadTensors.cpp - queries, keys and values of attention ------------===//
#include "passes/Expand/Attention/HeadTensors.h"

#include "passes/Expand/Operands.h"
#include "passes/Expand/RowLoops.h"
#include "runtime/abi/scratch.h"

#include "mlir/Dialect/Math/IR/Math.h"

using namespace mlir;
using namespace scratch;

/// Token numbers fit 32-bit lanes together with offsets (see MaskEmitter.cpp).
static constexpr int64_t kMostTokens = int64_t(1) << 26;

HeadTensor scratch::openHeads(LoopBuilder &b, Value tensor, Layout layout) {
  return {openDense(b, tensor), layout == Layout::Bhsd};
}

AttentionExtents AttentionExtents::open(LoopBuilder &b, Value q, Value k, Value v,
                                        Layout layout) {
  unsigned heads = layout == Layout::Bhsd ? 1 : 2, sequence = 3 - heads;
  AttentionExtents e;
  e.batches = extent(b, q, 0);
  e.queryHeads = extent(b, q, heads);
  e.keyHeads = extent(b, k, heads);
  e.queries = extent(b, q, sequence);
  e.keys = extent(b, k, sequence);
  e.size = extent(b, q, 3);
  e.valueSize = extent(b, v, 3);
  checkExtents(b, extent(b, k, 0), e.batches, "attention: batches of key");
  checkExtents(b, extent(b, v, 0), e.batches, "attention: batches of value");
  checkExtents(b, extent(b, k, 3), e.size, "attention: head size of key");
  checkExtents(b, extent(b, v, heads), e.keyHeads, "attention: heads of value");
  checkExtents(b, extent(b, v, sequence), e.keys, "attention: length of value");
  Value some = arith::MaxUIOp::create(b, e.keyHeads, b.index(1));
  Value perKeyHead = arith::DivUIOp::create(b, e.queryHeads, some);
  // Of no key head there is one multiple.
  checkExtents(b, b.sub(e.queryHeads, b.mul(perKeyHead, e.keyHeads)), b.index(0),
               "attention: query heads beyond a multiple of key heads");
  for (Value tokens : {e.queries, e.keys})
    FailOp::create(b, b.lessEqual(tokens, b.index(kMostTokens)), SCRATCH_INVALID_ARGUMENT,
                   "attention: tokens", tokens, b.index(kMostTokens));
  e.shared = arith::MaxUIOp::create(b, perKeyHead, b.index(1));
  return e;
}

Value scratch::emitScale(LoopBuilder &b, std::optional<APFloat> given, Value size, double unit) {
  auto real = [&](double value) -> Value {
    return arith::ConstantOp::create(b, b.getF32FloatAttr(value));
  };
  if (given)
    return real(given->convertToDouble() * unit);
  Value root = math::SqrtOp::create(
      b, arith::UIToFPOp::create(b, b.getF32Type(), b.cast(size, b.getI64Type())));
  return arith::DivFOp::create(b, real(unit), root);
}

Value scratch::allocateResult(LoopBuilder &b, Type type, ArrayRef<Value> extents, bool zeroed) {
  auto tensor = cast<RankedTensorType>(type);
  SmallVector<Value> sizes;
  for (auto [d, extent] : llvm::enumerate(extents))
    if (tensor.isDynamicDim(d))
      sizes.push_back(extent);
    else
      checkExtents(b, extent, b.index(tensor.getDimSize(d)), "attention: extent of the result");
  return AllocateOp::create(b, MemRefType::get(tensor.getShape(), tensor.getElementType()),
                            sizes, zeroed);
}
