//===- Semiring.h - a semiring as scalar operations -------------*- C++ -*-===//
//
// The one place where the operators of Semirings.def become arith operations.
// Floating-point min and max ignore a NaN unless both sides are (IEEE minNum),
// as the GraphBLAS does. Products and sums may be contracted to fused
// multiply-add.
//
//===----------------------------------------------------------------------===//
#ifndef SCRATCH_PASSES_EMISSION_SEMIRING_H
#define SCRATCH_PASSES_EMISSION_SEMIRING_H

#include "dialects/Scratch/Scratch.h"

#include "mlir/IR/ImplicitLocOpBuilder.h"

namespace scratch {

/// `op(left, right)` on scalars or vectors; `type` is the type of the result.
/// An operator that does not read a side accepts null for it.
mlir::Value emitOperator(mlir::ImplicitLocOpBuilder &b, SemiringOperator op, mlir::Value left,
                         mlir::Value right, mlir::Type type);

/// A copy of a one-block region's body on `arguments`; returns what it yields.
llvm::SmallVector<mlir::Value> emitRegion(mlir::ImplicitLocOpBuilder &b, mlir::Region &region,
                                          mlir::ValueRange arguments);

/// The identity of an operator used as add, for elements of type `element`.
mlir::TypedAttr identityOf(SemiringOperator op, mlir::Type element);

/// The identity of a kernel's add, built-in or custom.
mlir::TypedAttr identityOf(SemiringAttr semiring, mlir::TypedAttr custom, mlir::Type element);

/// What an accumulator holds before the first product. For real min and max this
/// is NaN, which minNum ignores: an entry whose products are all NaN is NaN, and
/// not the identity.
mlir::TypedAttr startOf(SemiringAttr semiring, mlir::TypedAttr custom, mlir::Type element);

/// A kernel's operators, whichever way they are given.
struct SemiringEmitter {
  SemiringAttr semiring;
  mlir::Region *multiplyRegion = nullptr; ///< custom only
  mlir::Region *addRegion = nullptr;      ///< custom only
  mlir::Type element;                     ///< of the result
  mlir::TypedAttr identity;
  /// The caller's left and right are the kernel's right and left.
  bool swapped = false;

  static SemiringEmitter of(KernelOpInterface kernel);
  bool readsLeft() const;
  bool readsRight() const;
  /// `type` is the element type or a vector of it (vectors: built-in only).
  mlir::Value multiply(mlir::ImplicitLocOpBuilder &b, mlir::Value left, mlir::Value right,
                       mlir::Type type) const;
  mlir::Value add(mlir::ImplicitLocOpBuilder &b, mlir::Value left, mlir::Value right) const;
  mlir::Value getIdentity(mlir::ImplicitLocOpBuilder &b, mlir::Type type) const;
  /// Copies a custom operator into the region of an op; a built-in one needs none.
  void cloneMultiply(mlir::Region &into) const;
  void cloneAdd(mlir::Region &into) const;
};

} // namespace scratch

#endif // SCRATCH_PASSES_EMISSION_SEMIRING_H
