//===- Execute.cpp - SpGEMM on a structure known before -------------------===//
//
// Stage: expand. The second half of plan and execute: the pattern says where the
// result's entries lie, so nothing is bounded, counted, scanned or sorted, and
// rows are written where they belong. Per row: the pattern's columns start from
// the identity, all products are added without a test, the columns are gathered.
// Where B has runs of columns, they are added in groups (RowGroups.h), where it is full, in
// blocks of rows from a bitmap (BitmapPanel.h).
//
// Operands of another structure than planned for are refused: their fingerprints
// are compared first, which reads their structure once.
//
//===----------------------------------------------------------------------===//
#include "passes/Expand/Destination.h"
#include "passes/Expand/Epilogue.h"
#include "passes/Expand/Fingerprint.h"
#include "passes/Expand/Kernels.h"
#include "passes/Expand/Operands.h"
#include "passes/Expand/RowLoops.h"
#include "passes/Expand/Spgemm/BitmapPanel.h"
#include "passes/Expand/Spgemm/RowGroups.h"
#include "passes/Expand/StorageOrder.h"
#include "passes/Expand/Vectors.h"

#include "passes/Emission/Semiring.h"
#include "runtime/abi/scratch.h"

using namespace mlir;
using namespace scratch;

namespace {
class KnownProduct {
public:
  KnownProduct(LoopBuilder &b, SpgemmExecuteOp op)
      : b(b), op(op), semiring(SemiringEmitter::of(op)), resultType(op.getType()),
        columnMajor(isColumnMajor(op.getPattern().getType())) {
    semiring.swapped = columnMajor;
  }
  FailureOr<Value> expand();

private:
  void checkKey();
  void openResult(Value total);
  bool takesGroups() const;
  void decideBlocks();
  Value partition(Value safeRows, Value mean);
  Value makeAccumulator(AccumulatorKind kind, Value window);
  LoopBuilder::Values openWorker();
  void closeWorker(ValueRange state);
  void computeChunk(ValueRange state, Value first, Value last);
  Type tileType(Value accumulator);
  void placeRow(Value row);
  void accumulateRow(Value accumulator, Value row);
  void accumulateBlock(Value accumulator, ValueRange buffers, Value first, Value last);
  void finishRow(Value row);

  LoopBuilder &b;
  SpgemmExecuteOp op;
  SemiringEmitter semiring;
  RankedTensorType resultType;
  bool columnMajor;
  SparseOperand pattern, lhs, rhs; ///< in the roles of A and B after the exchange
  std::optional<RowGroups> groups; ///< B's rows
  Value asBitmap;                  ///< i1: B is taken as a bitmap; null: no kernel for it
  Value blockRows;                 ///< rows of a block, then
  Value positions, coordinates, values;
};
} // namespace

/// The caller's operands, not converted ones: they are what was planned for.
void KnownProduct::checkKey() {
  Value key = openDense(b, op.getKey());
  int64_t at = 0;
  static constexpr const char *texts[] = {
      "extent of lhs", "other extent of lhs", "entries of lhs", "structure of lhs",
      "extent of rhs", "other extent of rhs", "entries of rhs", "structure of rhs"};
  for (Value matrix : {op.getLhs(), op.getRhs()})
    for (Value word : emitFingerprint(b, openSparse(b, matrix))) {
      Value planned = b.load(key, b.index(at));
      std::string text = std::string("spgemm_execute: ") + texts[at++] + " as planned";
      FailOp::create(b, b.equal(word, planned), SCRATCH_INVALID_STRUCTURE, text,
                     b.toIndex(word), b.toIndex(planned));
    }
}

/// Whether the target spreads a group's values to vector lanes at once.
bool KnownProduct::takesGroups() const {
  return rhs.ordered && !semiring.semiring.isCustom() && vectorBits(op) >= 512;
}

/// Whether B is taken as a bitmap.
void KnownProduct::decideBlocks() {
  if (!BitmapPanel::suits(op, semiring, rhs) || !lhs.ordered)
    return;
  blockRows = rowsOfBlock(b, lhs, rhs, semiring.element, BitmapPanel::kLimits);
  asBitmap = b.ifElse(
      StatusOp::create(b), {b.getI1Type()},
      [&] {
        return LoopBuilder::Values{
            BitmapPanel::isWorthIt(b, lhs, rhs, semiring.element, blockRows)};
      },
      [&] { return LoopBuilder::Values{b.bit(false)}; })[0];
}

/// Chunks: blocks, or rows whose weights (entries of A times the mean length of B's rows) are
/// about equal.
Value KnownProduct::partition(Value safeRows, Value mean) {
  auto balanced = [&] { return partitionByEntries(b, lhs.positions, safeRows, mean, 8); };
  if (!asBitmap)
    return balanced();
  return b.ifElse(
      asBitmap, {bufferOf(b.getI64Type())},
      [&] { return LoopBuilder::Values{partitionEvenly(b, safeRows, blockRows)}; },
      [&] { return LoopBuilder::Values{balanced()}; })[0];
}

