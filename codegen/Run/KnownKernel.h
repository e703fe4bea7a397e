//===- KnownKernel.h - a function that is one kernel ------------*- C++ -*-===//
//
// After import, a function that does nothing but one built-in kernel on its own
// arguments is known: what it computes can be checked, and the extents of its
// dense operands follow from the sparse ones.
//
//===----------------------------------------------------------------------===//
#ifndef SCRATCH_CODEGEN_RUN_KNOWNKERNEL_H
#define SCRATCH_CODEGEN_RUN_KNOWNKERNEL_H

#include "mlir/Dialect/Func/IR/FuncOps.h"

#include <optional>
#include <string>

namespace scratch {

enum class KnownKind { Spgemm, Spmm, Spmv, Sddmm };

struct KnownKernel {
  KnownKind kind;
  std::string semiring;
  // Numbers of arguments; -1: none. `lhs` and `rhs` of sddmm are its dense
  // operands.
  int lhs = -1, rhs = -1, sample = -1, mask = -1;
  int init = -1; ///< -1: starts from the semiring's identity
  bool maskByValue = false, complement = false;
  bool patternOnly = false, transposed = false;
  // Whether the semiring looks at the values of `lhs` and `rhs`.
  bool readsLeft = true, readsRight = true;
};

/// The kernel that an imported function is; if none, `why` says what stands in
/// the way.
std::optional<KnownKernel> recognize(mlir::func::FuncOp function, std::string &why);

} // namespace scratch

#endif // SCRATCH_CODEGEN_RUN_KNOWNKERNEL_H
