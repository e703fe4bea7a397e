//===- Variants.cpp - a strategy's accumulators by what they do -----------===//
#include "passes/Expand/Spgemm/Variants.h"

#include "passes/Expand/Epilogue.h"
#include "runtime/abi/scratch.h"

using namespace mlir;
using namespace scratch;

Variants::Variants(ArrayRef<VariantAttr> all) : all(all) {
  for (unsigned number = 0; number < all.size(); ++number) {
    AccumulatorKind kind = kindOf(number);
    if (kind == AccumulatorKind::Grouped)
      grouping = number;
    if (kind == AccumulatorKind::Blocked)
      blocking = number;
    if (kind == AccumulatorKind::Narrow)
      narrow = number;
    // Alone it takes single rows as well, where no block is to be had.
    if (kind == AccumulatorKind::Blocked && all.size() > 1)
      continue;
    if (kind == AccumulatorKind::Merge)
      merging = number;
    else
      tiled.push_back(number);
  }
}

LogicalResult Variants::check(const OpenProduct &product) const {
  SpgemmOp op = product.op;
  if (all.empty())
    return op.emitError("strategy lists no accumulator");
  if (all.size() > SCRATCH_MAX_VARIANTS)
    return op.emitError("strategy lists ")
           << all.size() << " accumulators, expected at most " << SCRATCH_MAX_VARIANTS;
  for (auto [number, variant] : llvm::enumerate(all)) {
    AccumulatorKind kind = variant.getAccumulator();
    // Workers by themselves may take over from a team, with one accumulator.
    bool beside = all.size() == 2 && number == 0 && takesAnyRow(kindOf(1)) && !isShared(kindOf(1));
    if (isShared(kind) &&
        ((all.size() > 1 && (!beside || product.partials)) || dropsEntries(op.getEpilogue()) ||
         product.phases() == Phases::Two))
      return op.emitError("accumulator '")
             << stringify(kind)
             << "' stands alone or before one that takes every row, with phases = one and an "
                "epilogue that keeps all entries";
    bool blocks = kind == AccumulatorKind::Blocked, groups = kind == AccumulatorKind::Grouped;
    // Groups merge rows whole, of which another accumulator's mask picks.
    if (op.getMask() && (!takesAnyRow(kind) || blocks || (groups && alone())))
      return op.emitError("accumulator '") << stringify(kind) << "' takes no mask";
    bool custom = product.semiring.semiring.isCustom();
    if (groups && (product.partials || !product.rhs.ordered || custom))
      return op.emitError("accumulator 'grouped' needs ordered rows and a built-in semiring");
    if (op.getInit() && (isShared(kind) || blocks || kind == AccumulatorKind::Merge))
      return op.emitError("accumulator '") << stringify(kind) << "' takes no init";
    if (blocks && (product.partials || !product.lhs.ordered))
      return op.emitError("accumulator 'blocked' needs ordered rows of the matrices");
    if (kind == AccumulatorKind::Merge && (product.partials || !product.rhs.ordered))
      return op.emitError("accumulator 'merge' needs ordered coordinates");
  }
  // Beside others, these two are for some matrices only.
  auto takesRest = [&](VariantAttr v) {
    AccumulatorKind kind = v.getAccumulator();
    bool some = kind == AccumulatorKind::Blocked || kind == AccumulatorKind::Grouped;
    return takesAnyRow(kind) && (alone() || !some);
  };
  if (llvm::none_of(all, takesRest))
    return op.emitError("strategy lists no accumulator that takes every row");
  return success();
}

bool Variants::contains(AccumulatorKind kind) const {
  return llvm::any_of(all, [&](VariantAttr v) { return v.getAccumulator() == kind; });
}

unsigned Variants::firstOf(ArrayRef<AccumulatorKind> kinds) const {
  for (AccumulatorKind kind : kinds)
    for (unsigned v : tiled)
      if (kindOf(v) == kind)
        return v;
  llvm_unreachable("check: one takes every row");
}

unsigned Variants::ofWindows() const {
  return firstOf({AccumulatorKind::Tiered, AccumulatorKind::Dense, AccumulatorKind::Grouped,
                  AccumulatorKind::Blocked, AccumulatorKind::Hash});
}

void Variants::dropGrouping() {
  llvm::erase(tiled, *grouping);
  grouping.reset();
}
