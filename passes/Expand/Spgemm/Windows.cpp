//===- Windows.cpp - team SpGEMM: windows of rows that fit a tile ---------===//
//
// Stage: expand. Every entry of A gets the number of products before it, every
// row the number of coordinates before it that a tile might have to hold: the
// first cuts work into equal pieces, the second cuts rows into windows. A row
// that no tile holds is by itself: in one window of all columns where a tile of one
// row spans them, else in several, equally wide.
//
//===----------------------------------------------------------------------===//
#include "passes/Expand/Spgemm/Team.h"

#include "passes/Emission/Search.h"
#include "passes/Expand/RowLoops.h"
#include "runtime/abi/scratch.h"

using namespace mlir;
using namespace scratch;

/// What a tile takes.
void TeamProduct::openTile() {
  auto accumulator =
      AccumulatorType::get(b.getContext(), variants.kindOf(0), product.coordinateType(),
                           product.semiring.element);
  auto limits = CapacityOp::create(b, b.getIndexType(), b.getIndexType(), b.getIndexType(), accumulator,
                                   !product.mask.empty());
  capacity = limits.getEntries();
  height = limits.getRows();
  pieces = arith::CeilDivUIOp::create(b, product.columns, b.max(limits.getColumns(), b.index(1)));
  width = arith::CeilDivUIOp::create(b, product.columns, b.max(pieces, b.index(1)));
}

/// To a number that several threads count.
void TeamProduct::addTo(Value buffer, int64_t at, Value amount) {
  memref::AtomicRMWOp::create(b, arith::AtomicRMWKind::addi, b.cast(amount, b.getI64Type()),
                              buffer, ValueRange{b.index(at)});
}

void TeamProduct::measure() {
  openTile();
  bool compared = variants.size() > 1;
  Type i64 = b.getI64Type();
  Value zero = b.index(0), one = b.index(1);
  const SparseOperand &lhs = product.lhs, &rhs = product.rhs;
  // A key of the table has 32 bits for the column.
  Type coordinate = product.coordinateType();
  if (coordinate.isIndex() || coordinate.getIntOrFloatBitWidth() > 32) {
    Value limit = b.index(int64_t(1) << 32);
    takesColumns = b.lessEqual(product.columns, limit);
    if (!compared)
      FailOp::create(b, takesColumns, SCRATCH_INDEX_OVERFLOW,
                     "spgemm: columns of a team's table", product.columns, limit);
  }
  Value entries = countIfOk(b, b.loadIndex(lhs.positions, product.rows));
  products = AllocateOp::create(b, bufferOf(i64), ValueRange{b.add(entries, one)}, false);
  held = AllocateOp::create(b, bufferOf(i64), ValueRange{b.add(product.rows, one)}, false);
  extremes = AllocateOp::create(b, bufferOf(i64), ValueRange{b.index(kExtremes)}, true);
  b.ifThen(StatusOp::create(b), [&] {
    b.storeIndex(zero, products, zero);
    b.storeIndex(zero, held, zero);
  });
  parallelRows(b, countIfOk(b, entries), [&](Value first, Value last) {
    b.loop(first, last, [&](Value p) {
      auto [from, to] = rhs.segment(b, b.loadIndex(lhs.coordinates, p));
      b.storeIndex(b.sub(to, from), products, b.add(p, one));
    });
  });
  Value ok = StatusOp::create(b);
  PrefixSumOp::create(b, products, b.select(ok, b.add(entries, one), zero));
  const MaskTree &mask = product.mask;
  parallelRows(b, countIfOk(b, product.rows), [&](Value first, Value last) {
    Value most = b.loop(first, last, {zero}, [&](Value row, ValueRange before) {
      auto [begin, end] = lhs.segment(b, row);
      Value length = b.sub(b.loadIndex(products, end), b.loadIndex(products, begin));
      Value bound = length;
      if (!mask.empty()) {
        Value marked = mask.entriesOfRow(b, row, product.columns);
        if (mask.isBoundedByLeaves())
          bound = b.min(bound, marked);
        bound = b.add(bound, marked);
      }
      bound = b.min(bound, product.columns);
      b.storeIndex(bound, held, b.add(row, one));
      // Few rows: no table holds their products.
      if (compared)
        b.ifThen(b.less(capacity, bound), [&] {
          addTo(extremes, kWide, length);
          addTo(extremes, kWideHeld, bound);
          addTo(extremes, kAgain, b.mul(length, b.sub(pieces, one)));
          addTo(extremes, kPieces, pieces);
        });
      return LoopBuilder::Values{b.max(before[0], length)};
    })[0];
    b.ifThen(b.less(first, last), [&] {
      memref::AtomicRMWOp::create(b, arith::AtomicRMWKind::maxu, b.cast(most, i64), extremes,
                                  ValueRange{b.index(kLongest)});
    });
  });
  PrefixSumOp::create(b, held, b.select(ok, b.add(product.rows, one), zero));
  auto found = b.ifElse(
      ok, {b.getIndexType(), b.getIndexType()},
      [&] {
        return LoopBuilder::Values{b.loadIndex(products, entries),
                                   b.loadIndex(extremes, b.index(kLongest))};
      },
      [&] { return LoopBuilder::Values{zero, zero}; });
  longest = found[1];
  recordCount(b, "products", 0, found[0]);
  if (!compared)
    ReleaseOp::create(b, extremes);
}

void TeamProduct::cutWindows() {
  Type i64 = b.getI64Type();
  Value zero = b.index(0), one = b.index(1);
  Value safeRows = countIfOk(b, product.rows);
  /// The row behind the window that begins at `row`, and its windows of columns.
  auto windowAt = [&](Value row) {
    Value most = b.add(b.loadIndex(held, row), capacity);
    Value end = b.min(b.add(row, height), safeRows);
    Value last = emitUpperBound(b, held, b.add(row, one), b.add(end, one), most);
    last = b.sub(last, one);
    Value fits = b.less(row, last);
    return std::pair(b.select(fits, last, b.add(row, one)), b.select(fits, one, pieces));
  };
  auto moreRows = [&](ValueRange at) { return b.less(at[0], safeRows); };
  Value windows = b.whileLoop({zero, zero}, moreRows, [&](ValueRange at) {
    auto [next, columns] = windowAt(at[0]);
    return LoopBuilder::Values{next, b.add(at[1], columns)};
  })[1];
  auto list = [&](Value size) -> Value {
    return AllocateOp::create(b, bufferOf(i64), ValueRange{size}, false);
  };
  starts = list(b.add(windows, one));
  lows = list(windows);
  highs = list(windows);
  safeRows = countIfOk(b, product.rows);
  b.whileLoop({zero, zero}, moreRows, [&](ValueRange at) {
    auto [next, columns] = windowAt(at[0]);
    Value row = at[0], number = at[1];
    Value whole = b.equal(columns, one);
    b.loop(zero, columns, [&](Value piece) {
      Value low = b.mul(piece, width), window = b.add(number, piece);
      b.storeIndex(row, starts, window);
      b.storeIndex(low, lows, window);
      Value high = b.min(b.add(low, width), product.columns);
      b.storeIndex(b.select(whole, product.columns, high), highs, window);
    });
    return LoopBuilder::Values{next, b.add(number, columns)};
  });
  b.ifThen(StatusOp::create(b), [&] { b.storeIndex(safeRows, starts, windows); });
  recordCount(b, "chunks", 0, windows);
}
