//===- MaskPlaces.h - which order a mask gives its tokens -------*- C++ -*-===//
//
// Stage: expand. A formula is about places; where a rewrite is allowed and some leaf gains by
// it, tokens come in another order (TokenOrder.h): those that keep-lists leave side by side,
// those of a dilated window by residue, those of a grid by patches.
//
//===----------------------------------------------------------------------===//
#ifndef SCRATCH_PASSES_EXPAND_ATTENTION_MASKPLACES_H
#define SCRATCH_PASSES_EXPAND_ATTENTION_MASKPLACES_H

#include "passes/Expand/Attention/MaskData.h"

namespace scratch {

class MaskPlaces {
public:
  using Value = mlir::Value;
  using Index = mask::Index;

  explicit MaskPlaces(MaskData &data)
      : data(data), b(data.b), domain(data.domain), formula(data.formula) {}

  /// Decides places for the tokens of `mask`; comes before its leaves are opened.
  void order(Value mask, Rewrites rewrites, bool compactQueries, bool ordersPerHead);
  bool allows(Rewrites rewrite) const { return bitEnumContainsAny(rewrites, rewrite); }
  /// Is `leaf` a window in steps of the dilation whose residues make the order?
  bool sharesResidues(MaskWindowOp leaf);
  /// No query that `offset` (may be null) moves is as far from a key.
  Value allTokens(Value offset);
  const Index &position(Axis axis) const { return axis == Axis::Query ? at.query : at.key; }

  mask::Tokens at;               ///< tokens of the places i and j
  llvm::DenseSet<Value> implied; ///< leaves that an order makes true
  /// Places that hold a query and a key at all.
  mask::Predicate used = mask::constant(true);
  mask::Tokens ranks;            ///< of residues: see orderByRemainder
  int64_t gridColumns = 0;       ///< patches of such a grid make the order
  mask::Tokens rows, columns;    ///< then: where tokens sit

private:
  bool compact(llvm::ArrayRef<Value> conjuncts, Axis axis);
  void orderForWindow(MaskWindowOp leaf);
  void orderForGrid(MaskNeighbourhoodOp leaf);
  Index tokensOf(const TokenOrder &order, const Index &place);

  MaskData &data;
  LoopBuilder &b;
  const MaskDomain &domain;
  MaskFormula &formula;
  Rewrites rewrites = Rewrites::None;
  MaskWindowOp residues; ///< the window whose residues make the order
};

} // namespace scratch

#endif // SCRATCH_PASSES_EXPAND_ATTENTION_MASKPLACES_H
