//===- Rewrites.h - rewrites of operations that have no attribute for them -===//
//
// Attention names the rewrites that `expand` may do in an attribute of its own. On
// others (`scratch.gather_rows`) the same list stands under this name, if at all.
//
//===----------------------------------------------------------------------===//
#ifndef SCRATCH_DIALECT_REWRITES_H
#define SCRATCH_DIALECT_REWRITES_H

#include "dialects/Scratch/Scratch.h"

namespace scratch {

inline constexpr llvm::StringLiteral kRewritesAttr = "scratch.rewrites";

} // namespace scratch

#endif // SCRATCH_DIALECT_REWRITES_H
