//===- Outer.cpp - rows of outer products ---------------------------------===//
//
// Stage: expand. A is walked by columns, so that each row of B is read while it is
// near; shared cursors hand out places in the rows of the result, hence the order
// within a row is that of arrival. A matrix that is stored by rows is turned
// first, by all workers: columns need no order.
//
//===----------------------------------------------------------------------===//
#include "passes/Expand/Spgemm/Outer.h"

#include "passes/Emission/Search.h"
#include "passes/Expand/RowLoops.h"

using namespace mlir;
using namespace scratch;

Value OuterProduct::allocate(Type element, Value size, bool zeroed) {
  return AllocateOp::create(b, bufferOf(element), ValueRange{size}, zeroed);
}

/// buffer[at] += amount, whoever else does; what was there before.
static Value fetchAdd(LoopBuilder &b, Value buffer, Value at, Value amount) {
  return b.toIndex(memref::AtomicRMWOp::create(b, arith::AtomicRMWKind::addi,
                                               b.cast(amount, b.getI64Type()), buffer,
                                               ValueRange{at}));
}

/// Counts in counts[1..size] become prefixes; returns a copy of the first `size`.
Value OuterProduct::sumUp(Value counts, Value size) {
  Value copy = allocate(b.getI64Type(), b.add(size, b.index(1)));
  PrefixSumOp::create(b, counts, b.select(StatusOp::create(b), b.add(size, b.index(1)),
                                          b.index(0)));
  parallelRows(b, countIfOk(b, size), [&](Value first, Value last) {
    b.loop(first, last, [&](Value at) { b.storeIndex(b.loadIndex(counts, at), copy, at); });
  });
  return copy;
}

static Value entriesOf(LoopBuilder &b, const SparseOperand &matrix) {
  return b.ifElse(
      StatusOp::create(b), {b.getIndexType()},
      [&] { return LoopBuilder::Values{b.loadIndex(matrix.positions, matrix.majors)}; },
      [&] { return LoopBuilder::Values{b.index(0)}; })[0];
}

SparseOperand OuterProduct::turn(const SparseOperand &a) {
  Value one = b.index(1), entries = entriesOf(b, a);
  SparseOperand turned;
  turned.majors = a.minors;
  turned.minors = a.majors;
  turned.ordered = false;
  turned.positions = allocate(b.getI64Type(), b.add(a.minors, one), /*zeroed=*/true);
  turned.coordinates = allocate(b.getIndexType(), entries);
  turned.values = AllocateOp::create(b, a.values.getType(), ValueRange{entries}, false);
  parallelRows(b, countIfOk(b, entries), [&](Value first, Value last) {
    b.loop(first, last, [&](Value p) {
      fetchAdd(b, turned.positions, b.add(b.loadIndex(a.coordinates, p), one), one);
    });
  });
  Value next = sumUp(turned.positions, a.minors);
  parallelRows(b, countIfOk(b, entries), [&](Value first, Value last) {
    forEntries(a, first, last, [&](Value p, Value row) {
      Value place = fetchAdd(b, next, b.loadIndex(a.coordinates, p), one);
      b.storeIndex(row, turned.coordinates, place);
      b.store(b.load(a.values, p), turned.values, place);
    });
  });
  ReleaseOp::create(b, next);
  made.append({turned.positions, turned.coordinates, turned.values});
  return turned;
}

/// Entries [first, last) with the segment that they are in.
void OuterProduct::forEntries(const SparseOperand &matrix, Value first, Value last,
                              function_ref<void(Value entry, Value major)> body) {
  Value one = b.index(1);
  b.ifThen(b.less(first, last), [&] {
    Value above = emitUpperBound(b, matrix.positions, b.index(0), b.add(matrix.majors, one),
                                 first);
    Value major = b.sub(above, one);
    b.loop(first, last, {major, b.loadIndex(matrix.positions, above)},
           [&](Value entry, ValueRange at) {
             auto here = b.whileLoop(
                 {at[0], at[1]}, [&](ValueRange place) { return b.lessEqual(place[1], entry); },
                 [&](ValueRange place) {
                   Value next = b.add(place[0], one);
                   return LoopBuilder::Values{
                       next, b.loadIndex(matrix.positions, b.add(next, one))};
                 });
             body(entry, here[0]);
             return LoopBuilder::Values{here[0], here[1]};
           });
  });
}

