//===- RowChoice.cpp - which accumulator a row takes ----------------------===//
#include "passes/Expand/Spgemm/RowChoice.h"

#include "passes/Emission/CostForm.h"
#include "passes/Expand/Vectors.h"

using namespace mlir;
using namespace scratch;

/// Products that are sorted at most. Networks of narrower vectors take more steps: on AVX2, rows
/// of 160 products are sorted in 1.2 times what a window takes (brack2), of 100 still in half.
static int64_t longestList(Operation *kernel) {
  int64_t bits = vectorBits(kernel);
  return bits >= 512 ? kSortProducts : bits >= 256 ? kSortProducts / 2 : kSortProducts / 4;
}

/// Those whose forms are weighed: rows that are narrow enough for `narrow` have nothing better.
SmallVector<unsigned> RowChoice::compared() const {
  return llvm::filter_to_vector(variants.inTiles(),
                                [&](unsigned v) { return v != variants.narrow; });
}

/// What every form charges alike decides nothing and is not evaluated.
SmallVector<double> RowChoice::sharedCost() const {
  SmallVector<double> shared(costFormOf(variants[compared().front()]));
  for (unsigned v : compared()) {
    // What a form does not list it does not charge.
    ArrayRef<double> form = costFormOf(variants[v]);
    shared.resize(std::min(shared.size(), form.size()));
    for (size_t f = 0; f < shared.size(); ++f)
      shared[f] = std::min(shared[f], form[f]);
  }
  return shared;
}

/// The linear form of one variant on one row, in cycles beyond what all share;
/// infinite for a row that the variant does not take.
Value RowChoice::cost(unsigned variant, ArrayRef<double> shared, const RowShape &shape,
                      Value maskEntries) const {
  SmallVector<double> own(costFormOf(variants[variant]));
  for (size_t f = 0; f < shared.size(); ++f)
    own[f] -= shared[f];
  Value total = emitCost(b, own, [&](CostFeature which) -> Value {
    switch (which) {
    case CostFeature::one:
      return b.index(1);
    case CostFeature::entries:
      return shape.entries;
    case CostFeature::products:
      return shape.products;
    case CostFeature::range:
      return shape.range(b);
    case CostFeature::mask:
      return maskEntries;
    case CostFeature::surprise:
      return shape.surprise;
    default:
      return Value(); // known of whole matrices only
    }
  });
  AccumulatorKind kind = variants.kindOf(variant);
  if (kind == AccumulatorKind::Hash)
    return total;
  Value takes = b.lessEqual(shape.range(b), accumulators.widestTile(variant));
  if (kind == AccumulatorKind::Sort)
    takes = b.bitAnd(takes, b.lessEqual(shape.products, b.index(longestList(product.op))));
  Value never = arith::ConstantOp::create(
      b, b.getF64FloatAttr(std::numeric_limits<double>::infinity()));
  return b.select(takes, total, never);
}

Value RowChoice::choose(Value row, const RowShape &shape) const {
  if (!variants.narrow)
    return compare(row, shape);
  return b.ifElse(
      b.lessEqual(shape.range(b), b.index(kWordColumns)), {b.getIndexType()},
      [&] { return LoopBuilder::Values{b.index(*variants.narrow)}; },
      [&] { return LoopBuilder::Values{compare(row, shape)}; })[0];
}

Value RowChoice::compare(Value row, const RowShape &shape) const {
  // One that takes any row stands until another is cheaper, whatever the forms say.
  unsigned fallback =
      variants.firstOf({AccumulatorKind::Hash, AccumulatorKind::Tiered, AccumulatorKind::Dense,
                        AccumulatorKind::Grouped, AccumulatorKind::Blocked});
  Value choice = b.index(fallback);
  if (compared().size() == 1)
    return choice;
  Value maskEntries = product.mask.empty()
                          ? b.index(0)
                          : product.mask.entriesOfRow(b, row, shape.range(b));
  SmallVector<double> shared = sharedCost();
  Value least = cost(fallback, shared, shape, maskEntries);
  for (unsigned v : compared()) {
    if (v == fallback || v == variants.grouping)
      continue;
    Value candidate = cost(v, shared, shape, maskEntries);
    Value better = arith::CmpFOp::create(b, arith::CmpFPredicate::OLT, candidate, least);
    choice = b.select(better, b.index(v), choice);
    least = b.select(better, candidate, least);
  }
  if (!variants.grouping)
    return choice;
  // Rows of groups take the dense window's place.
  unsigned dense = variants.firstOf({AccumulatorKind::Dense, AccumulatorKind::Grouped});
  Value instead = b.bitAnd(groups->made(), b.equal(choice, b.index(dense)));
  return b.select(instead, b.index(*variants.grouping), choice);
}
