//===- Bodies.h - bodies of linalg operations as semirings ------*- C++ -*-===//
//
// Stage: import. Upstream reads an absent entry as zero. So a plain body is a
// product only if zero annihilates its multiply and starts its add: plus_times,
// and or_and on booleans. A body in terms of sparse_tensor.binary (present on
// both sides only) and sparse_tensor.reduce says what happens to absent entries
// and brings its identity: any semiring.
//
//===----------------------------------------------------------------------===//
#ifndef SCRATCH_PASSES_IMPORT_BODIES_H
#define SCRATCH_PASSES_IMPORT_BODIES_H

#include "dialects/Scratch/Scratch.h"

namespace scratch {

/// `yield add(init, multiply(lhs, rhs))`, arguments in either order.
std::optional<SemiringKind> matchPlainBody(mlir::Block &body, mlir::Value lhs, mlir::Value rhs,
                                           mlir::Value init);

/// `yield init + factor * lhs * rhs`, in any order and association.
bool matchSampledBody(mlir::Block &body, mlir::Value factor, mlir::Value lhs, mlir::Value rhs,
                      mlir::Value init);

/// `yield lhs * rhs`.
bool matchScaledBody(mlir::Block &body, mlir::Value lhs, mlir::Value rhs);

/// A semiring that the body spells out.
struct SpelledSemiring {
  mlir::sparse_tensor::BinaryOp multiply;
  mlir::sparse_tensor::ReduceOp add;
  mlir::TypedAttr identity;
  bool multiplySwapped = false; ///< the region takes rhs first
  bool addSwapped = false;      ///< the region takes the product first

  /// A row of Semirings.def that means exactly the same, or `custom`.
  SemiringKind kind() const;
  /// Fill the regions of a kernel with `semiring<custom>`.
  void copyInto(KernelOpInterface kernel, mlir::OpBuilder &builder) const;
};

std::optional<SpelledSemiring> matchSpelledBody(mlir::Block &body, mlir::Value lhs,
                                                mlir::Value rhs, mlir::Value init);

} // namespace scratch

#endif // SCRATCH_PASSES_IMPORT_BODIES_H
