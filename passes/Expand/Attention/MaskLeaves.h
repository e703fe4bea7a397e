//===- MaskLeaves.h - single mask operations as predicates ------*- C++ -*-===//
//
// Stage: expand. What each leaf of a mask's tree says of a query's and a key's place.
//
//===----------------------------------------------------------------------===//
#ifndef SCRATCH_PASSES_EXPAND_ATTENTION_MASKLEAVES_H
#define SCRATCH_PASSES_EXPAND_ATTENTION_MASKLEAVES_H

#include "passes/Expand/Attention/MaskPlaces.h"

namespace scratch {

class MaskLeaves {
public:
  using Value = mlir::Value;
  using Predicate = mask::Predicate;
  template <class T> using FailureOr = llvm::FailureOr<T>;

  /// Errors are of `op`, which consumes the mask.
  MaskLeaves(mlir::Operation *op, MaskData &data, MaskPlaces &places)
      : op(op), data(data), places(places), b(data.b), domain(data.domain),
        formula(data.formula), at(places.at) {}

  /// Whether a bit is set that is the same for all places.
  Predicate isSet(Value bit);
  Predicate causal(MaskCausalOp leaf);
  Predicate window(MaskWindowOp leaf);
  Predicate first(MaskFirstOp leaf);
  Predicate keep(MaskKeepOp leaf);
  Predicate listed(MaskListedOp leaf);
  Predicate documents(MaskDocumentsOp leaf);
  Predicate neighbourhood(MaskNeighbourhoodOp leaf);
  /// A dense map of blocks; a sparse one is spread out, a byte per block. `refined` is null
  /// unless blocks have kinds.
  Predicate blocks(MaskBlocksOp leaf, std::shared_ptr<Predicate> refined);
  Predicate packed(MaskPackedOp leaf);
  FailureOr<Predicate> from(MaskFromOp leaf);
  Predicate region(MaskRegionOp leaf);

private:
  using Leaf = MaskFormula::Leaf;

  Predicate add(Leaf leaf) {
    formula.leaves.push_back(leaf);
    return mask::opaque(formula.leaves.size() - 1);
  }
  Predicate residueWindow(MaskWindowOp leaf);
  Leaf dense(Leaf::Kind kind, Value tensor, MaskType mask);

  mlir::Operation *op;
  MaskData &data;
  MaskPlaces &places;
  LoopBuilder &b;
  const MaskDomain &domain;
  MaskFormula &formula;
  const mask::Tokens &at;
};

} // namespace scratch

#endif // SCRATCH_PASSES_EXPAND_ATTENTION_MASKLEAVES_H
