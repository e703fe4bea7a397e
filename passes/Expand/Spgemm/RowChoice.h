//===- RowChoice.h - which accumulator a row takes --------------*- C++ -*-===//
//
// Stage: expand. Where the strategy lists several, each row takes the one whose cost form
// (Features.def) is least; rows of one word of columns take `narrow`, if it is there, and are not
// weighed. With a hash table among them, windows have a limit and wider rows take the table.
//
//===----------------------------------------------------------------------===//
#ifndef SCRATCH_PASSES_EXPAND_SPGEMM_ROWCHOICE_H
#define SCRATCH_PASSES_EXPAND_SPGEMM_ROWCHOICE_H

#include "passes/Expand/Spgemm/Accumulators.h"
#include "passes/Expand/Spgemm/RowShape.h"

namespace scratch {

class RowChoice {
public:
  RowChoice(LoopBuilder &b, const OpenProduct &product, const Variants &variants,
            const Accumulators &accumulators, const std::optional<RowGroups> &groups)
      : b(b), product(product), variants(variants), accumulators(accumulators), groups(groups) {}

  /// The number of the variant (index).
  mlir::Value choose(mlir::Value row, const RowShape &shape) const;

private:
  mlir::Value compare(mlir::Value row, const RowShape &shape) const;
  llvm::SmallVector<unsigned> compared() const;
  llvm::SmallVector<double> sharedCost() const;
  mlir::Value cost(unsigned variant, llvm::ArrayRef<double> shared, const RowShape &shape,
                   mlir::Value maskEntries) const;

  LoopBuilder &b;
  const OpenProduct &product;
  const Variants &variants;
  const Accumulators &accumulators;
  const std::optional<RowGroups> &groups;
};

} // namespace scratch

#endif // SCRATCH_PASSES_EXPAND_SPGEMM_ROWCHOICE_H
