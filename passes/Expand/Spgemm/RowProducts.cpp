//===- RowProducts.cpp - how many products a row has ----------------------===//
#include "passes/Expand/Spgemm/RowProducts.h"

using namespace mlir;
using namespace scratch;

/// Entries of A between fetching where a row of B starts and reading it. Short rows name few
/// rows, far apart in a long array: nothing else would fetch the next one in time.
static constexpr int64_t kAhead = 16;

Value scratch::productsOfRow(LoopBuilder &b, const SparseOperand &lhs, const SparseOperand &rhs,
                             Value row, Value lastEntry) {
  auto [begin, end] = lhs.segment(b, row);
  return b.loop(begin, end, {b.index(0)}, [&](Value p, ValueRange sum) {
    Value coming = b.min(b.add(p, b.index(kAhead)), lastEntry);
    memref::PrefetchOp::create(b, rhs.positions, b.loadIndex(lhs.coordinates, coming),
                               /*isWrite=*/false, /*localityHint=*/3, /*isDataCache=*/true);
    auto [from, to] = rhs.segment(b, b.loadIndex(lhs.coordinates, p));
    return LoopBuilder::Values{b.add(sum[0], b.sub(to, from))};
  })[0];
}
