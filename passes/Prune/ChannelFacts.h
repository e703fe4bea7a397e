//===- ChannelFacts.h - dead channels, forward and backward -----*- C++ -*-===//
//
// Stage: import. For a tensor and one of its dimensions (its channels, rows or
// columns): which slices hold one number only, known at compile time; outside
// which run-time masks slices are zero; which slices nobody reads. Answers are
// computed when asked and remembered. Only the operations of one block are looked
// through; whatever else uses a tensor reads all of it.
//
//===----------------------------------------------------------------------===//
#ifndef SCRATCH_PASSES_PRUNE_CHANNELFACTS_H
#define SCRATCH_PASSES_PRUNE_CHANNELFACTS_H

#include "passes/Prune/BodyValues.h"
#include "passes/Prune/ConstantTensors.h"

#include "llvm/ADT/BitVector.h"

namespace scratch {

/// Masks of rows or columns that are known at run time only.
using RunMasks = llvm::SmallVector<mlir::Value, 1>;

/// What is known of the slices of a tensor along a dimension.
struct SliceFacts {
  llvm::SmallVector<mlir::Attribute> numbers; ///< per slice, null: lives; empty: nothing known
  RunMasks masks; ///< a slice outside any of them is zero

  mlir::Attribute at(int64_t i) const { return numbers.empty() ? mlir::Attribute() : numbers[i]; }
};

/// Which slices are read.
struct SliceNeeds {
  llvm::BitVector read; ///< empty: all
  RunMasks masks; ///< a slice outside any of them is not read

  bool at(int64_t i) const { return read.empty() || read[i]; }
};

/// A loop of a structured operation and the dimensions that it walks, one by one.
struct LoopUse {
  llvm::SmallVector<int> dimensions; ///< per operand, -1: not walked by this loop
  int64_t extent = mlir::ShapedType::kDynamic;
  bool isReduction = false;
};

/// The operations that are looked through: one dense result, one init.
bool isStructured(mlir::Operation *op);
/// How a loop walks the operands, or nothing where it also shifts or strides.
std::optional<LoopUse> loopUse(mlir::linalg::LinalgOp op, unsigned loop);
/// The loop that walks a dimension of an operand alone.
std::optional<unsigned> loopOf(mlir::linalg::LinalgOp op, mlir::OpOperand &operand,
                               unsigned dimension);

class ChannelFacts {
public:
  explicit ChannelFacts(mlir::Block &block) : block(block) {}

  const SliceFacts &of(mlir::Value value, unsigned dimension);
  const SliceNeeds &needsOf(mlir::Value value, unsigned dimension);

  /// Of a loop that sums: the indices that add something, and masks outside which
  /// nothing is added.
  SliceNeeds contributions(mlir::linalg::LinalgOp op, const LoopUse &loop);

  ConstantTensors constants;

private:
  using Key = std::pair<mlir::Value, unsigned>;
  SliceFacts compute(mlir::Value value, unsigned dimension);
  SliceFacts ofStructured(mlir::linalg::LinalgOp op, unsigned dimension);
  SliceFacts ofApply(MaskApplyOp op, unsigned dimension);
  SliceNeeds needsOfUse(mlir::OpOperand &use, unsigned dimension);
  /// What the body gets from `operand` at an index of a loop (or under a mask).
  BodyValue argument(mlir::OpOperand &operand, int dimension, int64_t index);
  BodyValue argumentOutside(mlir::OpOperand &operand, int dimension, mlir::Value mask);
  /// The one number that a tensor or a scalar is, or null.
  mlir::Attribute uniform(mlir::Value value);
  RunMasks masksAlong(mlir::linalg::LinalgOp op, const LoopUse &loop);
  /// Whether a mask can be computed before any operation of the block that works.
  bool isEarly(mlir::Value mask);

  mlir::Block &block;
  llvm::DenseMap<Key, std::unique_ptr<SliceFacts>> facts;
  llvm::DenseMap<Key, std::unique_ptr<SliceNeeds>> needs;
};

} // namespace scratch

#endif // SCRATCH_PASSES_PRUNE_CHANNELFACTS_H
