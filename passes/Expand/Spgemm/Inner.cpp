//===- Inner.cpp - SpGEMM by dot products ---------------------------------===//
#include "passes/Expand/Spgemm/Inner.h"

#include "passes/Expand/Epilogue.h"
#include "passes/Expand/RowLoops.h"
#include "passes/Expand/Spgemm/ListDots.h"
#include "passes/Expand/Spgemm/TableDots.h"

using namespace mlir;
using namespace scratch;
using Values = LoopBuilder::Values;

LogicalResult InnerProduct::open(bool compared) {
  if (failed(operands.open(b, compared)))
    return failure();
  work.weigh();
  return success();
}

/// The end of a column for entry `at` of a mask by value: an explicit zero wants nothing of it.
Value InnerProduct::dropZero(Value at, Value from, Value to) const {
  Value value = b.load(operands.sample->values, at);
  Value nothing = arith::ConstantOp::create(b, b.getZeroAttr(value.getType()));
  Value stays = isa<FloatType>(value.getType())
                    ? Value(arith::CmpFOp::create(b, arith::CmpFPredicate::UNE, value, nothing))
                    : b.notEqual(value, nothing);
  return b.select(stays, to, from);
}

/// Entries of one row.
Value InnerProduct::computeRow(Value table, Value row, const RowOutput &output) const {
  const SparseOperand &lhs = operands.lhs, &rhs = operands.rhs;
  const auto &sample = operands.sample;
  Value zero = b.index(0), one = b.index(1);
  auto [first, last] = lhs.segment(b, row);
  auto [begin, end] =
      sample ? sample->segment(b, row) : std::pair<Value, Value>(zero, operands.columns);
  Value ready = b.select(b.less(first, last), end, begin);
  Value tabulated = b.ifElse(
      b.less(begin, ready), {b.getI1Type()},
      [&, first = first, last = last] { return Values{rowTable.isTabulated(first, last)}; },
      [&] { return Values{b.bit(false)}; })[0];
  Value laid = b.select(tabulated, last, first);
  Value highest = b.loop(first, laid, {zero}, [&](Value p, ValueRange so) {
    Value coordinate = b.loadIndex(lhs.coordinates, p);
    Value place = operands.semiring.readsLeft() ? b.add(b.sub(p, first), one) : one;
    b.storeIndex(place, table, coordinate);
    return Values{b.max(so[0], coordinate)};
  })[0];
  // What ascends can be left early and searched.
  if (!rhs.ordered)
    highest = rhs.minors;
  DotSums sums(b, operands);
  TableDots byTable(b, operands, table, highest);
  ListDots byLists(b, operands);
  // Lists that ascend need no table.
  auto dotOf = [&](const Lists &lists) {
    if (!rhs.ordered || !lhs.ordered)
      return byTable.compute(lists);
    return Dot::of(b.ifElse(
        tabulated, sums.types(), [&] { return byTable.compute(lists).asValues(); },
        [&] { return byLists.compute(lists).asValues(); }));
  };
  Value after = b.loop(begin, ready, {output.at}, [&](Value t, ValueRange place) {
    Value column = sample ? b.loadIndex(sample->coordinates, t) : t;
    auto [from, to] = rhs.segment(b, column);
    if (operands.byValue)
      to = dropZero(t, from, to);
    Dot dot = dotOf({first, last, from, to});
    // Written in any case: only a present one moves the place on.
    b.storeIndex(column, output.coordinates, place[0]);
    b.store(dot.value, output.values, place[0]);
    Value present = b.cast(b.notEqual(dot.products, zero), b.getIndexType());
    return Values{b.add(place[0], present)};
  })[0];
  b.loop(first, laid, [&](Value p) {
    b.storeIndex(zero, table, b.loadIndex(lhs.coordinates, p));
  });
  Value count = b.sub(after, output.at);
  return emitSparseEpilogue(b, operands.op.getEpilogue(),
                            {output.coordinates, output.values, output.at, count, row,
                             operands.columnMajor});
}

Values InnerProduct::compute() {
  RankedTensorType resultType = operands.resultType;
  Value zero = b.index(0), one = b.index(1), rows = operands.lhs.majors;
  rowTable.countInner();
  operands.turn(b);
  Value positions = AllocateOp::create(b, positionsType(resultType),
                                       ValueRange{b.add(rows, one)}, false);
  Value room = b.ifElse(
      StatusOp::create(b), {b.getIndexType()},
      [&] { return Values{operands.cellsOfRows(b, zero, rows)}; }, [&] { return Values{zero}; })[0];
  room = b.add(room, b.index(kSlack));
  Value allCoordinates = AllocateOp::create(b, coordinatesType(resultType), ValueRange{room},
                                            /*zeroed=*/false, /*reserved=*/true);
  Value allValues = AllocateOp::create(b, valuesType(resultType), ValueRange{room},
                                            /*zeroed=*/false, /*reserved=*/true);
  b.ifThen(StatusOp::create(b), [&] { b.storeIndex(zero, positions, zero); });
  Value starts =
      PartitionOp::create(b, bufferOf(b.getI64Type()), work.weights(), countIfOk(b, rows));
  Value chunks = b.sub(memref::DimOp::create(b, starts, 0), one);
  Value pieces =
      PiecesOpenOp::create(b, bufferOf(b.getI8Type()), allCoordinates, allValues, chunks,
                           largest(positionsType(resultType).getElementType()));
  parallelChunks(
      b, starts,
      [&] { return Values{rowTable.allocate(one)}; },
      [&](Value chunk, Value first, Value last, ValueRange state) {
        Value bound = operands.cellsOfRows(b, first, last);
        auto piece = PiecesBeginOp::create(
            b,
            TypeRange{coordinatesType(resultType), valuesType(resultType), b.getIndexType()},
            pieces, chunk, bound);
        RowOutput output{piece.getCoordinates(), piece.getValues(), piece.getAt()};
        Value end = b.select(StatusOp::create(b), last, first);
        Value written = b.loop(first, end, {piece.getAt()}, [&](Value row, ValueRange at) {
          Value count = computeRow(state[0], row, output.from(at[0]));
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
