//===- KnownRows.cpp - rows of a product whose columns are known ----------===//
#include "passes/Expand/Spgemm/KnownRows.h"

#include "passes/Expand/RowLoops.h"
#include "passes/Expand/Spgemm/BitmapPanel.h"
#include "passes/Expand/Vectors.h"

using namespace mlir;
using namespace scratch;

KnownRows::KnownRows(LoopBuilder &b, const KnownStructure &known)
    : b(b), known(known), pattern(known.pattern), lhs(known.lhs), rhs(known.rhs),
      semiring(known.semiring), lanes(b, known.kernel, semiring, lhs, rhs, pattern) {
  Value safeRows = countIfOk(b, lhs.majors), mean = meanLength(safeRows);
  decideBlocks();
  starts = partition(safeRows, mean);
  decideGroups(mean);
  decidePlaces();
}

/// Entries of B's rows on average, and one.
Value KnownRows::meanLength(Value safeRows) const {
  Value one = b.index(1);
  return b.ifElse(
      b.less(b.index(0), b.min(safeRows, rhs.majors)), {b.getIndexType()},
      [&] {
        Value entries = b.loadIndex(rhs.positions, rhs.majors);
        return LoopBuilder::Values{b.add(arith::DivUIOp::create(b, entries, rhs.majors), one)};
      },
      [&] { return LoopBuilder::Values{one}; })[0];
}

/// Groups need a target that spreads a group's values to vector lanes at once.
void KnownRows::decideGroups(Value mean) {
  if (!rhs.ordered || semiring.semiring.isCustom() || vectorBits(known.kernel) < 512)
    return;
  groups = RowGroups::of(b, rhs, b.mul(lhs.entries(b), mean), /*forced=*/false, held);
}

/// Whether B is taken as a bitmap.
void KnownRows::decideBlocks() {
  if (!BitmapPanel::suits(known.kernel, semiring, rhs) || !lhs.ordered)
    return;
  blockRows = rowsOfBlock(b, lhs, rhs, semiring.element, BitmapPanel::kLimits);
  asBitmap = b.ifElse(
      StatusOp::create(b), {b.getI1Type()},
      [&] {
        return LoopBuilder::Values{
            BitmapPanel::isWorthIt(b, known.kernel, lhs, rhs, semiring.element, blockRows)};
      },
      [&] { return LoopBuilder::Values{b.bit(false)}; })[0];
}

/// Where neither groups nor blocks of rows take several products at once.
void KnownRows::decidePlaces() {
  if (!known.places)
    return;
  Value others = b.bit(false);
  if (groups)
    others = b.bitOr(others, groups->made());
  if (asBitmap)
    others = b.bitOr(others, asBitmap);
  inPlace = b.select(others, b.bit(false), known.places->planned());
}

/// Chunks: blocks, or rows whose weights (entries of A times the mean length of B's rows) are
/// about equal.
Value KnownRows::partition(Value safeRows, Value mean) const {
  auto balanced = [&] { return partitionByEntries(b, lhs.positions, safeRows, mean, 8); };
  if (!asBitmap)
    return balanced();
  return b.ifElse(
      asBitmap, {bufferOf(b.getI64Type())},
      [&] { return LoopBuilder::Values{partitionEvenly(b, safeRows, blockRows)}; },
      [&] { return LoopBuilder::Values{balanced()}; })[0];
}

Value KnownRows::makeAccumulator(AccumulatorKind kind, Value window) const {
  Type type = AccumulatorType::get(b.getContext(), kind,
                                   cast<MemRefType>(pattern.coordinates.getType()).getElementType(),
                                   semiring.element);
  bool custom = semiring.semiring.isCustom();
  auto create = AccumulatorCreateOp::create(b, type, window, rhs.minors, semiring.semiring,
                                            custom ? semiring.identity : TypedAttr(),
                                            /*known=*/true);
  semiring.cloneAdd(create.getAdd());
  return create;
}

