//===- BitmapPanel.h - a range of B as bits and full vectors ----*- C++ -*-===//
//
// Stage: expand. Pruned layers and tables keep one entry in three to ten. A range of such a
// B's rows is turned into what GraphBLAS calls a bitmap: a bit and a place for every column. All
// rows of a block of A take it from there, a panel of columns at a time, in vectors, with their
// sums in registers (`scratch.accumulate_bitmap`).
//
// A vector of 512 bits, or two of 256, cost a little less than one product by itself, however few of
// their lanes are set, and turning an entry as much as two: worth it where 512 bits have a lane set
// on average, and where a block names a row of B often. Measured in
// README.md.
//
// Lanes are masked where vectors have 512 bits. With 256 they are not: what has no bit is zero, and
// adds nothing under plus_times as long as A's values are finite, and takes no sign from a sum that
// underflowed to -0, since none does: numbers of B, once, and of A, block by block, are looked at.
// The range is one that the first cache holds a panel of then.
//
//===----------------------------------------------------------------------===//
#ifndef SCRATCH_PASSES_EXPAND_SPGEMM_BITMAPPANEL_H
#define SCRATCH_PASSES_EXPAND_SPGEMM_BITMAPPANEL_H

#include "passes/Emission/Semiring.h"
#include "passes/Expand/Spgemm/BlockRows.h"

namespace scratch {

class BitmapPanel {
public:
  /// Every block turns B anew, a sixth of its time with 128 rows and a third with 64: four
  /// cores that have a block each are worth more than many.
  static constexpr BlockLimits kLimits{/*windowBytes=*/4 << 20, /*leastBlocks=*/4,
                                       /*mostRows=*/128, /*uses=*/8};

  /// How a machine's vectors want it.
  struct Shape {
    int64_t vectors;   ///< of 512 bits, in a panel
    int64_t mostRange; ///< rows of B in a range,
    int64_t rowPanels; ///< and rows times panels
    bool neutral;      ///< zero where there is no bit: lanes need no mask
  };

  /// Whether a kernel can merge bitmaps at all.
  static bool suits(mlir::Operation *kernel, const SemiringEmitter &semiring,
                    const SparseOperand &rows);
  /// i1: whether the matrix is full enough, and its numbers such that it can be merged so.
  static mlir::Value isFull(LoopBuilder &b, mlir::Operation *kernel, const SparseOperand &rows,
                            mlir::Type element);
  /// i1: whether it is, and blocks of so many rows of A use it often.
  static mlir::Value isWorthIt(LoopBuilder &b, mlir::Operation *kernel, const SparseOperand &lhs,
                               const SparseOperand &rhs, mlir::Type element,
                               mlir::Value blockRows);

  /// What a worker needs for blocks of `blockRows` rows: empty buffers if not `used` (i1).
  static LoopBuilder::Values open(LoopBuilder &b, mlir::Operation *kernel,
                                  const SparseOperand &rows, mlir::Type element,
                                  mlir::Value blockRows, mlir::Value used);
  static constexpr unsigned kBuffers = 4;

  BitmapPanel(LoopBuilder &b, mlir::Operation *kernel, const SemiringEmitter &scaling,
              const SparseOperand &lhs, const SparseOperand &rhs, mlir::ValueRange buffers);

  /// i1: `wanted` (i1), and rows [first, last) of A may be merged so.
  mlir::Value takes(mlir::Value wanted, mlir::Value first, mlir::Value last) const;
  /// Merges all products of rows [first, last) of A, each into the view of a tile.
  void accumulate(mlir::Value first, mlir::Value last,
                  llvm::function_ref<mlir::Value(mlir::Value row)> viewOf);

private:
  static mlir::Value isDense(LoopBuilder &b, const SparseOperand &rows, mlir::Type element);
  static mlir::Value panelsOf(LoopBuilder &b, const SparseOperand &rows, mlir::Type element,
                              const Shape &shape);
  static mlir::Value rangeOf(LoopBuilder &b, mlir::Value panels, const Shape &shape);
  void turnRow(mlir::Value row, mlir::Value number);
  void startRange(mlir::Value low, mlir::Value high, mlir::Value first, mlir::Value last);

  LoopBuilder &b;
  const SemiringEmitter &scaling;
  const SparseOperand &lhs, &rhs;
  Shape shape;
  mlir::Value masks, values; ///< the range at hand, panel by panel; values may be unread
  mlir::Value starts, ends;  ///< of a block's rows: entries of A that name rows of the range
  mlir::Value panels, range; ///< panels of a row of B, and rows of a range
  int64_t lanes;             ///< columns of a vector
};

} // namespace scratch

#endif // SCRATCH_PASSES_EXPAND_SPGEMM_BITMAPPANEL_H
