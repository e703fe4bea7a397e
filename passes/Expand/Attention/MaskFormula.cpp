//===- MaskFormula.cpp - mask operations as a formula and its data --------===//
#include "passes/Expand/Attention/MaskFormula.h"

#include "passes/Expand/Attention/MaskLeaves.h"

#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace scratch;
using mask::Predicate;
using Found = FailureOr<Predicate>;

namespace {
/// And, or and not of leaves, and choices between them.
class Opener {
public:
  Opener(Operation *op, const MaskPlaces &places, MaskLeaves &leaves)
      : op(op), places(places), leaves(leaves) {}

  Found open(Value mask);

private:
  Found blocks(MaskBlocksOp leaf);
  Found choice(arith::SelectOp choice);

  Operation *op;
  const MaskPlaces &places;
  MaskLeaves &leaves;
};
} // namespace

/// Blocks may say which of their entries take part by a mask of their own.
Found Opener::blocks(MaskBlocksOp leaf) {
  std::shared_ptr<Predicate> refined;
  if (leaf.getRefined()) {
    Found inner = open(leaf.getRefined());
    if (failed(inner))
      return failure();
    refined = std::make_shared<Predicate>(std::move(*inner));
  }
  return leaves.blocks(leaf, std::move(refined));
}

/// The same function reads either mask, as a bit tells when it runs.
Found Opener::choice(arith::SelectOp choice) {
  Found one = open(choice.getTrueValue()), other = open(choice.getFalseValue());
  if (failed(one) || failed(other))
    return failure();
  Predicate first = leaves.isSet(choice.getCondition());
  return (first && *one) || (!first && *other);
}

Found Opener::open(Value mask) {
  if (places.implied.contains(mask))
    return mask::constant(true);
  Operation *def = mask.getDefiningOp();
  auto pair = [&](auto combine) -> Found {
    Found lhs = open(combine.getLhs());
    if (failed(lhs))
      return failure();
    Found rhs = open(combine.getRhs());
    if (failed(rhs))
      return failure();
    return isa<MaskAndOp>(def) ? *lhs && *rhs : *lhs || *rhs;
  };
  if (!def)
    return op->emitError("mask must be built from mask operations in the same function");
  return llvm::TypeSwitch<Operation *, Found>(def)
      .Case<MaskAndOp, MaskOrOp>(pair)
      .Case([&](MaskNotOp leaf) -> Found {
        Found inner = open(leaf.getInput());
        return failed(inner) ? inner : Found(!*inner);
      })
      .Case([&](arith::SelectOp leaf) { return choice(leaf); })
      .Case([&](MaskCausalOp leaf) -> Found { return leaves.causal(leaf); })
      .Case([&](MaskWindowOp leaf) -> Found { return leaves.window(leaf); })
      .Case([&](MaskFirstOp leaf) -> Found { return leaves.first(leaf); })
      .Case([&](MaskKeepOp leaf) -> Found { return leaves.keep(leaf); })
      .Case([&](MaskListedOp leaf) -> Found { return leaves.listed(leaf); })
      .Case([&](MaskDocumentsOp leaf) -> Found { return leaves.documents(leaf); })
      .Case([&](MaskNeighbourhoodOp leaf) -> Found { return leaves.neighbourhood(leaf); })
      .Case([&](MaskBlocksOp leaf) { return blocks(leaf); })
      .Case([&](MaskPackedOp leaf) -> Found { return leaves.packed(leaf); })
      .Case([&](MaskFromOp leaf) { return leaves.from(leaf); })
      .Case([&](MaskRegionOp leaf) -> Found { return leaves.region(leaf); })
      .Default([&](Operation *) -> Found {
        return op->emitError("mask must be built from mask operations in the same function");
      });
}

FailureOr<MaskFormula> MaskFormula::open(LoopBuilder &b, Operation *op, Value mask,
                                         const MaskDomain &domain, Rewrites rewrites,
                                         bool compactQueries, bool ordersPerHead) {
  MaskFormula formula;
  formula.queryPlaces = domain.queries;
  formula.keyPlaces = domain.keys;
  if (!mask)
    return formula;
  MaskData data(b, domain, formula);
  MaskPlaces places(data);
  places.order(mask, rewrites, compactQueries, ordersPerHead);
  MaskLeaves leaves(op, data, places);
  Found predicate = Opener(op, places, leaves).open(mask);
  if (failed(predicate))
    return failure();
  formula.predicate = places.used && std::move(*predicate);
  return formula;
}
