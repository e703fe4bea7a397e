//===- Bounds.cpp - row-wise SpGEMM: how much every row may need ----------===//
//
// Stage: expand. Products bound the entries of a row and weigh its work; both
// are kept as prefixes over rows, in 64 bits.
//
//===----------------------------------------------------------------------===//
#include "passes/Expand/Spgemm/RowWise.h"

#include "passes/Expand/RowLoops.h"
#include "runtime/abi/scratch.h"

using namespace mlir;
using namespace scratch;

/// Weight of a row beyond its products: reading A's entries, opening a tile.
static constexpr int64_t kRowWeight = 8;

/// bounds[i], weights[i]: prefixes over rows, in 64 bits.
void RowWiseProduct::boundRows() {
  Type i64 = b.getI64Type();
  Value zero = b.index(0), one = b.index(1);
  Value size = b.add(rows, one);
  bounds = AllocateOp::create(b, bufferOf(i64), ValueRange{size}, false);
  weights = AllocateOp::create(b, bufferOf(i64), ValueRange{size}, false);
  held.append({bounds, weights});
  Value safeRows = countIfOk(b, rows);
  b.ifThen(StatusOp::create(b), [&] {
    b.storeIndex(zero, bounds, zero);
    b.storeIndex(zero, weights, zero);
  });
  bool sampled = mask.isBoundedByLeaves();
  parallelRows(b, safeRows, [&](Value first, Value last) {
    b.loop(first, last, [&](Value row) {
      auto [begin, end] = lhs.segment(b, row);
      Value products =
          b.loop(begin, end, {zero}, [&](Value p, ValueRange sum) {
             auto [from, to] = rhs.segment(b, b.loadIndex(lhs.coordinates, p));
             return LoopBuilder::Values{b.add(sum[0], b.sub(to, from))};
           }).front();
      Value bound = b.min(products, columns);
      if (sampled)
        bound = b.min(bound, mask.entriesOfRow(b, row, columns));
      Value next = b.add(row, one);
      b.storeIndex(bound, bounds, next);
      b.storeIndex(
          b.add(b.add(products, b.sub(end, begin)), b.index(kRowWeight)),
          weights, next);
    });
  });
  auto scanned =
      b.loop(zero, safeRows, {zero, zero, zero, b.bit(false)},
             [&](Value row, ValueRange sums) {
               Value next = b.add(row, one);
               Value bound = b.loadIndex(bounds, next);
               Value weight = b.loadIndex(weights, next);
               Value boundSum = b.add(sums[0], bound),
                     weightSum = b.add(sums[1], weight);
               b.storeIndex(boundSum, bounds, next);
               b.storeIndex(weightSum, weights, next);
               Value wrapped = b.bitOr(sums[3], b.less(weightSum, sums[1]));
               // A masked tile holds what is marked as well.
               Value held =
                   mask.empty()
                       ? bound
                       : b.add(bound, mask.entriesOfRow(b, row, columns));
               return LoopBuilder::Values{boundSum, weightSum,
                                          b.max(sums[2], held), wrapped};
             });
  capacity = scanned[0];
  maxBound = scanned[2];
  Value sane = arith::XOrIOp::create(b, scanned[3], b.bit(true));
  FailOp::create(b, sane, SCRATCH_INDEX_OVERFLOW, "spgemm: products in all",
                 scanned[1], b.index(std::numeric_limits<int64_t>::max()));
  Value overhead = b.add(b.mul(safeRows, b.index(kRowWeight)),
                         b.select(StatusOp::create(b),
                                  b.sub(b.loadIndex(lhs.positions, safeRows),
                                        b.loadIndex(lhs.positions, zero)),
                                  zero));
  recordCount(b, "products", 0, b.sub(scanned[1], overhead));
}