std::pair<SparseOperand, SparseOperand>
OuterProduct::multiply(const SparseOperand &a, bool byColumns, const SparseOperand &right) {
  Type i64 = b.getI64Type();
  Value zero = b.index(0), one = b.index(1);
  rhs = right;
  columns = byColumns ? a : turn(a);
  Value entries = entriesOf(b, columns);
  // Products of entries before an entry: what chunks of equal work are cut by.
  Value before = allocate(i64, b.add(entries, one), /*zeroed=*/true);
  products.positions = allocate(i64, b.add(rows, one), /*zeroed=*/true);
  parallelRows(b, countIfOk(b, entries), [&](Value first, Value last) {
    forEntries(columns, first, last, [&](Value entry, Value column) {
      auto [from, to] = rhs.segment(b, column);
      Value length = b.sub(to, from), row = b.loadIndex(columns.coordinates, entry);
      b.storeIndex(b.add(length, one), before, b.add(entry, one));
      fetchAdd(b, products.positions, b.add(row, one), length);
    });
  });
  PrefixSumOp::create(b, before, b.select(StatusOp::create(b), b.add(entries, one), zero));
  cursors = sumUp(products.positions, rows);
  products.majors = rows;
  products.minors = rhs.minors;
  products.ordered = false;
  Value total = entriesOf(b, products);
  products.coordinates =
      AllocateOp::create(b, coordinatesType(resultType), ValueRange{total}, false);
  products.values = AllocateOp::create(b, valuesType(resultType), ValueRange{total}, false);
  Value chunks = PartitionOp::create(b, bufferOf(i64), before, countIfOk(b, entries));
  parallelChunks(
      b, chunks, [] { return LoopBuilder::Values(); },
      [&](Value, Value first, Value last, ValueRange) {
        Value end = b.select(StatusOp::create(b), last, first);
        forEntries(columns, first, end,
                   [&](Value entry, Value column) { scaleRow(entry, column); });
      },
      [](ValueRange) {});
  for (Value buffer : {chunks, before, cursors})
    ReleaseOp::create(b, buffer);

  SparseOperand unit;
  unit.majors = unit.minors = rows;
  unit.positions = unit.coordinates = allocate(i64, b.add(rows, one));
  parallelRows(b, countIfOk(b, b.add(rows, one)), [&](Value first, Value last) {
    b.loop(first, last, [&](Value at) { b.storeIndex(at, unit.positions, at); });
  });
  made.append({unit.positions, products.positions, products.coordinates, products.values});
  return {unit, products};
}

/// The products of one entry of A with a row of B, behind those of its row.
void OuterProduct::scaleRow(Value entry, Value column) {
  auto [from, to] = rhs.segment(b, column);
  Value row = b.loadIndex(columns.coordinates, entry);
  Value at = fetchAdd(b, cursors, row, b.sub(to, from));
  Value scale = semiring.readsLeft() ? b.load(columns.values, entry) : Value();
  Type stored = coordinatesType(resultType).getElementType();
  Value shift = b.sub(at, from);
  b.loop(from, to, [&](Value p) {
    Value place = b.add(shift, p);
    Value value = semiring.readsRight() ? b.load(rhs.values, p) : Value();
    b.store(b.cast(b.load(rhs.coordinates, p), stored), products.coordinates, place);
    b.store(semiring.multiply(b, scale, value, semiring.element), products.values, place);
  });
}
