//===- Extents.h - extents that may be unknown ------------------*- C++ -*-===//
#ifndef SCRATCH_DIALECTS_SCRATCH_EXTENTS_H
#define SCRATCH_DIALECTS_SCRATCH_EXTENTS_H

#include "mlir/IR/BuiltinTypes.h"

namespace scratch {

/// Nothing is known that tells the two apart.
inline bool agree(int64_t a, int64_t b) {
  return mlir::ShapedType::isDynamic(a) || mlir::ShapedType::isDynamic(b) || a == b;
}

} // namespace scratch

#endif // SCRATCH_DIALECTS_SCRATCH_EXTENTS_H
