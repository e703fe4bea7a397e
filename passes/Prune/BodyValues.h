//===- BodyValues.h - what a linalg body yields for known arguments -*- C++ -*-===//
//
// Stage: import. A small interpreter over the body of a structured operation. An
// argument is a number, or not known, or what the operation has summed up so far.
//
// A product with zero is zero: an entry outside a mask takes no part, whatever it
// would have met. (Programs whose activations are infinite or NaN may tell the
// difference.)
//
//===----------------------------------------------------------------------===//
#ifndef SCRATCH_PASSES_PRUNE_BODYVALUES_H
#define SCRATCH_PASSES_PRUNE_BODYVALUES_H

#include "mlir/Dialect/Linalg/IR/Linalg.h"

namespace scratch {

struct BodyValue {
  enum Kind { Unknown, Number, Running } kind = Unknown;
  mlir::Attribute number;

  static BodyValue of(mlir::Attribute number) {
    return number ? BodyValue{Number, number} : BodyValue();
  }
  static BodyValue running() { return {Running, {}}; }
  bool isZero() const;
};

/// The value that `op` yields when its block arguments are `arguments`.
BodyValue evaluateBody(mlir::linalg::LinalgOp op, llvm::ArrayRef<BodyValue> arguments);

} // namespace scratch

#endif // SCRATCH_PASSES_PRUNE_BODYVALUES_H
