//===- KnownOperands.cpp - a product whose pattern is known ---------------===//
#include "passes/Expand/Spgemm/KnownOperands.h"

#include "passes/Expand/RowLoops.h"
#include "passes/Expand/StorageOrder.h"

using namespace mlir;
using namespace scratch;

FailureOr<KnownOperands> scratch::openKnown(LoopBuilder &b, Operation *op, Value pattern, Value lhs,
                                            Value rhs) {
  bool columnMajor = isColumnMajor(pattern.getType());
  if (columnMajor)
    std::swap(lhs, rhs);
  FailureOr<Value> left = inStorageOrder(b, op, lhs, columnMajor);
  FailureOr<Value> right = inStorageOrder(b, op, rhs, columnMajor);
  if (failed(left) || failed(right))
    return failure();
  KnownOperands known{openSparse(b, pattern), openSparse(b, *left), openSparse(b, *right), columnMajor};
  std::string name = op->getName().stripDialect().str();
  checkExtents(b, known.rhs.majors, known.lhs.minors, name + ": inner extent of rhs");
  checkExtents(b, known.pattern.majors, known.lhs.majors, name + ": extent of pattern");
  checkExtents(b, known.pattern.minors, known.rhs.minors, name + ": other extent of pattern");
  return known;
}
