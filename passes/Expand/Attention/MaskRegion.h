//===- MaskRegion.h - bodies of mask.region as formulas ---------*- C++ -*-===//
#ifndef SCRATCH_PASSES_EXPAND_ATTENTION_MASKREGION_H
#define SCRATCH_PASSES_EXPAND_ATTENTION_MASKREGION_H

#include "passes/Analysis/MaskExpression.h"

#include "mlir/Dialect/Arith/IR/Arith.h"

#include <optional>

namespace scratch {

/// What the body of a `scratch.mask.region` yields, as a formula of the tokens `at`;
/// nothing where it is more than sums, products with constants, divisions,
/// comparisons and logic. `single` gives a number from around the body a name.
std::optional<mask::Predicate> understandRegion(
    mlir::Block &body, const mask::Tokens &at,
    llvm::function_ref<mask::Index(mlir::Value)> single);

} // namespace scratch

#endif // SCRATCH_PASSES_EXPAND_ATTENTION_MASKREGION_H