/// Accumulators of single rows, one or two, and where there may be a bitmap, that of a block and
/// what the bitmap needs.
LoopBuilder::Values KnownRows::openWorker() const {
  Value columns = inPlace ? b.select(inPlace, b.index(kWordColumns), rhs.minors) : rhs.minors;
  LoopBuilder::Values state{makeAccumulator(AccumulatorKind::Dense, columns)};
  if (groups)
    state.push_back(makeAccumulator(AccumulatorKind::Grouped, columns));
  if (!asBitmap)
    return state;
  Value width = b.roundUp(rhs.minors, blockedColumns(semiring.element));
  Value window = b.select(asBitmap, b.mul(blockRows, width), b.index(kWordColumns));
  state.push_back(makeAccumulator(AccumulatorKind::Blocked, window));
  state.append(
      BitmapPanel::open(b, known.kernel, rhs, semiring.element, blockRows, asBitmap));
  return state;
}

void KnownRows::closeWorker(ValueRange state) const {
  for (Value held : state)
    if (isa<AccumulatorType>(held.getType()))
      AccumulatorDestroyOp::create(b, held);
    else
      ReleaseOp::create(b, held);
}

static Type tileTypeOf(LoopBuilder &b, Value accumulator) {
  auto type = cast<AccumulatorType>(accumulator.getType());
  return TileType::get(b.getContext(), type.getKind(), type.getIndex(), type.getElement());
}

/// In lanes, if there are not too many columns.
void KnownRows::sumRow(Value row, function_ref<void(Value)> sumLongRow) const {
  if (!lanes.longestRow())
    return sumLongRow(row);
  auto [first, last] = pattern.segment(b, row);
  Value isShort = b.lessEqual(b.sub(last, first), b.index(lanes.longestRow()));
  b.ifElse(
      b.bitAnd(isShort, lanes.reach()),
      [&] { lanes.compute(row, known.coordinates, known.values); }, [&] { sumLongRow(row); });
}

void KnownRows::accumulateRow(Value accumulator, Value row) const {
  bool inGroups = cast<AccumulatorType>(accumulator.getType()).getKind() == AccumulatorKind::Grouped;
  auto [first, last] = pattern.segment(b, row);
  auto tile = TileOp::create(b, TypeRange{b.getIndexType()}, accumulator, b.index(0),
                             rhs.minors, b.sub(last, first));
  OpBuilder::InsertionGuard guard(b);
  Block *block = b.createBlock(&tile.getAccumulate(), {}, {tileTypeOf(b, accumulator)}, {b.getLoc()});
  Value opened = block->getArgument(0);
  MarkOp::create(b, opened, 0, pattern.coordinates, Value(), first, last);
  auto [begin, end] = lhs.segment(b, row);
  b.loop(begin, end, [&](Value p) {
    auto [from, to] = rhs.segment(b, b.loadIndex(lhs.coordinates, p));
    Value scale = semiring.readsLeft() ? b.load(lhs.values, p) : Value();
    Value right = semiring.readsRight() ? rhs.values : Value();
    if (inGroups) {
      groups->accumulate(b, semiring, opened, b.loadIndex(lhs.coordinates, p), from, right,
                         scale, /*symbolic=*/false);
      return;
    }
    auto accumulate = AccumulateOp::create(
        b, opened, rhs.coordinates, right, from, to, scale,
        /*symbolic=*/false, semiring.swapped, semiring.semiring);
    semiring.cloneMultiply(accumulate.getMultiply());
  });
  YieldOp::create(b);
  block = b.createBlock(&tile.getDrain(), {}, {tileTypeOf(b, accumulator)}, {b.getLoc()});
  Value drained = DrainAlongOp::create(b, block->getArgument(0), pattern.coordinates, first,
                                       last, known.coordinates, known.values, first)
                      .getCount();
  YieldOp::create(b, ValueRange{drained});
}

