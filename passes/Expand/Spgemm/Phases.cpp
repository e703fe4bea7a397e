//===- Phases.cpp - row-wise SpGEMM: all rows, once or twice --------------===//
//
// Stage: expand. One phase computes rows into pieces that are packed as they
// grow; two phases count every row, allocate, and compute rows where they
// belong.
//
//===----------------------------------------------------------------------===//
#include "passes/Expand/Spgemm/RowWise.h"

#include "passes/Expand/RowLoops.h"
#include "passes/Expand/Spgemm/BitmapPanel.h"
#include "runtime/abi/scratch.h"

using namespace mlir;
using namespace scratch;

/// Elements behind the result that emission may spoil.
static constexpr int64_t kSlack = 64;

/// Buffers in a worker's state, in front of its accumulators.
unsigned RowWiseProduct::workerBuffers() const {
  return asBitmap ? 1 + BitmapPanel::kBuffers : 1;
}

/// What a worker has: how many rows each variant took (one buffer: as carried values they
/// would fill the registers of loops over short rows), a piece of a bitmap, and its accumulators.
LoopBuilder::Values RowWiseProduct::openWorker(bool single) {
  LoopBuilder::Values state{AllocateOp::create(b, bufferOf(b.getI64Type()),
                                               ValueRange{b.index(variants.size())},
                                               /*zeroed=*/true)};
  if (asBitmap)
    state.append(BitmapPanel::open(b, rhs, semiring.element, blockRows, asBitmap));
  if (single)
    state.append(makeAccumulators());
  return state;
}

/// The accumulators of a worker that begins a chunk.
ValueRange RowWiseProduct::useWorker(ValueRange state) {
  unsigned buffers = workerBuffers();
  rowsTaken = state.front();
  panelBuffers = state.take_front(buffers).drop_front();
  return state.drop_front(buffers);
}

void RowWiseProduct::closeWorker(ValueRange state) {
  b.ifThen(StatusOp::create(b), [&] {
    for (unsigned v = 0; v < variants.size(); ++v)
      recordCount(b, "rows", firstRecord + v, b.loadIndex(state.front(), b.index(v)));
  });
  unsigned buffers = workerBuffers();
  for (Value buffer : state.take_front(buffers))
    ReleaseOp::create(b, buffer);
  destroyAccumulators(state.drop_front(buffers));
}

/// Rows [first, last) one after the other, each where `placeOfRow` says;
/// without it the first one at `at` and each next one behind it. Returns the
/// end.
Value RowWiseProduct::computeRows(ValueRange accumulators, Value first,
                                  Value last, Mode mode, Value at,
                                  function_ref<Value(Value)> placeOfRow) {
  Value one = b.index(1);
  Value zero = b.index(0);
  auto counts = b.loop(first, last, {at, zero, zero}, [&](Value row, ValueRange before) {
    Value place = placeOfRow ? placeOfRow(row) : before[0];
    auto [count, choice, key, settled] =
        computeRow(accumulators, row, mode, place, before[1], before[2]);
    if (mode == Mode::Count || !placeOfRow)
      b.storeIndex(count, positions, b.add(row, one));
    if (mode == Mode::Drain)
      b.storeIndex(b.add(b.loadIndex(rowsTaken, choice), one), rowsTaken, choice);
    return LoopBuilder::Values{b.add(before[0], count), key, settled};
  });
  if (mode == Mode::Drain)
    recordCount(b, "chunks", 0, one);
  return counts[0];
}

/// Counts in positions[1..] become positions; the total is checked in 64 bits.
Value RowWiseProduct::scanCounts(Value safeRows) {
  Value zero = b.index(0), one = b.index(1);
  Value total = b.loop(zero, safeRows, {zero}, [&](Value row, ValueRange sum) {
                   Value next = b.add(row, one);
                   Value after = b.add(sum[0], b.loadIndex(positions, next));
                   b.storeIndex(after, positions, next);
                   return LoopBuilder::Values{after};
                 }).front();
  checkTotal(total);
  return total;
}

/// Positions of the result must be able to say `total`.
void RowWiseProduct::checkTotal(Value total) {
  int64_t widest = largest(positionsType(resultType).getElementType());
  if (widest == std::numeric_limits<int64_t>::max())
    return;
  Value limit = b.index(widest);
  FailOp::create(b, b.lessEqual(total, limit), SCRATCH_INDEX_OVERFLOW,
                 "spgemm: entries of the result", total, limit);
}

