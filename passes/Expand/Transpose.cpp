//===- Transpose.cpp - a matrix stored the other way round ----------------===//
//
// Stage: expand. Counting sort: entries per minor index, their sums, then every
// entry to its place. Entries are visited in order of major indices, so the new
// segments ascend.
//
//===----------------------------------------------------------------------===//
#include "passes/Expand/Transpose.h"

#include "passes/Expand/RowLoops.h"

using namespace mlir;
using namespace scratch;

/// Moves a position on; returns what it was.
static Value advance(LoopBuilder &b, Value positions, Value at) {
  Value before = b.loadIndex(positions, at);
  b.storeIndex(b.add(before, b.index(1)), positions, at);
  return before;
}

// One place late: filling moves every start to its end, the start of the next.
Value scratch::emitTransposedPositions(LoopBuilder &b, const SparseOperand &matrix,
                                       Value wanted) {
  Value zero = b.index(0), two = b.index(2);
  Value size = b.select(wanted, b.add(matrix.minors, two), two);
  Value positions =
      AllocateOp::create(b, matrix.positions.getType(), ValueRange{size}, /*zeroed=*/true);
  Value entries = b.select(wanted, matrix.entries(b), zero);
  b.loop(zero, entries, [&](Value p) {
    advance(b, positions, b.add(b.loadIndex(matrix.coordinates, p), two));
  });
  Value end = b.select(wanted, b.max(two, countIfOk(b, size)), two);
  b.loop(two, end, {zero}, [&](Value at, ValueRange sum) {
    Value next = b.add(sum[0], b.loadIndex(positions, at));
    b.storeIndex(next, positions, at);
    return LoopBuilder::Values{next};
  });
  return positions;
}

SparseOperand scratch::emitTranspose(LoopBuilder &b, const SparseOperand &matrix,
                                     Value positions, bool values) {
  SparseOperand out;
  out.majors = matrix.minors;
  out.minors = matrix.majors;
  out.positions = positions;
  Value entries = matrix.entries(b);
  out.coordinates =
      AllocateOp::create(b, matrix.coordinates.getType(), ValueRange{entries}, false);
  if (values)
    out.values = AllocateOp::create(b, matrix.values.getType(), ValueRange{entries}, false);
  b.loop(b.index(0), countIfOk(b, matrix.majors), [&](Value major) {
    auto [first, last] = matrix.segment(b, major);
    b.loop(first, last, [&](Value p) {
      Value minor = b.loadIndex(matrix.coordinates, p);
      Value place = advance(b, positions, b.add(minor, b.index(1)));
      b.storeIndex(major, out.coordinates, place);
      if (values)
        b.store(b.load(matrix.values, p), out.values, place);
    });
  });
  return out;
}
