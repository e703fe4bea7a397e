//===- PackedProduct.h - a packed product being expanded --------*- C++ -*-===//
//
// PackedMatmul.cpp opens the operands and picks one of three kernels: tiles of
// samples (PackedTiles.cpp), few samples against lanes of weights (PackedLanes.cpp),
// one sample entry by entry (PackedVector.cpp).
//
//===----------------------------------------------------------------------===//
#ifndef SCRATCH_PASSES_EXPAND_PRUNE_PACKEDPRODUCT_H
#define SCRATCH_PASSES_EXPAND_PRUNE_PACKEDPRODUCT_H

#include "passes/Emission/RegisterTile.h"
#include "passes/Expand/Prune/PackedEntries.h"

namespace scratch {

struct PackedProduct {
  LoopBuilder &b;
  PackedMatmulOp op;
  mlir::RankedTensorType type;
  mlir::Type element;
  int64_t bits;        ///< of an element
  bool isMatrix;       ///< else one sample, a vector
  mlir::Value rows, depth, columns;
  mlir::Value rhs;     ///< flat
  mlir::Value init, bias, result; ///< init, bias: or null

  PackedProduct(LoopBuilder &b, PackedMatmulOp op);
  int64_t vectorBits() const;
  /// Bias and relu on sums of a row.
  mlir::Value finish(mlir::Value sum, mlir::Value row);
  mlir::Type vectorOf(int64_t lanes) const {
    return lanes > 1 ? mlir::Type(mlir::VectorType::get({lanes}, element)) : element;
  }
  mlir::Value zeroOf(mlir::Type type) {
    return spread(b, mlir::arith::ConstantOp::create(b, b.getFloatAttr(element, 0)), type);
  }
};

/// Sums that hide a multiply-add's latency, and the most chains of one sum.
inline constexpr int64_t kInFlight = 8, kMostChains = 4;

/// Any number of samples, in vectors of `lanes`.
void emitPackedTiles(const PackedProduct &product, const PackedEntries &entries, int64_t lanes);
/// One sample.
void emitPackedVector(const PackedProduct &product, const PackedEntries &entries);
/// The only sample, or all of them, more than half of `count`.
void emitPackedLanes(const PackedProduct &product, const PackedEntries &entries, int64_t count);

} // namespace scratch

#endif // SCRATCH_PASSES_EXPAND_PRUNE_PACKEDPRODUCT_H
