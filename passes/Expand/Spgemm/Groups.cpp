//===- Groups.cpp - row-wise SpGEMM: rows of B in groups of columns -------===//
//
// Stage: expand. Meshes, bands and blocks have runs of neighbouring columns. Their rows are
// turned into groups first: which eight columns (number), which of them (eight bits);
// values stay where they are. Rows that would take the dense window merge a group at a time
// then (`grouped`), and counting touches bits only.
//
// Turning costs about as much as two products per entry, a group about as much as 3.5
// products one by one: worth it where entries are used often and groups are full enough,
// which a sample of B tells. Measured in passes/Conversion/X86/README.md.
//
//===----------------------------------------------------------------------===//
#include "passes/Expand/Spgemm/RowWise.h"

#include "passes/Expand/RowLoops.h"

using namespace mlir;
using namespace scratch;

/// Columns of a group: log2.
static constexpr int64_t kGroupLog = 3;
/// Products per entry of B, and entries of B, from which groups are considered.
static constexpr int64_t kUses = 8, kLeastEntries = 4096;
/// Places of B that are looked at, and entries at each.
static constexpr int64_t kPlaces = 64, kAtOnce = 32;
/// Entries per group that are worth it: kFill / kFillOf.
static constexpr int64_t kFill = 15, kFillOf = 4;

/// Whether entries of B lie closely enough.
Value RowWiseProduct::fillsGroups(Value stored) {
  Value step = arith::DivUIOp::create(b, stored, b.index(kPlaces));
  Value zero = b.index(0), one = b.index(1);
  auto groupAt = [&](Value p) { return b.shiftRight(b.loadIndex(rhs.coordinates, p), kGroupLog); };
  Value changes = b.loop(zero, b.index(kPlaces), {zero}, [&](Value place, ValueRange so) {
    Value from = b.mul(place, step);
    return b.loop(zero, b.index(kAtOnce), so, [&](Value k, ValueRange sum) {
      Value p = b.add(from, k);
      Value changed = b.notEqual(groupAt(p), groupAt(b.add(p, one)));
      return LoopBuilder::Values{b.add(sum[0], b.cast(changed, b.getIndexType()))};
    });
  })[0];
  return b.lessEqual(b.mul(changes, b.index(kFill)), b.index(kPlaces * kAtOnce * kFillOf));
}

/// Whether B is turned into groups, for which the bounds of all rows are known.
void RowWiseProduct::groupRows() {
  if (!grouping)
    return;
  Value no = b.bit(false);
  grouped = b.ifElse(
      StatusOp::create(b), {b.getI1Type()},
      [&] {
        if (variants.size() == 1)
          return LoopBuilder::Values{b.bit(true)};
        Value stored = b.loadIndex(rhs.positions, rhs.majors);
        Value products = productsOfRows(b.index(0), rows);
        Value used = b.lessEqual(b.mul(stored, b.index(kUses)), products);
        Value several = b.lessEqual(b.index(kLeastEntries), stored);
        return LoopBuilder::Values(b.ifElse(
            b.bitAnd(used, several), {b.getI1Type()},
            [&] { return LoopBuilder::Values{fillsGroups(stored)}; },
            [&] { return LoopBuilder::Values{no}; }));
      },
      [&] { return LoopBuilder::Values{no}; })[0];
  Value zero = b.index(0);
  Value majors = b.select(grouped, rhs.majors, zero);
  Value room = b.ifElse(
      grouped, {b.getIndexType()},
      [&] { return LoopBuilder::Values{b.loadIndex(rhs.positions, rhs.majors)}; },
      [&] { return LoopBuilder::Values{zero}; })[0];
  auto allocate = [&](Type element, Value size) {
    return held.emplace_back(
        AllocateOp::create(b, bufferOf(element), ValueRange{size}, /*zeroed=*/false));
  };
  groupNumbers = allocate(cast<MemRefType>(rhs.coordinates.getType()).getElementType(), room);
  groupMasks = allocate(b.getI8Type(), room);
  groupEnds = allocate(cast<MemRefType>(rhs.positions.getType()).getElementType(), majors);
  Value safe = countIfOk(b, majors);
  // A team is not called together for nothing.
  b.ifThen(b.less(zero, safe), [&] {
    parallelRows(b, safe, [&](Value first, Value last) {
      b.loop(first, last, [&](Value row) { groupRow(row); });
    });
  });
}

/// Groups of a row begin where its entries begin: there is room for as many.
void RowWiseProduct::groupRow(Value row) {
  Type i8 = b.getI8Type();
  Value one = b.index(1), none = b.integer(0, i8);
  auto [from, to] = rhs.segment(b, row);
  // No column has this number: the first entry begins a group.
  Value nowhere = b.index(-1);
  auto written = b.loop(from, to, {b.sub(from, one), nowhere, none}, [&](Value p, ValueRange so) {
    Value column = b.loadIndex(rhs.coordinates, p);
    Value number = b.shiftRight(column, kGroupLog);
    Value place = b.cast(b.bitAnd(column, b.index((1 << kGroupLog) - 1)), i8);
    Value bit = arith::ShLIOp::create(b, b.integer(1, i8), place);
    Value fresh = b.notEqual(number, so[1]);
    Value at = b.add(so[0], b.cast(fresh, b.getIndexType()));
    Value mask = b.bitOr(b.select(fresh, none, so[2]), bit);
    b.storeIndex(number, groupNumbers, at);
    b.store(mask, groupMasks, at);
    return LoopBuilder::Values{at, number, mask};
  });
  b.storeIndex(b.add(written[0], one), groupEnds, row);
}
