//===- MaskWalk.h - rows of a product along rows of its mask ----*- C++ -*-===//
//
// Stage: expand. Where the mask is one sparse matrix (not complemented), its row says all
// that the result's row can hold [1]: rows are computed along it. What the ways to do so share.
//
// A segment of B that is much longer than the mask's row is not walked: the
// mask's columns are searched for in it. Hubs of a graph would cost their whole
// degree for every neighbour otherwise.
//
// [1] MSA, the masked sparse accumulator: Milakovic et al., ICPP 2022.
//
//===----------------------------------------------------------------------===//
#ifndef SCRATCH_PASSES_EXPAND_SPGEMM_MASKWALK_H
#define SCRATCH_PASSES_EXPAND_SPGEMM_MASKWALK_H

#include "passes/Expand/Spgemm/OpenProduct.h"

namespace scratch {

class MaskWalk {
public:
  /// A segment of B is searched when it is this many times longer than the mask's row.
  /// A halving step of the search is a load that waits for the one before; walking takes
  /// about a cycle per entry.
  static constexpr int64_t kSearchRatio = 32;

  /// Whether rows are computed so.
  static bool suits(const OpenProduct &product);

  MaskWalk(LoopBuilder &b, const OpenProduct &product) : b(b), product(product) {}

  const MaskTree::Leaf &leaf() const { return product.mask.getLeaves()[0]; }
  const SparseOperand &sample() const { return leaf().sparse; }
  /// Only what ascends can be searched, and told to lie elsewhere.
  bool ascends() const { return product.rhs.ordered && sample().ordered; }

  /// The first entry of A's row whose segment of B overlaps the mask's row; the row's end
  /// if there is none. In a graph that is nearly a tree most rows end here.
  mlir::Value firstThatMeets(mlir::Value row) const;

  /// The columns between the first and the last one of the mask's row, both included.
  struct Range {
    mlir::Value low, high;
    mlir::Value lastOfB; ///< B's last entry
  };
  Range rangeOf(mlir::Value row) const;
  /// The end of a segment of B, or its beginning where it lies outside of the range as a whole.
  /// Without a branch: where the segment ends is not foreseen either.
  mlir::Value endWithin(mlir::Value from, mlir::Value to, Range range) const;

  /// Segments are short and lie anywhere: those of the entries behind `p` are fetched
  /// ahead, across rows, up to A's last one.
  mlir::Value lastEntry() const;
  void fetchAhead(mlir::Value p, mlir::Value lastEntry) const;

private:
  LoopBuilder &b;
  const OpenProduct &product;
};

} // namespace scratch

#endif // SCRATCH_PASSES_EXPAND_SPGEMM_MASKWALK_H
