//===- Accumulators.cpp - the accumulators that a worker has --------------===//
#include "passes/Expand/Spgemm/Accumulators.h"

using namespace mlir;
using namespace scratch;

Value scratch::createAccumulator(LoopBuilder &b, const OpenProduct &product, AccumulatorKind kind,
                                 Value width, Value entries) {
  const SemiringEmitter &semiring = product.semiring;
  Type type = AccumulatorType::get(b.getContext(), kind, product.coordinateType(),
                                   semiring.element);
  TypedAttr identity = semiring.semiring.isCustom() ? semiring.identity : TypedAttr();
  auto create = AccumulatorCreateOp::create(b, type, width, entries, semiring.semiring, identity,
                                            /*known=*/false,
                                            product.op.getStrategyAttr().getHash());
  semiring.cloneAdd(create.getAdd());
  // Rows that are merged whole are not held against the mask.
  if (!product.mask.empty() && kind != AccumulatorKind::Grouped)
    product.mask.emitFormula(b, create.getFormula());
  return create;
}

void scratch::destroyAccumulators(LoopBuilder &b, ValueRange accumulators) {
  for (Value accumulator : accumulators)
    AccumulatorDestroyOp::create(b, accumulator);
}

Value Accumulators::widestTile(unsigned variant) const {
  switch (variants.kindOf(variant)) {
  case AccumulatorKind::Hash:
    return product.columns;
  case AccumulatorKind::Sort:
    return b.min(product.columns, b.index(kSortColumns));
  case AccumulatorKind::Narrow:
    return b.min(product.columns, b.index(kWordColumns));
  case AccumulatorKind::Blocked:
    return blocks.widestTile();
  case AccumulatorKind::Grouped:
    // Most matrices never come to it.
    return variants.alone() ? bounds.window
                            : b.select(groups->made(), bounds.window, b.index(0));
  default:
    return bounds.window;
  }
}

Value Accumulators::make(unsigned variant) const {
  return createAccumulator(b, product, variants.kindOf(variant), widestTile(variant), bounds.most);
}

LoopBuilder::Values Accumulators::makeAll() const {
  LoopBuilder::Values accumulators;
  for (unsigned v : variants.inTiles())
    accumulators.push_back(make(v));
  return accumulators;
}
