//===- DenseProduct.h - a dense contraction being expanded --------*- C++ -*-===//
//
// DenseProduct.cpp measures the operands, cuts rows into blocks and the depth into
// pieces; DenseTiles.cpp computes a piece of a block in register tiles.
//
//===----------------------------------------------------------------------===//
#ifndef SCRATCH_PASSES_EXPAND_DENSE_DENSEPRODUCT_H
#define SCRATCH_PASSES_EXPAND_DENSE_DENSEPRODUCT_H

#include "passes/Expand/Dense/Consumers.h"
#include "passes/Expand/Dense/Contraction.h"
#include "passes/Expand/Dense/Panels.h"
#include "passes/Expand/Dense/Source.h"

#include "mlir/Dialect/Vector/IR/VectorOps.h"

namespace scratch {

/// Chains that hide a multiply-add's latency: rows of a tile one vector wide.
inline constexpr int64_t kChains = 8;

class DenseProduct {
public:
  DenseProduct(LoopBuilder &b, DenseContraction product)
      : b(b), p(std::move(product)), type(p.type()), element(p.element()) {}
  mlir::Value expand();

private:
  /// A piece of the depth: these segments, and of each these steps.
  struct Piece {
    mlir::Value firstSegment, lastSegment, first, last, isFirst, isLast;
  };
  /// Rows of one block: how many, where the first is, where each begins in `a`.
  struct Block {
    mlir::Value firstRow, count, begins;
  };
  void chooseShape();
  void openConsumers();
  void countLoops();
  void checkSource();
  void openDepth();
  void fillOffsets(mlir::Value table, mlir::Value first, mlir::Value last,
                   llvm::ArrayRef<unsigned> loops, mlir::Value start);
  void block(mlir::Value number, mlir::Value begins);
  void panels(const Block &rows, const Piece &piece, bool isWide);
  void tile(const Block &rows, const Piece &piece, mlir::Value row, mlir::Value column,
            mlir::Value panel,
            mlir::Value step, int64_t height, int64_t vectors);
  mlir::Value loadA(mlir::Value at, mlir::Value column);
  /// Stores, or loads, all of a tile: `whole` tells whether no vector is cut off.
  LoopBuilder::Values loadTile(mlir::Value buffer, llvm::ArrayRef<mlir::Value> at,
                               mlir::Value column, mlir::Value whole, int64_t vectors);
  /// What consumers make of a tile.
  LoopBuilder::Values finish(LoopBuilder::Values sums, llvm::ArrayRef<mlir::Value> at,
                             mlir::Value column, mlir::Value whole, int64_t vectors);
  void storeTile(mlir::ValueRange sums, llvm::ArrayRef<mlir::Value> at,
                 llvm::ArrayRef<mlir::Value> inside, mlir::Value column,
                 mlir::Value whole, int64_t vectors);
  mlir::Value maskAt(mlir::Value column) {
    auto bits = mlir::VectorType::get({lanes}, b.getI1Type());
    mlir::Value end = b.min(columns, b.add(column, b.index(lanes)));
    return mlir::vector::CreateMaskOp::create(b, bits, mlir::ValueRange{b.sub(end, column)});
  }
  mlir::VectorType vectorType() const { return mlir::VectorType::get({lanes}, element); }

  LoopBuilder &b;
  DenseContraction p;
  mlir::RankedTensorType type;
  mlir::Type element;
  int64_t lanes = 1, wide = 2, wideHeight = 6, narrowHeight = kChains;
  LoopBuilder::Values counts, steps; ///< per loop: iterations, elements of `a` between them
  mlir::Value start;          ///< of `a`
  mlir::Value rows, columns, rowsPerBlock;
  mlir::Value segments, perSegment, step, offsets; ///< of the depth
  DenseSource a;
  DensePanels c;
  mlir::Value init, result; ///< flat
  llvm::SmallVector<mlir::linalg::LinalgOp> consumers;
  /// Per consumer: its inputs, flat; none for the tile.
  llvm::SmallVector<LoopBuilder::Values> consumed;
};

} // namespace scratch

#endif // SCRATCH_PASSES_EXPAND_DENSE_DENSEPRODUCT_H
