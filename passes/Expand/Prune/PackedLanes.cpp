//===- PackedLanes.cpp - packed weights times few samples -----------------===//
//
// Stage: expand. Rows whose values are spread over lanes (LaneProduct.h), a few
// of them at once; samples lie one after the other, in a copy where they are a matrix,
// or where lanes may read past the last one.
//
//===----------------------------------------------------------------------===//
#include "passes/Expand/Dense/Source.h"
#include "passes/Expand/Operands.h"
#include "passes/Expand/Prune/LaneProduct.h"
#include "passes/Expand/Prune/PackedProduct.h"
#include "passes/Expand/RowLoops.h"

using namespace mlir;
using namespace scratch;
using Values = LoopBuilder::Values;

namespace {
class PackedLanes : PackedProduct {
public:
  PackedLanes(const PackedProduct &product, int64_t count)
      : PackedProduct(product), count(count) {}
  void emit(const PackedEntries &entries);

private:
  /// Samples one after the other, and zeros after them: `count` in all, and `behind`.
  Value turned(int64_t behind);
  void store(Value row, ArrayRef<Value> sums);

  int64_t count;
};
} // namespace

Value PackedLanes::turned(int64_t behind) {
  Value size = b.add(b.mul(depth, b.index(count)), b.index(behind));
  Value copy = AllocateOp::create(b, bufferOf(element), ValueRange{size}, /*zeroed=*/true);
  Value samples = isMatrix ? columns : b.index(1);
  b.ifThen(StatusOp::create(b), [&] {
    b.loop(b.index(0), depth, [&](Value k) {
      b.loop(b.index(0), samples, [&](Value s) {
        b.store(b.load(rhs, b.add(b.mul(k, samples), s)), copy, b.add(b.mul(s, depth), k));
      });
    });
  });
  return copy;
}

void PackedLanes::store(Value row, ArrayRef<Value> sums) {
  for (int64_t s = 0; s < count; ++s) {
    auto one = [&] {
      SmallVector<Value> at{row};
      if (isMatrix)
        at.push_back(b.index(s));
      Value sum = sums[s];
      if (init)
        sum = arith::AddFOp::create(b, b.load(init, at), sum);
      b.store(finish(sum, row), result, at);
    };
    if (s == 0 || 2 * s <= count - 1)
      one();
    else // as many as fill half of them are there
      b.ifThen(b.less(b.index(s), columns), one);
  }
}

void PackedLanes::emit(const PackedEntries &entries) {
  int64_t behind = lanesBehind(op.getPacking(), vectorBits());
  Value samples = isMatrix || behind ? turned(behind) : rhs;
  LaneOperands operands{op.getPacking(),    vectorBits(), entries.positions(), entries.bytes(),
                        entries.elements(), rows,         depth,               samples,
                        depth};
  int64_t high = laneRows(op.getPacking(), count);
  Value height = b.index(high);
  Value blocks = arith::CeilDivUIOp::create(b, rows, height);
  Value vectors = arith::CeilDivUIOp::create(b, depth, b.index(vectorBits() / bits));
  Value chunks = equalChunks(b, blocks, b.mul(height, b.max(vectors, b.index(1))));
  parallelChunks(
      b, chunks, [] { return Values(); },
      [&](Value, Value first, Value last, ValueRange) {
        // Row i of every share of the chunk: as many streams, each without a gap.
        Value apart = b.sub(last, first), begin = b.mul(first, height);
        b.loop(b.index(0), apart, [&](Value number) {
          Value top = b.add(begin, number);
          Values sums = emitLaneProduct(b, operands, top, apart, count);
          for (int64_t r = 0; r < high; ++r) {
            Value row = r ? b.add(top, b.mul(apart, b.index(r))) : top;
            ArrayRef<Value> own = ArrayRef(sums).slice(r * count, count);
            if (r == 0)
              store(row, own);
            else
              b.ifThen(b.less(row, rows), [&] { store(row, own); });
          }
        });
      },
      [](ValueRange) {});
  ReleaseOp::create(b, chunks);
  if (isMatrix || behind)
    ReleaseOp::create(b, samples);
}

void scratch::emitPackedLanes(const PackedProduct &product, const PackedEntries &entries,
                              int64_t count) {
  PackedLanes(product, count).emit(entries);
}
