//===- Spmv.cpp - sparse matrix times dense vector ------------------------===//
//
// Stage: expand. One dot product per row. Four sums run side by side so that the
// loads of x overlap (an add takes 3 to 4 cycles, two loads are done in one);
// they are folded in a fixed order. Processors that gather as fast as they load
// take a vector of entries at a time, and the last ones of a row under a mask, or, of
// blocks of shorter rows, a vector of rows at a time (ShortRows, RowsAbreast). Others bring
// four entries together by loads; where a row's end is not foreseen, the last four reach beyond it.
// Memory-bound: one coordinate and one value per entry.
//
//===----------------------------------------------------------------------===//
#include "passes/Emission/Semiring.h"
#include "passes/Expand/Epilogue.h"
#include "passes/Expand/FetchAhead.h"
#include "passes/Expand/InitialValue.h"
#include "passes/Expand/Kernels.h"
#include "passes/Expand/Operands.h"
#include "passes/Expand/RowLoops.h"
#include "passes/Expand/RowsAbreast.h"
#include "passes/Expand/ShortRows.h"
#include "passes/Expand/StorageOrder.h"
#include "passes/Expand/VectorProducts.h"

#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace scratch;

static constexpr int64_t kSums = 4;
/// Rows per change of length up to which wrong guesses cost more than vectors that overlap (Zen 3,
/// ns per row of those that are mostly empty, overlapping and not: one change in 6 rows 4.5 and 4.4,
/// in 8 4.4 and 3.5, in 16 4.7 and 2.6; of mostly three entries, in 8 even, in 16 5.4 and 3.6).
static constexpr int64_t kRowsPerChange = 8;
namespace {
class MatrixTimesVector {
public:
  MatrixTimesVector(LoopBuilder &b, SpmvOp op, const SparseOperand &lhs)
      : b(b), op(op), semiring(SemiringEmitter::of(op)), lhs(lhs), rhs(openDense(b, op.getRhs())),
        vectors(b, op, semiring, this->lhs, rhs), shortRows(b, vectors, semiring, this->lhs),
        rowsAbreast(b, vectors, semiring, this->lhs), fetch(b, vectors, semiring, this->lhs),
        vectorFrom(vectors.shortestRow()) {
    if (!isFilledWith(op.getInit(), semiring.identity))
      init = openDense(b, op.getInit());
  }
  Value compute();

private:
  void allocateResult();
  Value product(Value p);
  Value sumOneByOne(Value begin, Value end);
  Value sumPicked(Value begin, Value end);
  Value sumPickedExactly(Value begin, Value end);
  Value addRest(Value sum, Value begin, Value end);
  void computeRow(Value row);
  void computeRows(Value first, Value last, Value buffer);
  void computeEach(Value first, Value last);
  void computeShortRows(Value row, Value buffer);
  void computeAbreast(Value row);
  void computeBlock(Value row, Value buffer);
  void finishRows(Value first, Value sums);
  void finishRow(Value row, Value folded);

  LoopBuilder &b;
  SpmvOp op;
  SemiringEmitter semiring;
  SparseOperand lhs;
  Value rhs, init, result; ///< init is null where the result starts from the identity
  VectorProducts vectors;
  ShortRows shortRows;
  RowsAbreast rowsAbreast;
  FetchAhead fetch;
  Value vectorFrom;
  Value together; ///< i1: short rows are summed together; null: they never are
  /// Index: rows that end in front of it may be read beyond their ends, if it is not 0; null: never.
  Value overlap;
  bool overlapping = false; ///< they are
};
} // namespace

void MatrixTimesVector::allocateResult() {
  RankedTensorType type = op.getType();
  SmallVector<Value> sizes;
  if (type.isDynamicDim(0))
    sizes.push_back(lhs.majors);
  result = AllocateOp::create(b, MemRefType::get(type.getShape(), type.getElementType()), sizes,
                              false);
}

Value MatrixTimesVector::product(Value p) {
  Value x = semiring.readsRight() ? b.load(rhs, b.loadIndex(lhs.coordinates, p)) : Value();
  Value a = semiring.readsLeft() ? b.load(lhs.values, p) : Value();
  return semiring.multiply(b, a, x, semiring.element);
}

