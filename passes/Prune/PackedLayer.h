//===- PackedLayer.h - a product whose weights may be packed ----*- C++ -*-===//
#ifndef SCRATCH_PASSES_PRUNE_PACKEDLAYER_H
#define SCRATCH_PASSES_PRUNE_PACKEDLAYER_H

#include "passes/Prune/ConstantTensors.h"

#include "mlir/Dialect/Linalg/IR/Linalg.h"

namespace scratch {

/// Where select writes the format of a product's weights.
inline constexpr llvm::StringLiteral kPackingAttr = "scratch.packing";

/// Products `weights x activations` (linalg.matmul, matvec), or `activations x
/// weights` with constant weights (matmul, vecmat), of f32 or f64.
struct PackedLayer {
  mlir::linalg::LinalgOp op;
  bool weightsRight = false;
  int64_t rows = 0, depth = 0, samples = 1; ///< of the weights as packed; ? samples
  mlir::Type element;
  mlir::DenseElementsAttr constant; ///< rows x depth, or null
  MaskApplyOp apply;                ///< where weights come at run time
  std::optional<ConstantMask> mask; ///< rows x depth, where known
  double share = 1;                 ///< of entries, where it is not

  /// The layer of an operation whose weights have masked or zero entries; nothing
  /// where it has none, or how many are kept is not known.
  static std::optional<PackedLayer> match(mlir::linalg::LinalgOp op, ConstantTensors &constants);
};

/// The share of units that a mask keeps, as far as it says; 1 where it does not.
double keptShare(mlir::Value mask);

} // namespace scratch

#endif // SCRATCH_PASSES_PRUNE_PACKEDLAYER_H
