//===- ConstantTensors.h - tensors and masks known at compile time -*- C++ -*-===//
//
// Stage: import. Weights are often constants, written out or made from constants
// by reshapes, transposes and masks. This answers what they hold.
//
//===----------------------------------------------------------------------===//
#ifndef SCRATCH_PASSES_PRUNE_CONSTANTTENSORS_H
#define SCRATCH_PASSES_PRUNE_CONSTANTTENSORS_H

#include "dialects/Scratch/Scratch.h"

#include "mlir/IR/BuiltinAttributes.h"
#include "llvm/ADT/DenseMap.h"

#include <optional>
#include <vector>

namespace scratch {

bool isZero(mlir::Attribute number);

/// Per index of a dimension: the number that the whole slice consists of, or null.
llvm::SmallVector<mlir::Attribute> uniformSlices(mlir::DenseElementsAttr elements,
                                                 unsigned dimension);

/// Whether elements are whole bytes (or all the same), so that slices can be taken.
bool canTakeSlices(mlir::DenseElementsAttr elements);

/// The slices of a dimension that a list names.
mlir::DenseElementsAttr takeSlices(mlir::DenseElementsAttr elements, unsigned dimension,
                                   llvm::ArrayRef<int64_t> kept);

/// The transpose, dimension d of the result being `permutation[d]` of the source.
mlir::DenseElementsAttr permuted(mlir::DenseElementsAttr elements,
                                 llvm::ArrayRef<int64_t> permutation);

/// A matrix of weights, and which of its entries a mask keeps.
struct ConstantMask {
  int64_t rows = 0, columns = 0;
  std::vector<uint8_t> entries; ///< row by row

  bool holds(int64_t i, int64_t j) const { return entries[i * columns + j]; }
};

class ConstantTensors {
public:
  /// The elements of `tensor`, or null where they are not known.
  mlir::DenseElementsAttr of(mlir::Value tensor);
  /// The entries of a mask of a matrix, or null where they are not known.
  const ConstantMask *ofMask(mlir::Value mask);

private:
  mlir::DenseElementsAttr compute(mlir::Value tensor);
  std::optional<ConstantMask> computeMask(mlir::Value mask);

  llvm::DenseMap<mlir::Value, mlir::DenseElementsAttr> tensors;
  llvm::DenseMap<mlir::Value, std::optional<ConstantMask>> masks;
};

} // namespace scratch

#endif // SCRATCH_PASSES_PRUNE_CONSTANTTENSORS_H