Value KnownProduct::makeAccumulator(AccumulatorKind kind, Value window) {
  Type type = AccumulatorType::get(b.getContext(), kind,
                                   coordinatesType(op.getPattern().getType()).getElementType(),
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
LoopBuilder::Values KnownProduct::openWorker() {
  LoopBuilder::Values state{makeAccumulator(AccumulatorKind::Dense, rhs.minors)};
  if (groups)
    state.push_back(makeAccumulator(AccumulatorKind::Grouped, rhs.minors));
  if (!asBitmap)
    return state;
  Value width = b.roundUp(rhs.minors, blockedColumns(semiring.element));
  Value window = b.select(asBitmap, b.mul(blockRows, width), b.index(kWordColumns));
  state.push_back(makeAccumulator(AccumulatorKind::Blocked, window));
  state.append(BitmapPanel::open(b, rhs, semiring.element, blockRows, asBitmap));
  return state;
}

void KnownProduct::closeWorker(ValueRange state) {
  for (Value held : state)
    if (isa<AccumulatorType>(held.getType()))
      AccumulatorDestroyOp::create(b, held);
    else
      ReleaseOp::create(b, held);
}

Type KnownProduct::tileType(Value accumulator) {
  auto type = cast<AccumulatorType>(accumulator.getType());
  return TileType::get(b.getContext(), type.getKind(), type.getIndex(), type.getElement());
}

void KnownProduct::placeRow(Value row) {
  Value next = b.add(row, b.index(1));
  if (!op.givesNumbers())
    b.storeIndex(b.loadIndex(pattern.positions, next), positions, next);
}

void KnownProduct::finishRow(Value row) {
  auto [first, last] = pattern.segment(b, row);
  emitSparseEpilogue(b, op.getEpilogue(),
                     {coordinates, values, first, b.sub(last, first), row, columnMajor});
}

void KnownProduct::accumulateRow(Value accumulator, Value row) {
  bool inGroups = cast<AccumulatorType>(accumulator.getType()).getKind() == AccumulatorKind::Grouped;
  auto [first, last] = pattern.segment(b, row);
  auto tile = TileOp::create(b, TypeRange{b.getIndexType()}, accumulator, b.index(0),
                             rhs.minors, b.sub(last, first));
  OpBuilder::InsertionGuard guard(b);
  Block *block = b.createBlock(&tile.getAccumulate(), {}, {tileType(accumulator)}, {b.getLoc()});
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
  block = b.createBlock(&tile.getDrain(), {}, {tileType(accumulator)}, {b.getLoc()});
  Value drained = DrainAlongOp::create(b, block->getArgument(0), pattern.coordinates, first,
                                       last, coordinates, values, first)
                      .getCount();
  YieldOp::create(b, ValueRange{drained});
}

/// Rows [first, last) together, from a bitmap.
void KnownProduct::accumulateBlock(Value accumulator, ValueRange buffers, Value first,
                                   Value last) {
  Value zero = b.index(0);
  auto tile = TileOp::create(b, TypeRange{b.getIndexType()}, accumulator, zero, rhs.minors,
                             rhs.minors);
  auto viewOf = [&](Value opened, Value row) -> Value {
    return RowOp::create(b, opened, b.sub(row, first), zero, rhs.minors);
  };
  OpBuilder::InsertionGuard guard(b);
  Block *block = b.createBlock(&tile.getAccumulate(), {}, {tileType(accumulator)}, {b.getLoc()});
  Value opened = block->getArgument(0);
  b.loop(first, last, [&](Value row) {
    auto [from, to] = pattern.segment(b, row);
    MarkOp::create(b, viewOf(opened, row), 0, pattern.coordinates, Value(), from, to);
  });
  BitmapPanel(b, semiring, lhs, rhs, buffers)
      .accumulate(first, last, [&](Value row) { return viewOf(opened, row); });
  YieldOp::create(b);
  block = b.createBlock(&tile.getDrain(), {}, {tileType(accumulator)}, {b.getLoc()});
  opened = block->getArgument(0);
  b.loop(first, last, [&](Value row) {
    auto [from, to] = pattern.segment(b, row);
    DrainAlongOp::create(b, viewOf(opened, row), pattern.coordinates, from, to, coordinates,
                         values, from);
  });
  YieldOp::create(b, ValueRange{zero});
}

void KnownProduct::computeChunk(ValueRange state, Value first, Value last) {
  Value end = b.select(StatusOp::create(b), last, first);
  auto oneByOne = [&](Value accumulator) {
    b.loop(first, end, [&](Value row) {
      placeRow(row);
      accumulateRow(accumulator, row);
      finishRow(row);
    });
  };
  auto singly = [&] {
    if (groups)
      b.ifElse(groups->made(), [&] { oneByOne(state[1]); }, [&] { oneByOne(state[0]); });
    else
      oneByOne(state[0]);
  };
  auto together = [&] {
    ValueRange ofBlock = state.take_back(1 + BitmapPanel::kBuffers);
    accumulateBlock(ofBlock.front(), ofBlock.drop_front(), first, end);
    b.loop(first, end, [&](Value row) {
      placeRow(row);
      finishRow(row);
    });
  };
  if (asBitmap)
    b.ifElse(asBitmap, together, singly);
  else
    singly();
  recordCount(b, "chunks", 0, b.index(1));
}

/// A matrix of its own, or the numbers alone: those stand where the pattern's coordinates do.
void KnownProduct::openResult(Value total) {
  if (!op.givesNumbers()) {
    positions = AllocateOp::create(b, positionsType(resultType),
                                   ValueRange{b.add(lhs.majors, b.index(1))}, false);
    coordinates = AllocateOp::create(b, coordinatesType(resultType), ValueRange{total}, false);
    values = AllocateOp::create(b, valuesType(resultType), ValueRange{total}, false);
    return;
  }
  coordinates = pattern.coordinates;
  Value entries = total;
  if (!resultType.isDynamicDim(0)) {
    entries = b.index(resultType.getDimSize(0));
    checkExtents(b, total, entries, "spgemm_execute: entries of pattern");
  }
  if (op.getOuts())
    checkExtents(b, extent(b, op.getOuts(), 0), total, "spgemm_execute: extent of outs");
  values = bufferOfDestination(b, op, op.getOuts());
  if (!values)
    values = AllocateOp::create(
        b, MemRefType::get(resultType.getShape(), resultType.getElementType()),
        resultType.isDynamicDim(0) ? ValueRange{entries} : ValueRange{}, false);
}

FailureOr<Value> KnownProduct::expand() {
  if (!op.getStrategyAttr())
    return op.emitError("kernel has no strategy; run select first");
  checkKey();
  Value first = columnMajor ? op.getRhs() : op.getLhs(), second = columnMajor ? op.getLhs() : op.getRhs();
  FailureOr<Value> left = inStorageOrder(b, op, first, columnMajor);
  FailureOr<Value> right = inStorageOrder(b, op, second, columnMajor);
  if (failed(left) || failed(right))
    return failure();
  pattern = openSparse(b, op.getPattern());
  lhs = openSparse(b, *left);
  rhs = openSparse(b, *right);
  checkExtents(b, rhs.majors, lhs.minors, "spgemm_execute: inner extent of rhs");
  checkExtents(b, pattern.majors, lhs.majors, "spgemm_execute: extent of pattern");
  checkExtents(b, pattern.minors, rhs.minors, "spgemm_execute: other extent of pattern");

  Value rows = countIfOk(b, lhs.majors), zero = b.index(0), one = b.index(1);
  Value total = b.ifElse(
      StatusOp::create(b), {b.getIndexType()},
      [&] { return LoopBuilder::Values{b.loadIndex(pattern.positions, rows)}; },
      [&] { return LoopBuilder::Values{zero}; })[0];
  openResult(total);
  LoopBuilder::Values held;
  Value safe = countIfOk(b, rows);
  Value mean = b.ifElse(
      b.less(zero, b.min(safe, rhs.majors)), {b.getIndexType()},
      [&] {
        Value entries = b.loadIndex(rhs.positions, rhs.majors);
        return LoopBuilder::Values{
            b.add(arith::DivUIOp::create(b, entries, rhs.majors), one)};
      },
      [&] { return LoopBuilder::Values{one}; })[0];
  decideBlocks();
  Value starts = partition(safe, mean);
  if (takesGroups()) {
    Value entries = b.ifElse(
        StatusOp::create(b), {b.getIndexType()},
        [&] { return LoopBuilder::Values{b.loadIndex(lhs.positions, lhs.majors)}; },
        [&] { return LoopBuilder::Values{zero}; })[0];
    groups = RowGroups::of(b, rhs, b.mul(entries, mean), /*forced=*/false, held);
  }
  if (!op.givesNumbers())
    b.ifThen(StatusOp::create(b), [&] { b.storeIndex(zero, positions, zero); });
  parallelChunks(
      b, starts, [&] { return openWorker(); },
      [&](Value, Value from, Value to, ValueRange state) { computeChunk(state, from, to); },
      [&](ValueRange state) { closeWorker(state); });
  for (Value buffer : held)
    ReleaseOp::create(b, buffer);
  ReleaseOp::create(b, starts);
  recordCount(b, "result_nnz", 0, total);
  if (op.givesNumbers())
    return asTensor(b, resultType, values);
  Value height = columnMajor ? rhs.minors : lhs.majors, width = columnMajor ? lhs.majors : rhs.minors;
  return Value(AssembleOp::create(b, resultType, positions, coordinates, values, height, width));
}

FailureOr<Value> scratch::expandSpgemmExecute(LoopBuilder &b, SpgemmExecuteOp op) {
  return KnownProduct(b, op).expand();
}
