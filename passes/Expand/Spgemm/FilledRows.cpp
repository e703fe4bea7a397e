//===- FilledRows.cpp - the rows of A that have entries -------------------===//
#include "passes/Expand/Spgemm/FilledRows.h"

#include "passes/Expand/RowLoops.h"

using namespace mlir;
using namespace scratch;
using Values = LoopBuilder::Values;

/// Rows per entry of A from which on empty ones are left out.
static constexpr int64_t kRowsPerEntry = 8;
/// Rows that are skipped at once if all are empty.
static constexpr int64_t kStride = 16;

bool FilledRows::suits(const OpenProduct &product) {
  return product.mask.empty() && !product.init && !product.partials &&
         product.op.getEpilogue().empty();
}

FilledRows::FilledRows(LoopBuilder &b, OpenProduct &product) : b(b), rows(product.rows) {
  SparseOperand &lhs = product.lhs;
  auto type = cast<MemRefType>(lhs.positions.getType());
  Value none = b.index(0);
  Value most = arith::DivUIOp::create(b, rows, b.index(kRowsPerEntry));
  Value entries = b.ifElse(
      StatusOp::create(b), {b.getIndexType()},
      [&] { return Values{b.loadIndex(lhs.positions, rows)}; }, [&] { return Values{most}; })[0];
  // Rows' numbers are stored like positions.
  few = b.bitAnd(b.less(entries, most), b.lessEqual(rows, b.index(largest(type.getElementType()))));
  // One place behind the last: rows are written before it is known whether they have entries.
  numbers = b.add(entries, b.index(1));
  Values compact = b.ifElse(
      few, {type, b.getIndexType()},
      [&] {
        kept = AllocateOp::create(b, type, ValueRange{b.add(numbers, numbers)}, false);
        Value found = b.ifElse(
            StatusOp::create(b), {b.getIndexType()}, [&] { return Values{collect(lhs)}; },
            [&] { return Values{none}; })[0];
        return Values{kept, found};
      },
      [&] { return Values{lhs.positions, rows}; });
  lhs.positions = kept = compact[0];
  lhs.majors = product.rows = count = compact[1];
}

/// How many rows have entries.
Value FilledRows::collect(const SparseOperand &lhs) const {
  Value none = b.index(0), one = b.index(1);
  Values all = b.loop(
      none, rows, {none, none},
      [&](Value first, ValueRange before) {
        Value last = b.min(b.add(first, b.index(kStride)), rows), begin = before[1];
        Value end = b.loadIndex(lhs.positions, last);
        Value found = b.ifElse(
            b.equal(begin, end), {b.getIndexType()}, [&] { return Values{before[0]}; },
            [&] {
              return Values{b.loop(first, last, {before[0], begin}, [&](Value row, ValueRange at) {
                b.storeIndex(row, kept, b.add(numbers, at[0]));
                b.storeIndex(at[1], kept, at[0]);
                Value next = b.loadIndex(lhs.positions, b.add(row, one));
                Value filled = b.select(b.equal(next, at[1]), none, one);
                return Values{b.add(at[0], filled), next};
              })[0]};
            })[0];
        return Values{found, end};
      },
      kStride);
  b.storeIndex(all[1], kept, all[0]);
  return all[0];
}

Value FilledRows::spread(Value positions) const {
  Value none = b.index(0), one = b.index(1);
  Value places = b.add(rows, one);
  auto type = cast<MemRefType>(positions.getType());
  return b.ifElse(
      few, {type},
      [&] {
        Value all = AllocateOp::create(b, type, ValueRange{places}, false);
        auto fill = [&](Value first, Value last, Value number) {
          Value position = b.load(positions, number);
          b.loop(first, last, [&](Value row) { b.store(position, all, row); });
        };
        b.ifThen(StatusOp::create(b), [&] {
          Value begin = b.loop(none, count, {none}, [&](Value at, ValueRange first) {
            Value next = b.add(b.loadIndex(kept, b.add(numbers, at)), one);
            fill(first[0], next, at);
            return Values{next};
          })[0];
          fill(begin, places, count);
        });
        for (Value buffer : {positions, kept})
          ReleaseOp::create(b, buffer);
        return Values{all};
      },
      [&] { return Values{positions}; })[0];
}
