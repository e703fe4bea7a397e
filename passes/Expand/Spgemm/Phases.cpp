//===- Phases.cpp - a product by workers: all rows, once or twice ---------===//
//
// Stage: expand. One phase computes rows into pieces that are packed as they
// grow; two phases count every row, allocate, and compute rows where they
// belong.
//
//===----------------------------------------------------------------------===//
#include "passes/Expand/Spgemm/Workers.h"

#include "passes/Expand/RowLoops.h"
#include "passes/Expand/Spgemm/Positions.h"

using namespace mlir;
using namespace scratch;

Value Workers::computeInOnePhase() {
  Value zero = b.index(0), one = b.index(1), rows = product.rows;
  MemRefType coordinatesType = scratch::coordinatesType(product.resultType);
  MemRefType valuesType = scratch::valuesType(product.resultType);
  Value capacity = b.ifElse(
      StatusOp::create(b), {b.getIndexType()},
      [&] { return LoopBuilder::Values{rowBounds.entriesOfRows(zero, rows)}; },
      [&] { return LoopBuilder::Values{zero}; })[0];
  // Writers of whole vectors may go past the last entry.
  Value room = b.add(capacity, b.index(kSlack));
  Value allCoordinates = AllocateOp::create(b, coordinatesType, ValueRange{room},
                                            /*zeroed=*/false, /*reserved=*/true);
  Value allValues = AllocateOp::create(b, valuesType, ValueRange{room},
                                       /*zeroed=*/false, /*reserved=*/true);
  Value safeRows = countIfOk(b, rows);
  Value starts = blocks.partition(rowBounds.weights, safeRows);
  Value chunks = b.sub(memref::DimOp::create(b, starts, 0), one);
  Value pieces = PiecesOpenOp::create(
      b, bufferOf(b.getI8Type()), allCoordinates, allValues, chunks,
      largest(positionsType(product.resultType).getElementType()));
  std::optional<SplitRows> split;
  // The last accumulator is the one for blocks, if there are any.
  bool single = !blocks.possible() || variants.size() > 1;
  if (single && SplitRows::suits(product))
    split.emplace(b, product, variants, rowBounds, blocks, tiles, starts, chunks);
  parallelChunks(
      b, starts,
      [&] {
        LoopBuilder::Values state = open(single);
        if (blocks.possible())
          state.push_back(tables.make(*variants.blocking));
        return state;
      },
      [&](Value number, Value first, Value last, ValueRange state) {
        Chunk chunk{number, first, last, split ? &*split : nullptr, {}};
        Value begin = first;
        if (split) {
          chunk.part = split->partOf(number, first, last);
          begin = b.select(chunk.part.split, b.min(first, chunk.part.row), first);
        }
        Value bound = rowBounds.entriesOfRows(begin, last);
        auto piece = PiecesBeginOp::create(
            b, TypeRange{coordinatesType, valuesType, b.getIndexType()}, pieces, number, bound);
        RowOutput output{piece.getCoordinates(), piece.getValues(), piece.getAt()};
        Value written = computeBlockOrChunk(use(state), chunk, output);
        PiecesEndOp::create(b, pieces, number, b.sub(written, piece.getAt()));
      },
      [&](ValueRange state) { close(state); });
  PiecesCloseOp::create(b, pieces);
  if (split)
    split->close(positions);
  ReleaseOp::create(b, starts);
  Value total = scanCounts(b, product.resultType, positions, countIfOk(b, rows));
  Value size = countIfOk(b, total);
  coordinates = TrimOp::create(b, allCoordinates, size);
  values = TrimOp::create(b, allValues, size);
  return total;
}

/// All rows, in chunks that need no place of their own.
void Workers::forChunks(Value starts, const RowOutput &output, PlaceOfRow placeOfRow) const {
  parallelChunks(
      b, starts, [&] { return open(/*single=*/true); },
      [&](Value, Value first, Value last, ValueRange state) {
        computeRows(use(state), first, last, output.from(b.index(0)), placeOfRow);
      },
      [&](ValueRange state) { close(state); });
}

Value Workers::computeInTwoPhases() {
  Value safeRows = countIfOk(b, product.rows);
  Value starts =
      PartitionOp::create(b, bufferOf(b.getI64Type()), rowBounds.weights, safeRows);
  forChunks(starts, RowOutput(), nullptr);
  safeRows = countIfOk(b, product.rows);
  Value total = scanCounts(b, product.resultType, positions, safeRows);
  coordinates = AllocateOp::create(b, coordinatesType(product.resultType),
                                   ValueRange{total}, false);
  values =
      AllocateOp::create(b, valuesType(product.resultType), ValueRange{total}, false);
  // A failure since the first partition leaves no chunks for the second.
  Value again = PartitionOp::create(b, bufferOf(b.getI64Type()), rowBounds.weights,
                                    countIfOk(b, product.rows));
  forChunks(again, {coordinates, values, Value()},
            [&](Value row) { return b.loadIndex(positions, row); });
  ReleaseOp::create(b, starts);
  ReleaseOp::create(b, again);
  return total;
}
