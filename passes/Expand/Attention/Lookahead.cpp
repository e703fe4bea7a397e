//===- Lookahead.cpp - memory that is touched next ------------------------===//
#include "passes/Expand/Attention/Lookahead.h"

using namespace mlir;
using namespace scratch;

static constexpr int64_t kPaceBits = 16;

static int64_t elementsPerLine(Value flat) {
  constexpr int64_t kLineBits = 512;
  return kLineBits / cast<MemRefType>(flat.getType()).getElementTypeBitWidth();
}

ComingRange ComingRange::of(LoopBuilder &b, Value buffer, Value from, Value count,
                            bool isWritten) {
  ReassociationIndices all;
  for (int64_t d = 0; d < cast<MemRefType>(buffer.getType()).getRank(); ++d)
    all.push_back(d);
  Value flat = memref::CollapseShapeOp::create(b, buffer, SmallVector{all});
  Value end = memref::DimOp::create(b, flat, 0), first = b.min(from, end);
  return {flat, first, b.min(count, b.sub(end, first)), isWritten};
}

ComingRange ComingRange::either(LoopBuilder &b, Value first, const ComingRange &one,
                                const ComingRange &other) {
  Type element = cast<MemRefType>(one.flat.getType()).getElementType();
  auto type = MemRefType::get({ShapedType::kDynamic}, element);
  auto open = [&](const ComingRange &range) -> Value {
    return memref::CastOp::create(b, type, range.flat);
  };
  Value a = open(one), c = open(other);
  return {b.select(first, a, c), b.select(first, one.from, other.from),
          b.select(first, one.count, other.count), one.isWritten};
}

Lookahead::Lookahead(LoopBuilder &b, ArrayRef<ComingRange> ranges, Value steps) {
  Value some = b.max(steps, b.index(1));
  for (const ComingRange &range : ranges) {
    Value lines = arith::DivUIOp::create(b, range.count, b.index(elementsPerLine(range.flat)));
    Value pace = arith::DivUIOp::create(b, b.shiftLeft(lines, kPaceBits), some);
    streams.push_back({range, b.min(pace, b.index(1 << kPaceBits))});
  }
}

Value Lookahead::isWanted(LoopBuilder &b) const {
  Value any, zero = b.index(0);
  for (const Stream &stream : streams)
    any = any ? b.bitOr(any, stream.pace) : stream.pace;
  return any ? b.notEqual(any, zero) : any;
}

void Lookahead::ask(LoopBuilder &b, Value step) const {
  for (const auto &[range, pace] : streams) {
    Value line = b.shiftRight(b.mul(step, pace), kPaceBits);
    Value at = b.add(range.from, b.mul(line, b.index(elementsPerLine(range.flat))));
    memref::PrefetchOp::create(b, range.flat, ValueRange{at}, range.isWritten,
                               /*localityHint=*/2, /*isDataCache=*/true);
  }
}
