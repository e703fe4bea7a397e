//===- Inner.cpp - SpGEMM by dot products ---------------------------------===//
//
// Stage: expand. One dot product per entry of the mask, or per cell of the result
// where there is no mask: row i of A with column j of B. Row i is laid out in a table
// once, where the table stays in the cache (RowTable.cpp); Dots.cpp has the dot product,
// Intersect.cpp the one without a table. B is needed by columns: stored so, or
// turned round in generated code.
//
//===----------------------------------------------------------------------===//
#include "passes/Expand/Spgemm/Inner.h"

#include "passes/Expand/Epilogue.h"
#include "passes/Expand/RowLoops.h"
#include "passes/Expand/StorageOrder.h"
#include "passes/Expand/Transpose.h"

#include "mlir/Dialect/SparseTensor/IR/SparseTensorType.h"
#include "passes/Emission/Semiring.h"
#include "runtime/abi/scratch.h"

using namespace mlir;
using namespace scratch;

/// Weight of a row beyond its columns' entries.
static constexpr int64_t kRowWeight = 8;
/// Elements behind the result that emission may spoil.
static constexpr int64_t kSlack = 64;
/// What moving an entry of B to its column weighs against probing one.
static constexpr int64_t kMoveWeight = 4;
/// Mean length of B's rows from which dot products are considered: with less,
/// turning B round and opening columns costs more than all its entries.
static constexpr int64_t kLeastMean = 16;

/// The mask's rows say which cells are wanted.
LogicalResult InnerProduct::openSample() {
  if (!op.getMask())
    return success();
  FailureOr<MaskTree> tree =
      MaskTree::open(b, op, op.getMask(), op.getComplement(), columnMajor);
  if (failed(tree))
    return failure();
  mask = *tree;
  if (!mask.isOneSparseLeaf())
    return op.emitError("dataflow 'inner' needs a mask that is one sparse matrix, or none");
  sample = mask.getLeaves()[0].sparse;
  if (!sample->ordered && sparse_tensor::isOrderedLT(
                              sparse_tensor::SparseTensorType(resultType).getLvlType(1)))
    return op.emitError("dataflow 'inner' gives results in the order of the mask, which has none");
  return success();
}

LogicalResult InnerProduct::open(bool compared) {
  if (op.getInit())
    return op.emitError("dataflow 'inner' takes no init");
  if (op.getStrategyAttr().getPhases() != Phases::One)
    return op.emitError("dataflow 'inner' needs phases = one");
  if (failed(openSample()))
    return failure();
  FailureOr<Value> left =
      inStorageOrder(b, op, columnMajor ? op.getRhs() : op.getLhs(), columnMajor);
  if (failed(left))
    return failure();
  lhs = openSparse(b, *left);
  Value right = columnMajor ? op.getLhs() : op.getRhs();
  rhs = openSparse(b, right);
  turned = isColumnMajor(right.getType()) == columnMajor;
  Value inner = turned ? rhs.majors : rhs.minors;
  columns = turned ? rhs.minors : rhs.majors;
  checkExtents(b, inner, lhs.minors,
               columnMajor ? "spgemm: columns of lhs" : "spgemm: rows of rhs");
  if (sample) {
    checkExtents(b, sample->majors, lhs.majors,
                 columnMajor ? "spgemm: columns of mask" : "spgemm: rows of mask");
    checkExtents(b, sample->minors, columns,
                 columnMajor ? "spgemm: rows of mask" : "spgemm: columns of mask");
  } else {
    checkCells();
  }
  int64_t widest = largest(coordinatesType(resultType).getElementType());
  if (widest != std::numeric_limits<int64_t>::max())
    FailOp::create(b, b.lessEqual(columns, b.index(widest)), SCRATCH_INDEX_OVERFLOW,
                   "spgemm: extent of the result's coordinates", columns, b.index(widest));
  likely = b.bit(true);
  if (compared && turned) {
    Value least = b.mul(rhs.majors, b.index(kLeastMean));
    likely = b.lessEqual(least, entriesOfRight());
  }
  if (turned)
    columnPositions = emitTransposedPositions(b, rhs, likely);
  weighRows();
  return success();
}

/// Without a mask every row may have all columns and walks all of B: neither sum
/// may leave 64 bits.
void InnerProduct::checkCells() {
  Value share = b.add(b.max(columns, entriesOfRight()), b.index(kRowWeight));
  Value most = arith::DivUIOp::create(b, b.index(std::numeric_limits<int64_t>::max() - kSlack), share);
  FailOp::create(b, b.lessEqual(lhs.majors, most), SCRATCH_INDEX_OVERFLOW,
                 "spgemm: rows of dot products", lhs.majors, most);
}

/// Entries that rows [first, last) of the result have at most.
Value InnerProduct::cellsOfRows(Value first, Value last) {
  if (sample)
    return b.sub(b.loadIndex(sample->positions, last), b.loadIndex(sample->positions, first));
  return b.mul(b.sub(last, first), columns);
}

