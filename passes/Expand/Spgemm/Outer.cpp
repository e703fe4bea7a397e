//===- Outer.cpp - rows of outer products ---------------------------------===//
//
// Stage: expand. A is walked by columns, so that each row of B is read while it is
// near. Where the products of an entry of A go is known before: behind those of the
// entries before it in its row, so that a row's products stand in ascending order of
// k whoever computes them, and merge the same way every time.
//
//   A by rows     a prefix sum over A's entries; columns are lists of them, unordered
//   A by columns  the same over rows that are lists of A's entries, ordered
//
//===----------------------------------------------------------------------===//
#include "passes/Expand/Spgemm/Outer.h"

#include "passes/Emission/Search.h"
#include "passes/Expand/RowLoops.h"

#include "mlir/Dialect/SparseTensor/IR/SparseTensor.h"

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

/// The numbers of a's entries by their minor index, in any order within one.
SparseOperand OuterProduct::turn(const SparseOperand &a) {
  Value one = b.index(1), entries = a.entries(b);
  SparseOperand turned;
  turned.majors = a.minors;
  turned.positions = allocate(b.getI64Type(), b.add(a.minors, one), /*zeroed=*/true);
  turned.coordinates = allocate(b.getIndexType(), entries);
  parallelRows(b, countIfOk(b, entries), [&](Value first, Value last) {
    b.loop(first, last, [&](Value p) {
      fetchAdd(b, turned.positions, b.add(b.loadIndex(a.coordinates, p), one), one);
    });
  });
  Value next = sumUp(turned.positions, a.minors);
  parallelRows(b, countIfOk(b, entries), [&](Value first, Value last) {
    b.loop(first, last, [&](Value p) {
      Value place = fetchAdd(b, next, b.loadIndex(a.coordinates, p), one);
      b.storeIndex(p, turned.coordinates, place);
    });
  });
  ReleaseOp::create(b, next);
  return turned;
}

