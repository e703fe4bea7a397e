//===- Workers.cpp - a product by workers by themselves -------------------===//
#include "passes/Expand/Spgemm/Workers.h"

#include "passes/Expand/RowLoops.h"
#include "passes/Expand/Spgemm/Positions.h"

using namespace mlir;
using namespace scratch;

void Workers::bound(bool recorded) {
  rowBounds.weigh();
  held.push_back(rowBounds.weights);
  blocks.decide();
  rowBounds.checkSum();
  if (recorded)
    rowBounds.record();
  group();
}

void Workers::take(Value weights, Value longestRow) {
  rowBounds.take(weights, longestRow);
  held.push_back(weights);
  blocks.decide();
  group();
}

/// Rows of B in groups, where the bounds of all rows say that there is work enough.
void Workers::group() {
  if (!variants.grouping)
    return;
  Value products = b.ifElse(
      StatusOp::create(b), {b.getIndexType()},
      [&] {
        return LoopBuilder::Values{rowBounds.productsOfRows(b.index(0), product.rows)};
      },
      [&] { return LoopBuilder::Values{b.index(0)}; })[0];
  groups = RowGroups::of(b, product.rhs, products, /*forced=*/variants.alone(), held);
}

LoopBuilder::Values Workers::compute() {
  positions = openPositions(b, product.resultType, product.rows);
  Value total =
      product.phases() == Phases::One ? computeInOnePhase() : computeInTwoPhases();
  recordCount(b, "result_nnz", 0, total);
  release();
  return {positions, coordinates, values};
}

void Workers::release() const {
  product.release(b);
  for (Value buffer : held)
    ReleaseOp::create(b, buffer);
}

/// Counts are one buffer: as carried values they would fill the registers of loops over
/// short rows.
LoopBuilder::Values Workers::open(bool single) const {
  LoopBuilder::Values state{AllocateOp::create(b, bufferOf(b.getI64Type()),
                                               ValueRange{b.index(variants.size())},
                                               /*zeroed=*/true)};
  state.append(blocks.openBuffers());
  if (single)
    state.append(tables.makeAll());
  return state;
}

Workers::State Workers::use(ValueRange state) const {
  ValueRange rest = state.drop_front();
  unsigned count = blocks.bufferCount();
  return {state.front(), rest.take_front(count), rest.drop_front(count)};
}

void Workers::close(ValueRange state) const {
  State worker = use(state);
  b.ifThen(StatusOp::create(b), [&] {
    for (unsigned v = 0; v < variants.size(); ++v)
      recordCount(b, "rows", variants.laneOf(v), b.loadIndex(worker.taken, b.index(v)));
  });
  ReleaseOp::create(b, worker.taken);
  for (Value buffer : worker.blockBuffers)
    ReleaseOp::create(b, buffer);
  destroyAccumulators(b, worker.accumulators);
}

/// Rows [first, last) one after the other, each where `placeOfRow` says;
/// without it the first one at the output's place and each next one behind it.
/// Returns the end.
Value Workers::computeRows(const State &state, Value first, Value last, const RowOutput &output,
                           PlaceOfRow placeOfRow) const {
  Value one = b.index(1);
  Value zero = b.index(0);
  bool numeric = output.isNumeric();
  auto counts = b.loop(first, last, {output.at, zero, zero}, [&](Value row, ValueRange before) {
    Value place = placeOfRow ? placeOfRow(row) : before[0];
    auto [count, choice, key, settled] =
        eachRow.compute(state.accumulators, row, output.from(place), before[1], before[2]);
    if (!numeric || !placeOfRow)
      b.storeIndex(count, positions, b.add(row, one));
    if (numeric)
      b.storeIndex(b.add(b.loadIndex(state.taken, choice), one), state.taken, choice);
    return LoopBuilder::Values{b.add(before[0], count), key, settled};
  });
  if (numeric)
    recordCount(b, "chunks", 0, one);
  return counts[0];
}

/// The chunk's rows one by one; returns the end of what was written.
Value Workers::computeChunk(const State &state, const Chunk &chunk,
                            const RowOutput &output) const {
  const SplitRows::Part &part = chunk.part;
  Value one = b.index(1), ok = StatusOp::create(b);
  if (!chunk.split)
    return computeRows(state, chunk.first, b.select(ok, chunk.last, chunk.first), output, {});
  Value inPart = b.bitAnd(part.split, ok);
  Value whole = b.select(inPart, part.row, b.select(ok, chunk.last, chunk.first));
  Value written = computeRows(state, chunk.first, whole, output, {});
  return b.ifElse(
      inPart, {b.getIndexType()},
      [&] {
        Value count = chunk.split->compute(state.accumulators, part, output.from(written));
        chunk.split->note(chunk.number, b.add(count, one));
        // The parts are added up when all are known.
        b.ifThen(b.equal(part.number, b.index(0)),
                 [&] { b.storeIndex(b.index(0), positions, chunk.last); });
        return LoopBuilder::Values{b.add(written, count)};
      },
      [&] { return LoopBuilder::Values{written}; })[0];
}

/// The chunk, whichever way the matrices take; returns the end of what was written.
Value Workers::computeBlockOrChunk(const State &state, const Chunk &chunk,
                                   const RowOutput &output) const {
  if (!blocks.possible())
    return computeChunk(state, chunk, output);
  auto block = [&] {
    Value end = b.select(StatusOp::create(b), chunk.last, chunk.first);
    return LoopBuilder::Values{blocks.compute(tiles, state.accumulators.back(),
                                              state.blockBuffers, chunk.first, end, output,
                                              positions)};
  };
  if (variants.alone())
    return block()[0];
  State single = state;
  single.accumulators = state.accumulators.drop_back();
  return b.ifElse(blocks.chosen(), {b.getIndexType()}, block, [&] {
    return LoopBuilder::Values{computeChunk(single, chunk, output)};
  })[0];
}
