//===- MaskedCounts.h - counts along a short row of a mask ------*- C++ -*-===//
//
// Stage: expand. Over a pair semiring an entry of the result says how many products fall on
// it, or that some do, and no value is read. Where the mask's row fits in one vector, no
// accumulator is needed: the row's columns stay in registers and every product's column is
// compared with all of them at once. Nothing is marked, collected or cleared.
//
// Rows are up to 512 bits long, and are compared in halves: a comparison of 256 bits has a vector
// as its result, which is subtracted as it is; one of 512 bits has a mask, which takes an
// instruction more, and all three occupy the vector units twice. Rows of one half take half the
// time. Narrower vectors have nothing to gain (SSE2 takes four steps for what the window does in
// two).
//
// Where the machine intersects two vectors at once (VP2INTERSECT, Zen 5), rows of up to four
// vectors are intersected with sixteen of B's columns after the other.
//
//===----------------------------------------------------------------------===//
#ifndef SCRATCH_PASSES_EXPAND_SPGEMM_MASKEDCOUNTS_H
#define SCRATCH_PASSES_EXPAND_SPGEMM_MASKEDCOUNTS_H

#include "passes/Expand/Spgemm/CountLanes.h"
#include "passes/Expand/Spgemm/MaskWalk.h"

namespace scratch {

class MaskedCounts {
public:
  MaskedCounts(LoopBuilder &b, const OpenProduct &product);

  /// Entries of the mask's row that counts are kept for in registers; 0: none.
  int64_t longestRow() const { return counted.longestRow(); }
  /// A row whose mask is no longer, from A's entry `begin` on; returns its entries.
  mlir::Value compute(mlir::Value row, mlir::Value begin, const RowOutput &output) const;

private:
  LoopBuilder::Values intersect(mlir::ValueRange counts, mlir::ValueRange wanted, mlir::Value from,
                                mlir::Value to) const;
  LoopBuilder::Values countWanted(mlir::Value row, mlir::Value begin,
                                  mlir::ValueRange wanted) const;
  mlir::Value computeInVectors(mlir::Value row, mlir::Value begin, const RowOutput &output) const;

  LoopBuilder &b;
  const OpenProduct &product;
  MaskWalk walk;
  CountLanes counted;
};

} // namespace scratch

#endif // SCRATCH_PASSES_EXPAND_SPGEMM_MASKEDCOUNTS_H