/// A wanted cell weighs its column, at most the search's ratio times the row.
Value InnerProduct::weightOfRow(Value row) {
  Value one = b.index(1);
  auto [from, to] = lhs.segment(b, row);
  if (!sample)
    return b.select(b.less(from, to), entriesOfRight(), b.index(0));
  auto lengthOf = [&](Value column) {
    Value at = turned ? b.add(column, one) : column;
    Value ends = turned ? columnPositions : rhs.positions;
    return b.sub(b.loadIndex(ends, b.add(at, one)), b.loadIndex(ends, at));
  };
  auto [begin, end] = sample->segment(b, row);
  Value most = b.mul(b.sub(to, from), b.index(kSearchRatio));
  return b.loop(begin, end, {b.index(0)}, [&](Value p, ValueRange sum) {
    Value length = lengthOf(b.loadIndex(sample->coordinates, p));
    return Values{b.add(sum[0], b.min(length, most))};
  })[0];
}

/// Prefix over rows.
void InnerProduct::weighRows() {
  Type i64 = b.getI64Type();
  Value zero = b.index(0), one = b.index(1);
  Value room = b.select(likely, b.add(lhs.majors, one), one);
  weights = AllocateOp::create(b, bufferOf(i64), ValueRange{room}, false);
  Value rows = b.select(likely, countIfOk(b, lhs.majors), zero);
  b.ifThen(StatusOp::create(b), [&] { b.storeIndex(zero, weights, zero); });
  // A team is not called together for nothing.
  b.ifThen(likely, [&] {
    parallelRows(b, rows, [&](Value first, Value last) {
      b.loop(first, last,
             [&](Value row) { b.storeIndex(weightOfRow(row), weights, b.add(row, one)); });
    });
  });
  total = b.loop(zero, rows, {zero}, [&](Value row, ValueRange sum) {
    Value next = b.add(row, one);
    Value weight = b.loadIndex(weights, next);
    Value after = b.add(sum[0], weight);
    b.storeIndex(b.add(after, b.mul(next, b.index(kRowWeight))), weights, next);
    return Values{after};
  })[0];
}

Value InnerProduct::entriesOfRight() {
  return b.ifElse(
      StatusOp::create(b), {b.getIndexType()},
      [&] { return Values{b.loadIndex(rhs.positions, rhs.majors)}; },
      [&] { return Values{b.index(0)}; })[0];
}

/// Entries of B that row-wise walks under a mask: a segment, at most the search's ratio times
/// the mask's row.
Value InnerProduct::rowWiseWork() {
  Type i64 = b.getI64Type();
  Value zero = b.index(0);
  Value work = AllocateOp::create(b, bufferOf(i64), ValueRange{lhs.majors}, false);
  Value rows = countIfOk(b, lhs.majors);
  parallelRows(b, rows, [&](Value first, Value last) {
    b.loop(first, last, [&](Value row) {
      auto [begin, end] = lhs.segment(b, row);
      auto [from, to] = sample->segment(b, row);
      Value most = b.mul(b.sub(to, from), b.index(kSearchRatio));
      Value walked = b.loop(begin, end, {zero}, [&](Value p, ValueRange sum) {
        auto [low, high] = rhs.segment(b, b.loadIndex(lhs.coordinates, p));
        return Values{b.add(sum[0], b.min(b.sub(high, low), most))};
      })[0];
      b.storeIndex(walked, work, row);
    });
  });
  Value sum = b.loop(zero, rows, {zero}, [&](Value row, ValueRange so) {
    return Values{b.add(so[0], b.loadIndex(work, row))};
  })[0];
  ReleaseOp::create(b, work);
  return sum;
}

/// Where no value is read, probing an entry is a little cheaper than walking one; else a row
/// that the mask mostly wants is merged whole in less. Turning B round comes on top.
Value InnerProduct::isCheaper() {
  return b.ifElse(
      likely, {b.getI1Type()},
      [&] {
        Value inner = b.add(total, b.mul(entriesOfRight(), b.index(kMoveWeight)));
        Value walked = rowWiseWork();
        if (semiring.readsLeft() || semiring.readsRight())
          inner = b.add(inner, b.shiftRight(inner, 1));
        else
          walked = b.add(walked, b.shiftRight(walked, 2));
        return Values{b.lessEqual(inner, walked)};
      },
      [&] { return Values{b.bit(false)}; })[0];
}

void InnerProduct::close() { ReleaseOp::create(b, weights); }