Value RowWiseProduct::onePhase() {
  Value zero = b.index(0), one = b.index(1);
  Value capacity = b.ifElse(
      StatusOp::create(b), {b.getIndexType()},
      [&] { return LoopBuilder::Values{boundOfRows(zero, rows)}; },
      [&] { return LoopBuilder::Values{zero}; })[0];
  // Writers of whole vectors may go past the last entry.
  Value room = b.add(capacity, b.index(kSlack));
  Value allCoordinates = AllocateOp::create(b, coordinatesType(resultType),
                                            ValueRange{room}, /*zeroed=*/false,
                                            /*reserved=*/true);
  Value allValues =
      AllocateOp::create(b, valuesType(resultType), ValueRange{room},
                         /*zeroed=*/false, /*reserved=*/true);
  Value safeRows = countIfOk(b, rows);
  Value starts = partitionRows(safeRows);
  Value chunks = b.sub(memref::DimOp::create(b, starts, 0), one);
  Value pieces = PiecesOpenOp::create(b, bufferOf(b.getI8Type()),
                                      allCoordinates, allValues, chunks,
                                      largest(positionsType(resultType)
                                                  .getElementType()));
  Value partCounts;
  // The last accumulator is the one for blocks, if there are any.
  bool single = !computesBlocks() || variants.size() > 1;
  if (single && splitsRows())
    partCounts = AllocateOp::create(b, bufferOf(b.getI64Type()), ValueRange{chunks},
                                    /*zeroed=*/true);
  parallelChunks(
      b, starts,
      [&] {
        LoopBuilder::Values state = openWorker(single);
        if (computesBlocks())
          state.push_back(makeAccumulator(variants[*blocking]));
        return state;
      },
      [&](Value chunk, Value first, Value last, ValueRange state) {
        ValueRange accumulators = useWorker(state);
        RowPart part;
        Value begin = first;
        if (partCounts) {
          part = partOfChunk(starts, chunk, first, last);
          begin = b.select(part.split, b.min(first, part.row), first);
        }
        Value bound = boundOfRows(begin, last);
        auto piece = PiecesBeginOp::create(
            b,
            TypeRange{coordinatesType(resultType), valuesType(resultType),
                      b.getIndexType()},
            pieces, chunk, bound);
        coordinates = piece.getCoordinates();
        values = piece.getValues();
        Value written = computeBlockOrChunk(accumulators, part, partCounts, chunk, first, last,
                                            piece.getAt());
        PiecesEndOp::create(b, pieces, chunk, b.sub(written, piece.getAt()));
      },
      [&](ValueRange state) { closeWorker(state); });
  PiecesCloseOp::create(b, pieces);
  if (partCounts)
    addParts(starts, partCounts, chunks);
  ReleaseOp::create(b, starts);
  Value total = scanCounts(countIfOk(b, rows));
  Value size = countIfOk(b, total);
  coordinates = TrimOp::create(b, allCoordinates, size);
  values = TrimOp::create(b, allValues, size);
  return total;
}

/// All rows, in chunks that need no place of their own.
void RowWiseProduct::forChunks(Value starts, Mode mode,
                               function_ref<Value(Value)> placeOfRow) {
  parallelChunks(
      b, starts, [&] { return openWorker(/*single=*/true); },
      [&](Value, Value first, Value last, ValueRange state) {
        computeRows(useWorker(state), first, last, mode, b.index(0), placeOfRow);
      },
      [&](ValueRange state) { closeWorker(state); });
}

Value RowWiseProduct::twoPhases() {
  Value safeRows = countIfOk(b, rows);
  Value starts =
      PartitionOp::create(b, bufferOf(b.getI64Type()), weights, safeRows);
  forChunks(starts, Mode::Count, nullptr);
  safeRows = countIfOk(b, rows);
  Value total = scanCounts(safeRows);
  coordinates = AllocateOp::create(b, coordinatesType(resultType),
                                   ValueRange{total}, false);
  values =
      AllocateOp::create(b, valuesType(resultType), ValueRange{total}, false);
  // A failure since the first partition leaves no chunks for the second.
  Value again = PartitionOp::create(b, bufferOf(b.getI64Type()), weights,
                                    countIfOk(b, rows));
  forChunks(again, Mode::Drain,
            [&](Value row) { return b.loadIndex(positions, row); });
  ReleaseOp::create(b, starts);
  ReleaseOp::create(b, again);
  return total;
}