void KnownRows::placeRow(Value row) const {
  known.places->sumRow(semiring, pattern, lhs, rhs, row, known.values);
  if (known.coordinates == pattern.coordinates)
    return;
  auto [first, last] = pattern.segment(b, row);
  b.loop(first, last, [&](Value k) {
    b.store(b.load(pattern.coordinates, k), known.coordinates, k);
  });
}

/// Rows [first, last) together, from a bitmap.
void KnownRows::accumulateBlock(Value accumulator, ValueRange buffers, Value first,
                                Value last) const {
  Value zero = b.index(0);
  auto tile = TileOp::create(b, TypeRange{b.getIndexType()}, accumulator, zero, rhs.minors,
                             rhs.minors);
  auto viewOf = [&](Value opened, Value row) -> Value {
    return RowOp::create(b, opened, b.sub(row, first), zero, rhs.minors);
  };
  OpBuilder::InsertionGuard guard(b);
  Block *block = b.createBlock(&tile.getAccumulate(), {}, {tileTypeOf(b, accumulator)}, {b.getLoc()});
  Value opened = block->getArgument(0);
  b.loop(first, last, [&](Value row) {
    auto [from, to] = pattern.segment(b, row);
    MarkOp::create(b, viewOf(opened, row), 0, pattern.coordinates, Value(), from, to);
  });
  BitmapPanel(b, known.kernel, semiring, lhs, rhs, buffers)
      .accumulate(first, last, [&](Value row) { return viewOf(opened, row); });
  YieldOp::create(b);
  block = b.createBlock(&tile.getDrain(), {}, {tileTypeOf(b, accumulator)}, {b.getLoc()});
  opened = block->getArgument(0);
  b.loop(first, last, [&](Value row) {
    auto [from, to] = pattern.segment(b, row);
    DrainAlongOp::create(b, viewOf(opened, row), pattern.coordinates, from, to,
                         known.coordinates, known.values, from);
  });
  YieldOp::create(b, ValueRange{zero});
}

void KnownRows::computeChunk(ValueRange state, Value first, Value last,
                             function_ref<void(Value)> finish) const {
  Value end = b.select(StatusOp::create(b), last, first);
  auto oneByOne = [&](function_ref<void(Value)> sumLongRow) {
    b.loop(first, end, [&](Value row) {
      sumRow(row, sumLongRow);
      finish(row);
    });
  };
  auto inWindow = [&](Value accumulator) {
    oneByOne([&](Value row) { accumulateRow(accumulator, row); });
  };
  auto inWindows = [&] {
    if (groups)
      b.ifElse(groups->made(), [&] { inWindow(state[1]); }, [&] { inWindow(state[0]); });
    else
      inWindow(state[0]);
  };
  auto singly = [&] {
    if (inPlace)
      b.ifElse(inPlace, [&] { oneByOne([&](Value row) { placeRow(row); }); }, inWindows);
    else
      inWindows();
  };
  recordCount(b, "chunks", 0, b.index(1));
  if (!asBitmap)
    return singly();
  ValueRange ofBlock = state.take_back(1 + BitmapPanel::kBuffers);
  auto together = [&] {
    accumulateBlock(ofBlock.front(), ofBlock.drop_front(), first, end);
    b.loop(first, end, finish);
  };
  BitmapPanel bitmap(b, known.kernel, semiring, lhs, rhs, ofBlock.drop_front());
  b.ifElse(bitmap.takes(asBitmap, first, end), together, singly);
}

void KnownRows::compute(function_ref<void(Value)> finish) {
  parallelChunks(
      b, starts, [&] { return openWorker(); },
      [&](Value, Value from, Value to, ValueRange state) {
        computeChunk(state, from, to, finish);
      },
      [&](ValueRange state) { closeWorker(state); });
  for (Value buffer : held)
    ReleaseOp::create(b, buffer);
  ReleaseOp::create(b, starts);
}