/// Entries of one row, written from `at` on.
Value InnerProduct::computeRow(Value row, Value at) {
  Type index = b.getIndexType();
  Value zero = b.index(0), one = b.index(1);
  auto [first, last] = lhs.segment(b, row);
  rowFirst = first;
  auto [begin, end] = sample ? sample->segment(b, row) : std::pair<Value, Value>(zero, columns);
  Value ready = b.select(b.less(first, last), end, begin);
  tabulated = b.ifElse(
      b.less(begin, ready), {b.getI1Type()},
      [&, first = first, last = last] { return Values{isTabulated(first, last)}; },
      [&] { return Values{b.bit(false)}; })[0];
  Value laid = b.select(tabulated, last, first);
  Value highest = b.loop(first, laid, {zero}, [&](Value p, ValueRange so) {
    Value coordinate = b.loadIndex(lhs.coordinates, p);
    b.storeIndex(semiring.readsLeft() ? b.add(b.sub(p, first), one) : one, table, coordinate);
    return Values{b.max(so[0], coordinate)};
  })[0];
  // What ascends can be left early and searched.
  if (!rhs.ordered)
    highest = rhs.minors;
  bool byValue = sample && mask.getLeaves()[0].byValue;
  Value after = b.loop(begin, ready, {at}, [&](Value t, ValueRange place) {
    Value column = sample ? b.loadIndex(sample->coordinates, t) : t;
    auto [from, to] = rhs.segment(b, column);
    if (byValue) {
      Value value = b.load(sample->values, t);
      Value nothing = arith::ConstantOp::create(b, b.getZeroAttr(value.getType()));
      Value stays = isa<FloatType>(value.getType())
                        ? Value(arith::CmpFOp::create(b, arith::CmpFPredicate::UNE, value, nothing))
                        : b.notEqual(value, nothing);
      to = b.select(stays, to, from);
    }
    Dot dot = dotWith(first, last, from, to, highest);
    // Written in any case: only a present one moves the place on.
    b.storeIndex(column, coordinates, place[0]);
    b.store(dot.value, values, place[0]);
    return Values{b.add(place[0], b.cast(b.notEqual(dot.products, zero), index))};
  })[0];
  b.loop(first, laid, [&](Value p) {
    b.storeIndex(zero, table, b.loadIndex(lhs.coordinates, p));
  });
  Value count = b.sub(after, at);
  return emitSparseEpilogue(b, op.getEpilogue(),
                            {coordinates, values, at, count, row, columnMajor});
}

InnerProduct::Values InnerProduct::compute() {
  Value zero = b.index(0), one = b.index(1), rows = lhs.majors;
  innerIndices = countInner();
  if (turned)
    rhs = emitTranspose(b, rhs, columnPositions, semiring.readsRight());
  Value positions = AllocateOp::create(b, positionsType(resultType),
                                       ValueRange{b.add(rows, one)}, false);
  Value room = b.ifElse(
      StatusOp::create(b), {b.getIndexType()},
      [&] { return Values{cellsOfRows(zero, rows)}; }, [&] { return Values{zero}; })[0];
  room = b.add(room, b.index(kSlack));
  Value allCoordinates = AllocateOp::create(b, coordinatesType(resultType), ValueRange{room},
                                            /*zeroed=*/false, /*reserved=*/true);
  Value allValues = AllocateOp::create(b, valuesType(resultType), ValueRange{room},
                                            /*zeroed=*/false, /*reserved=*/true);
  b.ifThen(StatusOp::create(b), [&] { b.storeIndex(zero, positions, zero); });
  Value starts =
      PartitionOp::create(b, bufferOf(b.getI64Type()), weights, countIfOk(b, rows));
  Value chunks = b.sub(memref::DimOp::create(b, starts, 0), one);
  Value pieces =
      PiecesOpenOp::create(b, bufferOf(b.getI8Type()), allCoordinates, allValues, chunks,
                           largest(positionsType(resultType).getElementType()));
  parallelChunks(
      b, starts,
      [&] {
        Value size = b.select(mayTabulate(), lhs.minors, one);
        return Values{AllocateOp::create(b, bufferOf(tableElement()), ValueRange{size}, true)};
      },
      [&](Value chunk, Value first, Value last, ValueRange state) {
        table = state[0];
        Value bound = cellsOfRows(first, last);
        auto piece = PiecesBeginOp::create(
            b,
            TypeRange{coordinatesType(resultType), valuesType(resultType), b.getIndexType()},
            pieces, chunk, bound);
        coordinates = piece.getCoordinates();
        values = piece.getValues();
        Value end = b.select(StatusOp::create(b), last, first);
        Value written = b.loop(first, end, {piece.getAt()}, [&](Value row, ValueRange at) {
          Value count = computeRow(row, at[0]);
          b.storeIndex(count, positions, b.add(row, one));
          return Values{b.add(at[0], count)};
        })[0];
        PiecesEndOp::create(b, pieces, chunk, b.sub(written, piece.getAt()));
        recordCount(b, "chunks", 0, one);
      },
      [&](ValueRange state) { ReleaseOp::create(b, state[0]); });
  PiecesCloseOp::create(b, pieces);
  ReleaseOp::create(b, starts);
  Value entries = b.loop(zero, countIfOk(b, rows), {zero}, [&](Value row, ValueRange sum) {
    Value next = b.add(row, one);
    Value after = b.add(sum[0], b.loadIndex(positions, next));
    b.storeIndex(after, positions, next);
    return Values{after};
  })[0];
  Value size = countIfOk(b, entries);
  Value trimmed = TrimOp::create(b, allCoordinates, size);
  Value trimmedValues = TrimOp::create(b, allValues, size);
  return {positions, trimmed, trimmedValues};
}
