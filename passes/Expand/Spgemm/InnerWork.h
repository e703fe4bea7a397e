//===- InnerWork.h - how much dot products have to do -----------*- C++ -*-===//
//
// Stage: expand. Weights of rows cut chunks; their sum is compared with what row-wise would walk.
//
//===----------------------------------------------------------------------===//
#ifndef SCRATCH_PASSES_EXPAND_SPGEMM_INNERWORK_H
#define SCRATCH_PASSES_EXPAND_SPGEMM_INNERWORK_H

#include "passes/Expand/Spgemm/InnerOperands.h"

namespace scratch {

class InnerWork {
public:
  /// Weight of a row beyond its columns' entries.
  static constexpr int64_t kRowWeight = 8;

  InnerWork(LoopBuilder &b, const InnerOperands &operands) : b(b), operands(operands) {}

  /// First; B is as it is stored.
  void weigh();
  /// Prefixes over rows (i64).
  mlir::Value weights() const { return prefixes; }
  /// Whether dot products take less than row-wise on these matrices (i1).
  mlir::Value isCheaper() const;
  void release() const;

private:
  mlir::Value weightOfRow(mlir::Value row) const;
  mlir::Value rowWiseWork() const;

  LoopBuilder &b;
  const InnerOperands &operands;
  mlir::Value prefixes, total;
};

} // namespace scratch

#endif // SCRATCH_PASSES_EXPAND_SPGEMM_INNERWORK_H
