//===- RowGroups.cpp - rows of B in groups of columns ---------------------===//
#include "passes/Expand/Spgemm/RowGroups.h"

#include "passes/Expand/RowLoops.h"
#include "passes/Expand/SampledChanges.h"

using namespace mlir;
using namespace scratch;

/// Products per entry of B, and entries of B, from which groups are considered.
static constexpr int64_t kUses = 8, kLeastEntries = 4096;
/// Entries per group that are worth it: kFill / kFillOf.
static constexpr int64_t kFill = 15, kFillOf = 4;

/// Whether entries lie closely enough, of which there are at least kLeastEntries.
static Value fillGroups(LoopBuilder &b, const SparseOperand &rows, Value stored) {
  Value changes = sampledChanges(b, stored, [&](Value p) {
    return b.shiftRight(b.loadIndex(rows.coordinates, p), kGroupColumnsLog);
  });
  return b.lessEqual(b.mul(changes, b.index(kFill)), b.index(kSampledPairs * kFillOf));
}

static Value areWorthIt(LoopBuilder &b, const SparseOperand &rows, Value products) {
  Value stored = b.loadIndex(rows.positions, rows.majors);
  Value used = b.lessEqual(b.mul(stored, b.index(kUses)), products);
  Value several = b.lessEqual(b.index(kLeastEntries), stored);
  return b.ifElse(
      b.bitAnd(used, several), {b.getI1Type()},
      [&] { return LoopBuilder::Values{fillGroups(b, rows, stored)}; },
      [&] { return LoopBuilder::Values{b.bit(false)}; })[0];
}

RowGroups RowGroups::of(LoopBuilder &b, const SparseOperand &rows, Value products, bool forced,
                        LoopBuilder::Values &held) {
  Value zero = b.index(0);
  RowGroups groups;
  groups.isMade = b.ifElse(
      StatusOp::create(b), {b.getI1Type()},
      [&] {
        return LoopBuilder::Values{forced ? b.bit(true) : areWorthIt(b, rows, products)};
      },
      [&] { return LoopBuilder::Values{b.bit(false)}; })[0];
  Value majors = b.select(groups.isMade, rows.majors, zero);
  Value room = b.ifElse(
      groups.isMade, {b.getIndexType()},
      [&] { return LoopBuilder::Values{b.loadIndex(rows.positions, rows.majors)}; },
      [&] { return LoopBuilder::Values{zero}; })[0];
  auto allocate = [&](Type element, Value size) {
    return held.emplace_back(
        AllocateOp::create(b, bufferOf(element), ValueRange{size}, /*zeroed=*/false));
  };
  groups.numbers =
      allocate(cast<MemRefType>(rows.coordinates.getType()).getElementType(), room);
  groups.masks = allocate(b.getI8Type(), room);
  groups.ends = allocate(cast<MemRefType>(rows.positions.getType()).getElementType(), majors);
  Value safe = countIfOk(b, majors);
  // A team is not called together for nothing.
  b.ifThen(b.less(zero, safe), [&] {
    parallelRows(b, safe, [&](Value first, Value last) {
      b.loop(first, last, [&](Value row) { groups.fillRow(b, rows, row); });
    });
  });
  return groups;
}

/// There is room for as many groups as entries.
void RowGroups::fillRow(LoopBuilder &b, const SparseOperand &rows, Value row) const {
  Type i8 = b.getI8Type();
  Value one = b.index(1), none = b.integer(0, i8);
  auto [from, to] = rows.segment(b, row);
  // No column has this number: the first entry begins a group.
  Value nowhere = b.index(-1);
  auto written = b.loop(from, to, {b.sub(from, one), nowhere, none}, [&](Value p, ValueRange so) {
    Value column = b.loadIndex(rows.coordinates, p);
    Value number = b.shiftRight(column, kGroupColumnsLog);
    Value place = b.cast(b.bitAnd(column, b.index((1 << kGroupColumnsLog) - 1)), i8);
    Value bit = arith::ShLIOp::create(b, b.integer(1, i8), place);
    Value fresh = b.notEqual(number, so[1]);
    Value at = b.add(so[0], b.cast(fresh, b.getIndexType()));
    Value mask = b.bitOr(b.select(fresh, none, so[2]), bit);
    b.storeIndex(number, numbers, at);
    b.store(mask, masks, at);
    return LoopBuilder::Values{at, number, mask};
  });
  b.storeIndex(b.add(written[0], one), ends, row);
}

void RowGroups::accumulate(LoopBuilder &b, const SemiringEmitter &semiring, Value tile, Value row,
                           Value first, Value values, Value scale, bool symbolic) const {
  AccumulateGroupsOp::create(b, tile, numbers, masks, first, b.loadIndex(ends, row), values,
                             first, scale, symbolic, semiring.swapped, semiring.semiring);
}