Value MatrixTimesVector::sumOneByOne(Value begin, Value end) {
  Value whole = b.add(begin, b.bitAnd(b.sub(end, begin), b.index(-kSums)));
  LoopBuilder::Values start(kSums, semiring.getIdentity(b, semiring.element));
  auto sums = b.loop(
      begin, whole, start,
      [&](Value p, ValueRange before) {
        LoopBuilder::Values after;
        fetch.behind(p);
        for (int64_t s = 0; s < kSums; ++s)
          after.push_back(semiring.add(b, before[s], product(s ? b.add(p, b.index(s)) : p)));
        return after;
      },
      kSums);
  Value folded =
      semiring.add(b, semiring.add(b, sums[0], sums[1]), semiring.add(b, sums[2], sums[3]));
  return addRest(folded, whole, end);
}

Value MatrixTimesVector::addRest(Value sum, Value begin, Value end) {
  return b.loop(begin, end, {sum}, [&](Value p, ValueRange before) {
    return LoopBuilder::Values{semiring.add(b, before[0], product(p))};
  }).front();
}

/// Zen 3, us, in the cache, one loop of overlapping vectors and before: case13659pegase 44 (80),
/// delaunay_n15 180 (281), debian12_depends 477 (749), brack2 634 (766); where ends are foreseen
/// bayer10 49 (45), as20graph 22 (18), muelu_vardof, of 13,000 changes, 494 (469).
Value MatrixTimesVector::sumPicked(Value begin, Value end) {
  auto exactly = [&] { return LoopBuilder::Values{sumPickedExactly(begin, end)}; };
  if (!overlapping)
    return exactly()[0];
  return b.ifElse(
      b.less(end, overlap), {semiring.element},
      [&] {
        return LoopBuilder::Values{
            vectors.sumOfOverlapping(begin, end, [&](Value p) { fetch.behind(p); })};
      },
      exactly)[0];
}

Value MatrixTimesVector::sumPickedExactly(Value begin, Value end) {
  Value whole =
      b.add(begin, b.bitAnd(b.sub(end, begin), b.index(-VectorProducts::kPicked)));
  Value sum = b.ifElse(
      b.less(begin, whole), {semiring.element},
      [&] {
        return LoopBuilder::Values{
            vectors.sumOfPicked(begin, whole, [&](Value p) { fetch.behind(p); })};
      },
      [&] { return LoopBuilder::Values{semiring.getIdentity(b, semiring.element)}; })[0];
  return addRest(sum, whole, end);
}

void MatrixTimesVector::finishRow(Value row, Value folded) {
  if (init) {
    // A row without entries adds nothing, not the identity: `any` would answer with it.
    auto [begin, end] = lhs.segment(b, row);
    Value before = b.load(init, row);
    folded = b.select(b.less(begin, end), semiring.add(b, before, folded), before);
  }
  folded = emitDenseEpilogue(b, op.getEpilogue(), folded, row, b.index(0));
  b.store(folded, result, row);
}

void MatrixTimesVector::computeRow(Value row) {
  auto [begin, end] = lhs.segment(b, row);
  if (!vectors.areFast())
    return finishRow(row, vectors.pickFast() ? sumPicked(begin, end) : sumOneByOne(begin, end));
  finishRow(row, b.ifElse(
                     b.less(b.sub(end, begin), vectorFrom), {semiring.element},
                     [&, begin = begin, end = end] {
                       return LoopBuilder::Values{sumOneByOne(begin, end)};
                     },
                     [&, begin = begin, end = end] {
                       return LoopBuilder::Values{
                           vectors.sumOf(begin, end, [&](Value p) { fetch.behind(p); })};
                     })[0]);
}

void MatrixTimesVector::computeEach(Value first, Value last) {
  b.loop(first, last, [&](Value row) { computeRow(row); });
}

/// Sums of a vector of rows.
void MatrixTimesVector::finishRows(Value first, Value sums) {
  if (!init && op.getEpilogue().empty()) {
    vector::StoreOp::create(b, sums, result, ValueRange{first});
    return;
  }
  for (int64_t lane = 0; lane < vectors.lanes(); ++lane)
    finishRow(b.add(first, b.index(lane)), vector::ExtractOp::create(b, sums, lane));
}

void MatrixTimesVector::computeShortRows(Value row, Value buffer) {
  shortRows.sum(
      buffer, row, [&](Value p) { fetch.behind(p); },
      [&](Value first, Value sums) { finishRows(first, sums); });
}

