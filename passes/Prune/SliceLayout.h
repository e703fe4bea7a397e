//===- SliceLayout.h - tensors without their dead slices --------*- C++ -*-===//
//
// Stage: import. Which slices of a tensor's dimension are kept: a list known at
// compile time, or those inside run-time masks, or all. `Layouts` holds the small
// tensors that stand for values of the program, and moves tensors between layouts:
// slices are gathered, or scattered among the numbers that dead slices hold.
// Constants are sliced at compile time. The lists of run-time masks are made in
// SliceLists.cpp, the moves in SliceMoves.cpp.
//
//===----------------------------------------------------------------------===//
#ifndef SCRATCH_PASSES_PRUNE_SLICELAYOUT_H
#define SCRATCH_PASSES_PRUNE_SLICELAYOUT_H

#include "passes/Prune/ChannelFacts.h"

#include "mlir/IR/ImplicitLocOpBuilder.h"

namespace scratch {

struct SliceLayout {
  bool listed = false;
  llvm::SmallVector<int64_t> kept; ///< ascending; where listed
  int64_t extent = 0;              ///< of the dimension in full; where listed
  RunMasks masks;                  ///< in a fixed order; where not listed

  bool isFull() const { return !listed && masks.empty(); }
  bool operator==(const SliceLayout &other) const {
    return listed == other.listed && kept == other.kept && masks == other.masks;
  }
  bool operator!=(const SliceLayout &other) const { return !(*this == other); }

  /// Those that are listed of a dimension of `extent`, or all.
  llvm::SmallVector<int64_t> slices(int64_t extent) const;

  /// The slices that are read and hold no known number.
  static SliceLayout of(int64_t extent, const SliceFacts &facts, const SliceNeeds &needs);
  /// Those that are read.
  static SliceLayout of(int64_t extent, const SliceNeeds &needs);
};
using TensorLayout = llvm::SmallVector<SliceLayout, 4>;

bool isFull(const TensorLayout &layout);

class Layouts {
public:
  Layouts(mlir::Block &block, ChannelFacts &facts) : block(block), facts(facts) {}

  /// The layout in which a value is there; full unless `set` said otherwise.
  TensorLayout of(mlir::Value value) const;
  /// `small` stands for `value`; null where some dimension keeps nothing.
  void set(mlir::Value value, mlir::Value small, TensorLayout layout);
  bool isSmall(mlir::Value value) const { return smallOnes.contains(value); }

  /// The value in another layout, made before `b`'s place at the latest.
  mlir::Value get(mlir::ImplicitLocOpBuilder &b, mlir::Value value, const TensorLayout &layout);

  /// The type of `value` in a layout.
  mlir::RankedTensorType typeOf(mlir::Value value, const TensorLayout &layout) const;
  /// The extent of a dimension of `value` in full.
  mlir::Value fullExtent(mlir::ImplicitLocOpBuilder &b, mlir::Value value, unsigned dimension);

  int64_t numGathers = 0, numScatters = 0;

private:
  struct Small {
    mlir::Value tensor;
    TensorLayout layout;
  };
  /// Lists of a run-time layout: the kept slices, and of every slice its place
  /// among them or -1.
  struct Lists {
    mlir::Value kept, places, count;
  };
  Lists runListsOf(mlir::ImplicitLocOpBuilder &b, const RunMasks &masks);
  mlir::Value gather(mlir::ImplicitLocOpBuilder &b, mlir::Value tensor, unsigned dimension,
                     mlir::Value kept, mlir::Value count, int64_t size);
  mlir::Value scatter(mlir::ImplicitLocOpBuilder &b, mlir::Value tensor, unsigned dimension,
                      mlir::Value places, mlir::Value fill, mlir::Value extent, int64_t size);
  mlir::Value convert(mlir::ImplicitLocOpBuilder &b, mlir::Value value, mlir::Value tensor,
                      unsigned dimension, const SliceLayout &from, const SliceLayout &to);
  /// What dead slices hold, for the slices of a layout.
  mlir::Value fillOf(mlir::ImplicitLocOpBuilder &b, mlir::Value value, unsigned dimension,
                     const SliceLayout &to);
  /// A value of which nothing is left, from its numbers.
  mlir::Value fromNumbers(mlir::ImplicitLocOpBuilder &b, mlir::Value value,
                          const TensorLayout &from, const TensorLayout &to);
  /// Moves what makes `mask` before the place of `b`.
  void bringForward(mlir::ImplicitLocOpBuilder &b, mlir::Value mask);

  mlir::Block &block;
  ChannelFacts &facts;
  llvm::DenseMap<mlir::Value, Small> smallOnes;
  llvm::DenseMap<mlir::Value, std::vector<Small>> made; ///< other layouts, once made
  llvm::SmallVector<std::pair<RunMasks, Lists>> runLists;
};

} // namespace scratch

#endif // SCRATCH_PASSES_PRUNE_SLICELAYOUT_H
