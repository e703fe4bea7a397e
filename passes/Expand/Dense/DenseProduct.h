//===- DenseProduct.h - a dense contraction being expanded --------*- C++ -*-===//
//
// DenseProduct.cpp measures the operands, cuts rows into blocks and the depth into
// pieces; DenseTiles.cpp computes a piece of a block in register tiles; CrowdedRows.cpp
// copies rows that caches would not hold together.
//
//===----------------------------------------------------------------------===//
#ifndef SCRATCH_PASSES_EXPAND_DENSE_DENSEPRODUCT_H
#define SCRATCH_PASSES_EXPAND_DENSE_DENSEPRODUCT_H

#include "passes/Expand/Dense/Consumers.h"
#include "passes/Expand/Dense/Contraction.h"
#include "passes/Expand/Dense/PanelTurns.h"
#include "passes/Expand/Dense/Source.h"

#include "mlir/Dialect/Vector/IR/VectorOps.h"

namespace scratch {

/// Chains that hide a multiply-add's latency: rows of a tile one vector wide.
inline constexpr int64_t kChains = 8;
/// Steps of the depth per piece: a wide panel of them takes half a first cache.
inline constexpr int64_t kDepthPiece = 256;

/// Rows of a block are a multiple of these, which are one of every tile's height.
inline constexpr int64_t kRowStep = 24;

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
  /// Rows of one block: how many, where the first is, where each begins in `a`; and the
  /// vectors of columns that they are computed for.
  struct Block {
    mlir::Value firstRow, count, begins, firstVector, lastVector;
    mlir::Value turns, copies; ///< the worker's, for panels and rows; may be null
  };
  void chooseShape();
  void openConsumers();
  void countLoops();
  void checkSource();
  void openDepth();
  void fillOffsets(mlir::Value table, mlir::Value first, mlir::Value last,
                   llvm::ArrayRef<unsigned> loops, mlir::Value start);
  void chooseBlocks();
  LoopBuilder::Values allocateWorker();
  void block(mlir::Value number, mlir::ValueRange state);
  bool hasPlainRows() const;
  void findCrowdedRows();
  mlir::Value roomForRows();
  void copyRows(const Block &rows, const Piece &piece);
  mlir::Value beginOfRow(const Block &rows, const Piece &piece, mlir::Value row);
  void panels(const Block &rows, const Piece &piece, const PanelTurn &turn, bool isWide);
  /// What `some` tiles ask for early in `c`: at step i, what is (before + i) >> shift steps
  /// after `begin`.
  struct Ahead {
    mlir::Value some, begin, before, shift;
  };
  /// A panel of columns: where its first vector is in memory, and what is between steps.
  struct Panel {
    mlir::Value buffer, begin, step, column;
    Ahead ahead; ///< may be null
  };
  Ahead aheadOf(const Block &rows, const Piece &piece, mlir::Value column, mlir::Value row,
                int64_t height);
  void lookAhead(const Ahead &ahead, mlir::Value step, int64_t vectors);
  LoopBuilder::Values overSteps(
      const Piece &piece, LoopBuilder::Values sums, const Ahead *ahead, int64_t vectors,
      llvm::function_ref<LoopBuilder::Values(mlir::Value step, mlir::ValueRange before, bool asks)>
          multiply);
  void tile(const Block &rows, const Piece &piece, mlir::Value row, const Panel &panel,
            int64_t height, int64_t vectors);
  mlir::Value loadA(mlir::Value buffer, mlir::Value at, mlir::Value column);
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
  int64_t stepsPerTurn = 1; ///< of the depth, of the innermost loop
  LoopBuilder::Values counts, steps; ///< per loop: iterations, elements of `a` between them
  mlir::Value start;          ///< of `a`
  mlir::Value rows, columns, rowsPerBlock;
  mlir::Value groups, vectorsPerGroup; ///< of columns: blocks of the same rows
  mlir::Value segments, perSegment, step, offsets; ///< of the depth
  DenseSource a;
  mlir::Value crowded; ///< i1: rows of `a` are copied, piece by piece; null: never
  DensePanels c;
  mlir::Value lastOfC; ///< its last element, if it is read in turns
  mlir::Value init, result; ///< flat
  llvm::SmallVector<mlir::linalg::LinalgOp> consumers;
  /// Per consumer: its inputs, flat; none for the tile.
  llvm::SmallVector<LoopBuilder::Values> consumed;
};

} // namespace scratch

#endif // SCRATCH_PASSES_EXPAND_DENSE_DENSEPRODUCT_H
