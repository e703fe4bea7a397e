//===- MaskData.h - what a formula reads at run time ------------*- C++ -*-===//
//
// Stage: expand. A mask's numbers become parameters of its formula, its tensors tables,
// checked against the extents of the attention that consumes it. A formula that reads
// something of one batch or head depends on it.
//
//===----------------------------------------------------------------------===//
#ifndef SCRATCH_PASSES_EXPAND_ATTENTION_MASKDATA_H
#define SCRATCH_PASSES_EXPAND_ATTENTION_MASKDATA_H

#include "passes/Expand/Attention/MaskFormula.h"

namespace scratch {

class MaskData {
public:
  using Value = mlir::Value;
  using Index = mask::Index;
  using Parameter = MaskFormula::Parameter;
  using Table = MaskFormula::Table;

  MaskData(LoopBuilder &b, const MaskDomain &domain, MaskFormula &formula)
      : b(b), domain(domain), formula(formula) {}

  Index add(Parameter parameter) {
    formula.dependsOnHead |= parameter.buffer && parameter.perHead;
    formula.dependsOnBatch |= parameter.buffer && !parameter.perHead;
    formula.parameters.push_back(std::move(parameter));
    return mask::parameter(formula.parameters.size() - 1);
  }
  unsigned add(Table table) {
    formula.dependsOnBatch |= table.perBatch;
    formula.dependsOnHead |= table.perHead;
    formula.tables.push_back(table);
    return formula.tables.size() - 1;
  }
  unsigned add(TokenNumbers numbers, bool sorted);

  Index single(Value value);
  /// One for all batches, or one for each.
  Index count(Value value, llvm::StringRef what);
  /// What a leaf adds to the query's number: `offset` may be null.
  Index shift(Alignment alignment, Value offset, llvm::StringRef what);
  unsigned table(Value tensor, Axis axis, llvm::StringRef what, bool sorted);
  /// Flags of the named tokens, made before the loops.
  Table listedFlags(MaskListedOp leaf);

  Value extentOf(Axis axis) const { return axis == Axis::Query ? domain.queries : domain.keys; }

  LoopBuilder &b;
  const MaskDomain &domain;
  MaskFormula &formula;
};

} // namespace scratch

#endif // SCRATCH_PASSES_EXPAND_ATTENTION_MASKDATA_H
