//===- VectorProducts.h - a sparse row times a vector, in lanes -*- C++ -*-===//
//
// Stage: expand. Entries of a row are read a vector at a time, what they meet in the
// dense vector is gathered, and the last ones are read under a mask.
//
//===----------------------------------------------------------------------===//
#ifndef SCRATCH_PASSES_EXPAND_VECTORPRODUCTS_H
#define SCRATCH_PASSES_EXPAND_VECTORPRODUCTS_H

#include "passes/Emission/Semiring.h"
#include "passes/Expand/Operands.h"

namespace scratch {

class VectorProducts {
public:
  VectorProducts(LoopBuilder &b, SpmvOp op, const SemiringEmitter &semiring,
                 const SparseOperand &lhs, mlir::Value rhs);

  /// Whether the target gathers as fast as it loads: Intel's do, AMD's do not.
  bool gatherFast() const { return fast; }
  /// Whether vectors are wide and elements as wide as lanes. `any` keeps what it is given last,
  /// which lanes do not know.
  bool fit() const;
  /// Whether single rows are taken in vectors.
  bool areFast() const { return fast && fit(); }
  /// Whether vectors of `kPicked` lanes, brought together by loads, beat single entries.
  bool pickFast() const;
  static constexpr int64_t kPicked = 4;
  int64_t lanes() const { return length; }
  /// Whether coordinates are small enough for lanes, i1.
  mlir::Value reach() const;
  /// Entries of a row from which vectors are taken.
  mlir::Value shortestRow();
  /// The folded products of entries [begin, end); `visit` is told of every vector's first.
  mlir::Value sumOf(mlir::Value begin, mlir::Value end,
                    llvm::function_ref<void(mlir::Value p)> visit);
  /// Products of a vector of entries from p on; all of them exist.
  mlir::Value at(mlir::Value p) const { return productsAt(p, type(), mlir::Value()); }
  mlir::VectorType type() const { return mlir::VectorType::get({length}, semiring.element); }
  /// The folded products of entries [begin, end), a multiple of `kPicked`, but not none.
  mlir::Value sumOfPicked(mlir::Value begin, mlir::Value end,
                          llvm::function_ref<void(mlir::Value p)> visit) const;
  /// The same of any entries, none too, with a vector that reaches beyond the end as its last one:
  /// [begin, end + kPicked) exist.
  mlir::Value sumOfOverlapping(mlir::Value begin, mlir::Value end,
                               llvm::function_ref<void(mlir::Value p)> visit) const;
  /// Where the rows from `row` on begin, a lane each, as the matrix stores it.
  mlir::Value positionsFrom(mlir::Value row) const;
  /// Products of entries [begin, end), whatever rows they are of, a vector at a time; of
  /// the last one lanes behind the end are unspecified.
  void forEach(mlir::Value begin, mlir::Value end, llvm::function_ref<void(mlir::Value p)> visit,
               llvm::function_ref<void(mlir::Value p, mlir::Value products)> body) const;

private:
  bool sameElements() const;
  /// A mask of the first `count` lanes.
  mlir::Value firstLanes(mlir::Value count, int64_t lanes) const;
  mlir::Value pickAt(mlir::Value p, mlir::VectorType type, mlir::Value count) const;
  mlir::Value productsAt(mlir::Value p, mlir::VectorType type, mlir::Value count) const;

  LoopBuilder &b;
  const SemiringEmitter &semiring;
  const SparseOperand &lhs;
  mlir::Value rhs;
  int64_t bits, length;
  bool fast;
};

} // namespace scratch

#endif // SCRATCH_PASSES_EXPAND_VECTORPRODUCTS_H
