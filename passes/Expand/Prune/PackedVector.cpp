//===- PackedVector.cpp - packed weights times one sample -----------------===//
//
// Stage: expand. Entry by entry, for every format and element type: the sums of a
// panel's rows in several chains, which neighbouring entries take turns in.
//
//===----------------------------------------------------------------------===//
#include "passes/Expand/Operands.h"
#include "passes/Expand/Prune/PackedProduct.h"
#include "passes/Expand/RowLoops.h"

using namespace mlir;
using namespace scratch;
using Values = LoopBuilder::Values;

/// Equal shares of rows where the format has no positions to balance by.
static constexpr int64_t kPerRow = 4;

void scratch::emitPackedVector(const PackedProduct &product, const PackedEntries &entries) {
  PackedProduct p = product;
  LoopBuilder &b = p.b;
  int64_t height = entries.panelHeight();
  auto chunk = [&](Value first, Value last) {
    int64_t chains = llvm::bit_floor(uint64_t(std::clamp<int64_t>(kInFlight / height, 1, kMostChains)));
    b.loop(first, last, [&](Value panel) {
      auto rowOf = [&](int64_t r) {
        return height == 1 ? panel : b.add(b.mul(panel, b.index(height)), b.index(r));
      };
      Values sums(height * chains, p.zeroOf(p.element));
      sums = entries.walk(
          b, panel, sums,
          [&](Value k, ArrayRef<Value> weights, ValueRange before) {
            Value x = b.load(p.rhs, k);
            Values after;
            for (auto [weight, sum] : llvm::zip(weights, before))
              after.push_back(multiplyAdd(b, weight, x, sum));
            return after;
          },
          chains);
      for (int64_t half = chains / 2; half > 0; half /= 2)
        for (int64_t i = 0; i < half * height; ++i)
          sums[i] = arith::AddFOp::create(b, sums[i], sums[half * height + i]);
      for (int64_t r = 0; r < height; ++r) {
        Value row = rowOf(r), sum = sums[r];
        auto store = [&] {
          Value total = p.init ? Value(arith::AddFOp::create(b, b.load(p.init, row), sum)) : sum;
          b.store(p.finish(total, row), p.result, row);
        };
        if (r == 0)
          store();
        else
          b.ifThen(b.less(row, p.rows), store);
      }
    });
  };
  Value panels = countIfOk(b, entries.panels());
  if (!entries.positions())
    return parallelRows(b, panels, chunk);
  Value starts = partitionByEntries(b, entries.positions(), panels, b.index(1), kPerRow);
  parallelChunks(
      b, starts, [] { return Values(); },
      [&](Value, Value first, Value last, ValueRange) { chunk(first, last); }, [](ValueRange) {});
  ReleaseOp::create(b, starts);
}
