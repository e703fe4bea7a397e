//===- Giants.cpp - row-wise SpGEMM: rows that outweigh their chunk -------===//
//
// Stage: expand. A row with a large share of all products would keep one worker busy
// while the others wait. `partition` cuts by weight, so such a row leaves empty chunks
// behind it: they take its columns, a window each, and the chunk that the row is in the
// first window. Windows are pieces of the result one after the other, as rows are.
//
// How many there are follows from the weights alone, and a column's products meet in one
// window, in the order of A's entries: the result does not depend on the threads, nor on
// whether the row was split.
//
//===----------------------------------------------------------------------===//
#include "passes/Expand/Spgemm/RowWise.h"

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

bool RowWiseProduct::splitsRows() {
  return mask.empty() && !init && !partials && rhs.ordered && !looksAtRows(op.getEpilogue());
}

/// The accumulator that windows of a split row use: one that takes any of them.
unsigned RowWiseProduct::windowVariant() const {
  return firstOf({AccumulatorKind::Tiered, AccumulatorKind::Dense, AccumulatorKind::Grouped,
                  AccumulatorKind::Blocked, AccumulatorKind::Hash});
}

/// Which window of which row the chunk [first, last) ends with, if that row is split.
RowWiseProduct::RowPart RowWiseProduct::partOfChunk(Value starts, Value chunk, Value first,
                                                    Value last) {
  Value one = b.index(1), bounds = memref::DimOp::create(b, starts, 0);
  // Bounds that equal `last`: the first ends the row's own chunk.
  Value from = emitLowerBound(b, starts, b.index(0), bounds, last);
  Value behind = emitUpperBound(b, starts, from, bounds, last);
  RowPart part;
  part.row = b.sub(last, one);
  Value share = b.sub(behind, from);
  auto [begin, end] = lhs.segment(b, part.row);
  Value least = b.mul(b.max(b.sub(end, begin), one), b.index(kLeastLength));
  part.parts = b.min(share, arith::DivUIOp::create(b, productsOfRows(part.row, last), least));
  part.number = b.select(b.equal(first, last), b.add(b.sub(chunk, from), one), b.index(0));
  part.split =
      b.bitAnd(b.lessEqual(b.index(kLeastShare), share), b.less(one, part.parts));
  if (computesBlocks())
    part.split = b.select(inBlocks, b.bit(false), part.split);
  if (variants[windowVariant()].getAccumulator() != AccumulatorKind::Hash)
    part.split = b.bitAnd(part.split, b.lessEqual(columns, window));
  return part;
}

/// Entries of one window of a row, written from `at` on; returns how many.
Value RowWiseProduct::computePart(ValueRange accumulators, const RowPart &part, Value at) {
  Value zero = b.index(0);
  RowShape shape = measureRow(part.row, zero);
  Value width = b.sub(b.max(shape.high, shape.low), shape.low);
  Value step = arith::CeilDivUIOp::create(b, width, part.parts);
  // Chunks that the row has more of than parts get nothing.
  Value most = b.add(shape.low, width);
  Value low = b.min(b.add(shape.low, b.mul(part.number, step)), most);
  Value high = b.min(b.add(low, step), most);
  wanted = {low, high};
  shape.low = low;
  shape.high = high;
  unsigned variant = windowVariant();
  size_t number = llvm::find(tiled, variant) - tiled.begin();
  Value count = b.ifElse(
      b.less(low, high), {b.getIndexType()},
      [&] {
        return LoopBuilder::Values{accumulateRow(variant, accumulators[number], part.row, shape,
                                                 Mode::Drain, at)};
      },
      [&] { return LoopBuilder::Values{zero}; })[0];
  wanted.reset();
  recordCount(b, "rows", firstRecord + variant,
              b.cast(b.equal(part.number, zero), b.getIndexType()));
  return emitSparseEpilogue(b, op.getEpilogue(),
                            {coordinates, values, at, count, part.row, columnMajor});
}

/// The chunk's rows, the last of them perhaps in part; returns the end of what was written.
/// `partCounts` gets the entries of a part plus one; zero says that there is none.
Value RowWiseProduct::computeChunk(ValueRange accumulators, const RowPart &part,
                                   Value partCounts, Value chunk, Value first, Value last,
                                   Value at) {
  Value one = b.index(1), ok = StatusOp::create(b);
  if (!partCounts)
    return computeRows(accumulators, first, b.select(ok, last, first), Mode::Drain, at, {});
  Value split = b.bitAnd(part.split, ok);
  Value whole = b.select(split, part.row, b.select(ok, last, first));
  Value written = computeRows(accumulators, first, whole, Mode::Drain, at, {});
  return b.ifElse(
      split, {b.getIndexType()},
      [&] {
        Value count = computePart(accumulators, part, written);
        b.storeIndex(b.add(count, one), partCounts, chunk);
        // The parts are added up when all are known.
        b.ifThen(b.equal(part.number, b.index(0)),
                 [&] { b.storeIndex(b.index(0), positions, last); });
        return LoopBuilder::Values{b.add(written, count)};
      },
      [&] { return LoopBuilder::Values{written}; })[0];
}

/// Entries of split rows: the sums of their parts.
void RowWiseProduct::addParts(Value starts, Value partCounts, Value chunks) {
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
