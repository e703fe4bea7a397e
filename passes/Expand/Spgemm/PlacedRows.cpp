//===- PlacedRows.cpp - rows of a product whose places are planned --------===//
#include "passes/Expand/Spgemm/PlacedRows.h"

using namespace mlir;
using namespace scratch;

PlacedRows::PlacedRows(LoopBuilder &b, const PlanBytes &plan, Value rows, Value products)
    : b(b), any(b.less(b.index(0), products)), before(plan.before(rows)),
      places(plan.places(rows, products)) {}

void PlacedRows::sumRow(const SemiringEmitter &semiring, const SparseOperand &pattern,
                        const SparseOperand &lhs, const SparseOperand &rhs, Value row,
                        Value values) const {
  auto [first, last] = pattern.segment(b, row);
  Value start = arith::ConstantOp::create(
      b, startOf(semiring.semiring, semiring.identity, semiring.element));
  b.loop(first, last, [&](Value k) { b.store(start, values, k); });
  auto [begin, end] = lhs.segment(b, row);
  b.loop(begin, end, {b.loadIndex(before, row)}, [&, first = first](Value p, ValueRange at) {
    auto [from, to] = rhs.segment(b, b.loadIndex(lhs.coordinates, p));
    Value scale = semiring.readsLeft() ? b.load(lhs.values, p) : Value();
    Value shift = b.sub(at[0], from);
    b.loop(from, to, [&](Value q) {
      Value right = semiring.readsRight() ? b.load(rhs.values, q) : Value();
      Value entry = b.add(first, b.loadIndex(places, b.add(shift, q)));
      Value product = semiring.multiply(b, scale, right, semiring.element);
      b.store(semiring.add(b, b.load(values, entry), product), values, entry);
    });
    return LoopBuilder::Values{b.add(shift, to)};
  });
}
