//===- RowShape.h - what is known of a row before it is computed -*- C++ -*-===//
//
// Stage: expand. Ordered segments of B show a row's column range at both ends; unordered ones
// may reach anywhere. No entry of B is looked at beside those.
//
//===----------------------------------------------------------------------===//
#ifndef SCRATCH_PASSES_EXPAND_SPGEMM_ROWSHAPE_H
#define SCRATCH_PASSES_EXPAND_SPGEMM_ROWSHAPE_H

#include "passes/Expand/Spgemm/OpenProduct.h"

namespace scratch {

struct RowShape {
  mlir::Value entries, products, low, high;
  mlir::Value key;      ///< equal for rows with as many products in as wide a range
  mlir::Value surprise; ///< products that the row before does not foretell
  mlir::Value expected; ///< i1: the row before has the same key
  mlir::Value walked;   ///< products, at most the longest that is walked of a segment

  /// `keyBefore`: of the row before. Without `longest`, what is walked is not known.
  static RowShape of(LoopBuilder &b, const OpenProduct &product, mlir::Value row,
                     mlir::Value keyBefore, mlir::Value longest = {});

  /// Columns from the first one to the last one.
  mlir::Value range(LoopBuilder &b) const { return b.sub(high, low); }
};

} // namespace scratch

#endif // SCRATCH_PASSES_EXPAND_SPGEMM_ROWSHAPE_H