void MatrixTimesVector::computeAbreast(Value row) {
  b.loop(
      row, b.add(row, b.index(ShortRows::kRows)),
      [&](Value first) {
        finishRows(first, rowsAbreast.sum(first, [&](Value p) { fetch.behind(p); }));
      },
      vectors.lanes());
}

void MatrixTimesVector::computeBlock(Value row, Value buffer) {
  Value last = b.add(row, b.index(ShortRows::kRows));
  auto shortOrNot = [&] {
    b.ifElse(
        shortRows.areShort(row), [&] { computeShortRows(row, buffer); },
        [&] { computeEach(row, last); });
  };
  if (vectors.areFast())
    b.ifElse(rowsAbreast.suit(row, last), [&] { computeAbreast(row); }, shortOrNot);
  else
    shortOrNot();
}

/// `buffer`: of short rows; null where vectors are not fast.
void MatrixTimesVector::computeRows(Value first, Value last, Value buffer) {
  if (overlap) {
    auto each = [&](bool now) {
      overlapping = now;
      computeEach(first, last);
    };
    return b.ifElse(
        b.equal(overlap, b.index(0)), [&] { each(false); }, [&] { each(true); });
  }
  if (!buffer)
    return computeEach(first, last);
  Value count = b.select(together, b.sub(last, first), b.index(0));
  Value blocks = b.add(first, b.bitAnd(count, b.index(-ShortRows::kRows)));
  b.loop(
      first, blocks, [&](Value row) { computeBlock(row, buffer); }, ShortRows::kRows);
  computeEach(blocks, last);
}

Value MatrixTimesVector::compute() {
  allocateResult();
  Value rows = lhs.majors;
  if (vectors.fit()) {
    Value worthIt = b.bit(true);
    // Where gathering is slow, only very short rows pay for it, or loops that would guess wrong.
    if (!vectors.gatherFast())
      worthIt = b.bitOr(shortRows.haveFewEntries(), shortRows.endUnforeseen());
    together = b.bitAnd(vectors.reach(), worthIt);
  } else if (vectors.pickFast()) {
    Value entries = b.loadIndex(lhs.positions, countIfOk(b, rows));
    Value unforeseen = shortRows.endUnforeseen(ShortRows::kRememberedBefore, kRowsPerChange);
    // An end of 0 needs as many entries, too.
    unforeseen = b.bitAnd(unforeseen, b.lessEqual(b.index(VectorProducts::kPicked), entries));
    Value most = b.sub(entries, b.index(VectorProducts::kPicked - 1));
    overlap = b.select(unforeseen, most, b.index(0));
  }
  Value starts = partitionByEntries(b, lhs.positions, countIfOk(b, rows), b.index(1), 4);
  parallelChunks(
      b, starts,
      [&] {
        return together ? LoopBuilder::Values{shortRows.allocate()}
                                 : LoopBuilder::Values();
      },
      [&](Value chunk, Value first, Value end, ValueRange state) {
        Value buffer = state.empty() ? Value() : state[0];
        // A worker without its buffer leaves its rows.
        Value last = buffer ? b.select(StatusOp::create(b), end, first) : end;
        auto compute = [&](bool now) {
          fetch.enabled = now;
          computeRows(first, last, buffer);
        };
        b.ifElse(
            fetch.pays(), [&] { compute(true); }, [&] { compute(false); });
        recordCount(b, "chunks", 0, b.index(1));
        recordCount(b, "products", 0,
                    b.sub(b.loadIndex(lhs.positions, last), b.loadIndex(lhs.positions, first)));
      },
      [&](ValueRange state) {
        for (Value buffer : state)
          ReleaseOp::create(b, buffer);
      });
  ReleaseOp::create(b, starts);
  return asTensor(b, op.getType(), result);
}

FailureOr<Value> scratch::expandSpmv(LoopBuilder &b, SpmvOp op) {
  if (!op.getStrategyAttr())
    return op.emitError("kernel has no strategy; run select first");
  FailureOr<Value> left = inStorageOrder(b, op, op.getLhs(), /*columnMajor=*/false);
  if (failed(left))
    return failure();
  SparseOperand lhs = openSparse(b, *left);
  checkExtents(b, extent(b, op.getRhs(), 0), lhs.minors, "spmv: length of rhs");
  checkExtents(b, extent(b, op.getInit(), 0), lhs.majors, "spmv: length of init");
  return MatrixTimesVector(b, op, lhs).compute();
}