/// Entries [first, last) with the segment that they are in.
void OuterProduct::forEntries(const SparseOperand &matrix, Value first, Value last,
                              EachEntry body) {
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

/// Prefixes of the products of `count` entries: `walk` tells the row of B of each.
Value OuterProduct::sumProducts(Value count, function_ref<void(Value, Value, EachEntry)> walk) {
  Value one = b.index(1);
  Value sums = allocate(b.getI64Type(), b.add(count, one), /*zeroed=*/true);
  parallelRows(b, countIfOk(b, count), [&](Value first, Value last) {
    walk(first, last, [&](Value entry, Value row) {
      auto [from, to] = rhs.segment(b, row);
      b.storeIndex(b.sub(to, from), sums, b.add(entry, one));
    });
  });
  PrefixSumOp::create(b, sums, b.select(StatusOp::create(b), b.add(count, one), b.index(0)));
  return sums;
}

/// Sorts keys[at .. at + count].
static void sortKeys(LoopBuilder &b, Value keys, Value at, Value count) {
  Value segment = memref::SubViewOp::create(b, keys, ArrayRef<OpFoldResult>{at},
                                            ArrayRef<OpFoldResult>{count},
                                            ArrayRef<OpFoldResult>{b.getIndexAttr(1)});
  sparse_tensor::SortOp::create(b, count, segment, ValueRange(),
                                AffineMap::getMultiDimIdentityMap(1, b.getContext()),
                                b.getIndexAttr(0),
                                sparse_tensor::SparseTensorSortKind::HybridQuickSort);
}

/// A by rows: its entries' places, and where rows of products begin.
void OuterProduct::placeByRows(Value entries) {
  columns = turn(lhs);
  places = sumProducts(entries, [&](Value first, Value last, EachEntry each) {
    b.loop(first, last, [&](Value p) { each(p, b.loadIndex(lhs.coordinates, p)); });
  });
  storeStarts(places, lhs.positions);
}

/// A by columns: the same for rows that are lists of its entries.
void OuterProduct::placeByColumns(Value entries) {
  Value one = b.index(1);
  columns = lhs;
  SparseOperand lists = turn(lhs);
  Value column = allocate(b.getIndexType(), entries);
  parallelRows(b, countIfOk(b, entries), [&](Value first, Value last) {
    forEntries(lhs, first, last, [&](Value p, Value k) { b.storeIndex(k, column, p); });
  });
  // Entries of a row ascend with their columns.
  parallelRows(b, countIfOk(b, rows), [&](Value first, Value last) {
    b.loop(first, last, [&](Value row) {
      auto [from, to] = lists.segment(b, row);
      sortKeys(b, lists.coordinates, from, b.sub(to, from));
    });
  });
  Value sums = sumProducts(entries, [&](Value first, Value last, EachEntry each) {
    b.loop(first, last, [&](Value n) {
      each(n, b.loadIndex(column, b.loadIndex(lists.coordinates, n)));
    });
  });
  storeStarts(sums, lists.positions);
  places = allocate(b.getI64Type(), b.add(entries, one));
  parallelRows(b, countIfOk(b, entries), [&](Value first, Value last) {
    b.loop(first, last, [&](Value n) {
      b.storeIndex(b.loadIndex(sums, n), places, b.loadIndex(lists.coordinates, n));
    });
  });
  for (Value buffer : {column, sums, lists.positions, lists.coordinates})
    ReleaseOp::create(b, buffer);
}

/// Row r of the products begins where the products of entry starts[r] do.
void OuterProduct::storeStarts(Value sums, Value starts) {
  Value size = b.add(rows, b.index(1));
  products.positions = allocate(b.getI64Type(), size);
  parallelRows(b, countIfOk(b, size), [&](Value first, Value last) {
    b.loop(first, last, [&](Value row) {
      b.storeIndex(b.loadIndex(sums, b.loadIndex(starts, row)), products.positions, row);
    });
  });
}

std::pair<SparseOperand, SparseOperand>
OuterProduct::multiply(const SparseOperand &a, bool byColumns, const SparseOperand &right) {
  Type i64 = b.getI64Type();
  lhs = a;
  rhs = right;
  turned = !byColumns;
  Value one = b.index(1), entries = lhs.entries(b);
  if (byColumns)
    placeByColumns(entries);
  else
    placeByRows(entries);
  // What chunks of equal work are cut by.
  Value before = sumProducts(entries, [&](Value first, Value last, EachEntry each) {
    forEntries(columns, first, last, each);
  });
  products.majors = rows;
  products.minors = rhs.minors;
  products.ordered = false;
  Value total = products.entries(b);
  products.coordinates =
      AllocateOp::create(b, coordinatesType(resultType), ValueRange{total}, false);
  products.values = AllocateOp::create(b, valuesType(resultType), ValueRange{total}, false);
  Value chunks = PartitionOp::create(b, bufferOf(i64), before, countIfOk(b, entries));
  parallelChunks(
      b, chunks, [] { return LoopBuilder::Values(); },
      [&](Value, Value first, Value last, ValueRange) {
        Value end = b.select(StatusOp::create(b), last, first);
        forEntries(columns, first, end,
                   [&](Value at, Value column) { scaleRow(at, column); });
      },
      [](ValueRange) {});
  for (Value buffer : {chunks, before, places})
    ReleaseOp::create(b, buffer);
  if (turned)
    for (Value buffer : {columns.positions, columns.coordinates})
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

/// The products of A's entry at `at` of the columns with a row of B, in their place.
void OuterProduct::scaleRow(Value at, Value column) {
  auto [from, to] = rhs.segment(b, column);
  Value entry = turned ? b.loadIndex(columns.coordinates, at) : at;
  Value scale = semiring.readsLeft() ? b.load(lhs.values, entry) : Value();
  Type stored = coordinatesType(resultType).getElementType();
  Value shift = b.sub(b.loadIndex(places, entry), from);
  b.loop(from, to, [&](Value p) {
    Value place = b.add(shift, p);
    Value value = semiring.readsRight() ? b.load(rhs.values, p) : Value();
    b.store(b.cast(b.load(rhs.coordinates, p), stored), products.coordinates, place);
    b.store(semiring.multiply(b, scale, value, semiring.element), products.values, place);
  });
}
