//===- PlanBytes.h - what a plan consists of --------------------*- C++ -*-===//
//
// Stage: expand. The vector of bytes that `spgemm_plan` makes and `spgemm_execute` reads. Words of
// 64 bits: fingerprints of lhs, rhs and pattern, four each; how many products have a place; then,
// if that is not 0, how many there are before each row (rows + 1), and the places, 16 bits each:
// which entry of its row of the pattern a product is added to, in the order in which a row's
// products are made.
//
//===----------------------------------------------------------------------===//
#ifndef SCRATCH_PASSES_EXPAND_SPGEMM_PLANBYTES_H
#define SCRATCH_PASSES_EXPAND_SPGEMM_PLANBYTES_H

#include "passes/Emission/LoopBuilder.h"

namespace scratch {

class PlanBytes {
public:
  static constexpr int64_t kWords = 13; ///< those before places
  static constexpr int64_t kPlacesAt = 12;
  /// Entries of a row that a place can tell apart.
  static constexpr int64_t kLongestRow = int64_t(1) << 16;

  /// Of `bytes`, a buffer of i8.
  PlanBytes(LoopBuilder &b, mlir::Value bytes) : b(b), bytes(bytes) {}

  /// How many bytes a plan has whose `products` have places.
  static mlir::Value size(LoopBuilder &b, mlir::Value rows, mlir::Value products);

  mlir::Value loadWord(int64_t at) const;
  void storeWord(mlir::Value word, int64_t at) const;
  /// Products before each row, a buffer of i64.
  mlir::Value before(mlir::Value rows) const;
  /// A buffer of i16.
  mlir::Value places(mlir::Value rows, mlir::Value products) const;

private:
  mlir::Value words() const;

  LoopBuilder &b;
  mlir::Value bytes;
};

} // namespace scratch

#endif // SCRATCH_PASSES_EXPAND_SPGEMM_PLANBYTES_H
