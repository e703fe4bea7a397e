//===- SplitRows.cpp - rows that outweigh their chunk ---------------------===//
#include "passes/Expand/Spgemm/SplitRows.h"

#include "passes/Emission/Search.h"
#include "passes/Expand/Epilogue.h"
#include "passes/Expand/RowLoops.h"

using namespace mlir;
using namespace scratch;

/// Chunks that a row must outweigh.
static constexpr int64_t kLeastShare = 8;
/// Mean length that B's segments keep in a window: each is searched twice there, which costs
/// about as much as merging twenty entries.
static constexpr int64_t kLeastLength = 64;

bool SplitRows::suits(const OpenProduct &product) {
  return product.mask.empty() && !product.init && !product.partials && product.rhs.ordered &&
         !looksAtRows(product.op.getEpilogue());
}

SplitRows::SplitRows(LoopBuilder &b, const OpenProduct &product, const Variants &variants,
                     const Bounds &bounds, const Blocks &blocks, const RowTiles &tiles,
                     Value starts, Value chunks)
    : b(b), product(product), variants(variants), bounds(bounds), blocks(blocks), tiles(tiles),
      starts(starts), chunks(chunks),
      partCounts(AllocateOp::create(b, bufferOf(b.getI64Type()), ValueRange{chunks},
                                    /*zeroed=*/true)) {}

SplitRows::Part SplitRows::partOf(Value chunk, Value first, Value last) const {
  Value one = b.index(1), ends = memref::DimOp::create(b, starts, 0);
  // Bounds that equal `last`: the first ends the row's own chunk.
  Value from = emitLowerBound(b, starts, b.index(0), ends, last);
  Value behind = emitUpperBound(b, starts, from, ends, last);
  Part part;
  part.row = b.sub(last, one);
  Value share = b.sub(behind, from);
  auto [begin, end] = product.lhs.segment(b, part.row);
  Value least = b.mul(b.max(b.sub(end, begin), one), b.index(kLeastLength));
  part.parts =
      b.min(share, arith::DivUIOp::create(b, bounds.productsOfRows(part.row, last), least));
  part.number = b.select(b.equal(first, last), b.add(b.sub(chunk, from), one), b.index(0));
  part.split =
      b.bitAnd(b.lessEqual(b.index(kLeastShare), share), b.less(one, part.parts));
  if (blocks.possible())
    part.split = b.select(blocks.chosen(), b.bit(false), part.split);
  if (variants.kindOf(variants.ofWindows()) != AccumulatorKind::Hash)
    part.split = b.bitAnd(part.split, b.lessEqual(product.columns, bounds.window));
  return part;
}

Value SplitRows::compute(ValueRange accumulators, const Part &part,
                         const RowOutput &output) const {
  Value zero = b.index(0);
  RowShape shape = RowShape::of(b, product, part.row, zero);
  Value width = b.sub(b.max(shape.high, shape.low), shape.low);
  Value step = arith::CeilDivUIOp::create(b, width, part.parts);
  // Chunks that the row has more of than parts get nothing.
  Value most = b.add(shape.low, width);
  shape.low = b.min(b.add(shape.low, b.mul(part.number, step)), most);
  shape.high = b.min(b.add(shape.low, step), most);
  unsigned variant = variants.ofWindows();
  Value accumulator = accumulators[variants.placeInTiles(variant)];
  Value count = b.ifElse(
      b.less(shape.low, shape.high), {b.getIndexType()},
      [&] {
        return LoopBuilder::Values{tiles.compute(variants.kindOf(variant), accumulator, part.row,
                                                 shape, output, /*inPart=*/true)};
      },
      [&] { return LoopBuilder::Values{zero}; })[0];
  recordCount(b, "rows", variants.laneOf(variant),
              b.cast(b.equal(part.number, zero), b.getIndexType()));
  return product.finishRow(b, part.row, output, count);
}

void SplitRows::note(Value chunk, Value countPlusOne) const {
  b.storeIndex(countPlusOne, partCounts, chunk);
}

void SplitRows::close(Value positions) const {
  Value zero = b.index(0), one = b.index(1);
  b.loop(zero, countIfOk(b, chunks), [&](Value chunk) {
    Value count = b.loadIndex(partCounts, chunk);
    b.ifThen(b.notEqual(count, zero), [&] {
      Value row = b.loadIndex(starts, b.add(chunk, one));
      Value sum = b.add(b.loadIndex(positions, row), b.sub(count, one));
      b.storeIndex(sum, positions, row);
    });
  });
  ReleaseOp::create(b, partCounts);
}
