//===- RowWise.h - row-wise SpGEMM, shared by its parts ---------*- C++ -*-===//
//
// Stage: expand. One product is expanded by ten files that share this class:
// RowWise.cpp opens the operands and puts the parts together, Bounds.cpp bounds
// every row, Rows.cpp computes one row in the accumulator that suits it, Merge.cpp
// the rows that need none, Masked*.cpp one row along a sparse mask, Giants.cpp
// parts of rows that outweigh a chunk, Blocks.cpp several rows together, and Phases.cpp
// goes over all rows, once or twice. Team.h computes windows of rows in
// accumulators that a team shares; Outer.h makes rows of outer products, which are
// merged here like rows of B.
//
//===----------------------------------------------------------------------===//
#ifndef SCRATCH_PASSES_EXPAND_SPGEMM_ROWWISE_H
#define SCRATCH_PASSES_EXPAND_SPGEMM_ROWWISE_H

#include "passes/Emission/Semiring.h"
#include "passes/Expand/MaskTree.h"
#include "passes/Expand/Operands.h"
#include "passes/Expand/Spgemm/RowGroups.h"

#include "mlir/IR/IRMapping.h"

namespace scratch {

class TeamProduct;

/// The expansion of one product; members are what its pieces share.
class RowWiseProduct {
public:
  RowWiseProduct(LoopBuilder &b, SpgemmOp op)
      : RowWiseProduct(b, op, isColumnMajor(op.getType())) {}

  /// For a result that is not stored: its loops may go over columns instead.
  RowWiseProduct(LoopBuilder &b, SpgemmOp op, bool columnMajor)
      : b(b), op(op), semiring(SemiringEmitter::of(op)),
        scaling(semiring), resultType(op.getType()), columnMajor(columnMajor) {
    scaling.swapped = semiring.swapped = columnMajor;
  }

  /// Positions, coordinates and values of the result.
  using Result = LoopBuilder::Values;
  /// Opens the operands. Fails with an error on the op.
  mlir::LogicalResult open();
  Result compute();
  /// The product's entries merged by `fold`, over all or over major indices.
  mlir::FailureOr<mlir::Value> fold(FoldOp fold);

private:
  friend class TeamProduct; // the same product in windows of rows
  enum class Mode { Count, Drain };
  /// What one row needs to know before it is computed.
  struct RowShape {
    mlir::Value entries, products, low, high;
    mlir::Value key;      ///< equal for rows with as many products in as wide a range
    mlir::Value surprise; ///< products that the row before does not foretell
    mlir::Value expected; ///< i1: the row before has the same key
    mlir::Value walked;   ///< products, at most the longest that is walked of a segment
  };
  /// A row that has been computed: its entries, by which variant, the shape's key, and what
  /// further rows of that key take: the variant's number plus one, or zero.
  struct ComputedRow {
    mlir::Value count, variant, key, settled;
  };

  /// A window of a row that several workers share, if `split` (i1) says so.
  struct RowPart {
    mlir::Value row, number, parts, split;
  };

  /// A row of B with its factor; a null one is not read.
  struct ScaledRow {
    mlir::Value from, to, scale;
  };

  mlir::LogicalResult openVariants();
  mlir::LogicalResult openMask();
  mlir::LogicalResult openInit();
  void narrowWindow();
  mlir::Value heldByMaskedRow(mlir::Value row, mlir::Value products);
  mlir::Value productsOfRows(mlir::Value first, mlir::Value last);
  mlir::Value boundOfRows(mlir::Value first, mlir::Value last);
  /// Weight of a row beyond its products: reading A's entries, opening a tile.
  static constexpr int64_t kRowWeight = 8;
  void boundRows(bool recorded = true);
  Result computeByWorkers();
  Result computeByTeam(TeamProduct &team);
  Result computeEither();
  void openPositions();
  void release();
  RowShape measureRow(mlir::Value row, mlir::Value keyBefore, mlir::Value longest = {});
  mlir::Value widestTile(VariantAttr variant);
  LoopBuilder::Values widen(const LoopBuilder::Values &measured, const SparseOperand &matrix,
                            mlir::Value from, mlir::Value to, bool prefetched);
  void accumulateInit(mlir::Value opened, mlir::Value row, bool numeric);
  llvm::SmallVector<double> sharedCost() const;
  mlir::Value cost(VariantAttr variant, llvm::ArrayRef<double> shared, const RowShape &shape,
                   mlir::Value maskEntries);
  void accumulateEntries(mlir::Value opened, mlir::Value begin, mlir::Value end, Mode mode);
  mlir::Value accumulateRow(unsigned variant, mlir::Value accumulator,
                            mlir::Value row, const RowShape &shape, Mode mode,
                            mlir::Value at);
  ComputedRow computeRow(mlir::ValueRange accumulators, mlir::Value row, Mode mode,
                         mlir::Value at, mlir::Value keyBefore, mlir::Value settled = {});
  bool walksMask();
  mlir::Value firstThatMeetsMask(mlir::Value row);
  mlir::Value accumulateMaskedRow(unsigned variant, mlir::Value accumulator, mlir::Value row,
                                  mlir::Value begin, mlir::Value at);
  mlir::Value accumulateWholeRow(unsigned variant, mlir::Value accumulator, mlir::Value row,
                                 const RowShape &shape, mlir::Value at);
  /// A segment of B is searched when it is this many times longer than the mask's row.
  /// A halving step of the search is a load that waits for the one before; walking takes
  /// about a cycle per entry.
  static constexpr int64_t kSearchRatio = 32;
  /// Copies the multiply of a custom semiring into an op that merges a segment.
  template <typename Op> void setMultiply(Op accumulate) {
    if (!semiring.semiring.isCustom())
      return;
    mlir::IRMapping mapping;
    semiring.multiplyRegion->cloneInto(&accumulate.getMultiply(), mapping);
  }
  void fetchAhead(mlir::Value p, mlir::Value lastEntry);
  bool canPick();
  mlir::Value overlapOfRow(mlir::Value row, mlir::Value keyBefore);
  mlir::Value sampleOverlap(mlir::Value row);
  mlir::Value maskRange(mlir::Value row);
  mlir::Value isGain(mlir::Value products, mlir::Value range, mlir::Value walked,
                     mlir::Value key);
  mlir::Value mayBeWhole(mlir::Value row, mlir::Value key);
  /// Entries of the mask's row that counts are kept for in a register; 0: none.
  int64_t longestCountedRow();
  LoopBuilder::Values countWanted(mlir::Value row, mlir::Value begin, mlir::ValueRange wanted);
  mlir::Value countMaskedRow(mlir::Value row, mlir::Value begin, mlir::Value at);
  mlir::Value writeCounts(mlir::Value counts, mlir::Value some, mlir::Value bits,
                          mlir::Value first, mlir::Value length, mlir::Value at);
  ComputedRow computeMaskedRow(mlir::ValueRange accumulators, mlir::Value row, mlir::Value at,
                               mlir::Value keyBefore);
  /// Whether all segments of a row show their column range at both ends.
  bool showsRange() const { return rhs.ordered && (!init || init->ordered); }
  bool isOrderedResult() const;
  LoopBuilder::Values chooseTile(mlir::ValueRange accumulators, mlir::Value row,
                                 const RowShape &shape, Mode mode,
                                 mlir::Value at, mlir::Value settled);
  mlir::Value chooseVariant(mlir::Value row, const RowShape &shape);
  mlir::Value makeAccumulator(VariantAttr variant);
  mlir::Value accumulatorOf(mlir::ValueRange accumulators, unsigned variant) const {
    return accumulators[llvm::find(tiled, variant) - tiled.begin()];
  }
  LoopBuilder::Values makeAccumulators();
  void destroyAccumulators(mlir::ValueRange accumulators);
  unsigned workerBuffers() const;
  LoopBuilder::Values openWorker(bool single);
  mlir::ValueRange useWorker(mlir::ValueRange state);
  void closeWorker(mlir::ValueRange state);
  mlir::Value
  computeRows(mlir::ValueRange accumulators, mlir::Value first,
              mlir::Value last, Mode mode, mlir::Value at,
              llvm::function_ref<mlir::Value(mlir::Value row)> placeOfRow);
  void groupRows();
  bool computesBlocks();
  mlir::Value rowsOfBlock(int64_t bytes, int64_t blocks, int64_t most);
  mlir::Value nameOften(mlir::Value number, int64_t uses);
  void decideBlocks();
  void accumulateRanges(mlir::Value first, mlir::Value last,
                        llvm::function_ref<mlir::Value(mlir::Value row)> viewOf);
  mlir::Value partitionRows(mlir::Value safeRows);
  mlir::Value computeBlock(mlir::Value accumulator, mlir::Value first, mlir::Value last,
                           mlir::Value at);
  mlir::Value computeBlockOrChunk(mlir::ValueRange accumulators, const RowPart &part,
                                  mlir::Value partCounts, mlir::Value chunk, mlir::Value first,
                                  mlir::Value last, mlir::Value at);
  bool splitsRows();
  unsigned firstOf(llvm::ArrayRef<AccumulatorKind> kinds) const;
  unsigned windowVariant() const;
  RowPart partOfChunk(mlir::Value starts, mlir::Value chunk, mlir::Value first,
                      mlir::Value last);
  mlir::Value computePart(mlir::ValueRange accumulators, const RowPart &part, mlir::Value at);
  mlir::Value computeChunk(mlir::ValueRange accumulators, const RowPart &part,
                           mlir::Value partCounts, mlir::Value chunk, mlir::Value first,
                           mlir::Value last, mlir::Value at);
  void addParts(mlir::Value starts, mlir::Value partCounts, mlir::Value chunks);
  void forChunks(mlir::Value starts, Mode mode,
                 llvm::function_ref<mlir::Value(mlir::Value row)> placeOfRow);
  mlir::Value scanCounts(mlir::Value rows);
  void checkTotal(mlir::Value total);
  mlir::Value onePhase();
  mlir::Value twoPhases();

  std::pair<mlir::Value, mlir::Value> segmentOf(mlir::Value p);
  ScaledRow rowOfEntry(mlir::Value p, Mode mode);
  mlir::Value productAt(const ScaledRow &side, mlir::Value p);
  mlir::Value addWhere(mlir::Value meet, mlir::Value first, mlir::Value second);
  mlir::Value copyScaled(const ScaledRow &side, mlir::Value from, Mode mode,
                         mlir::Value at);
  mlir::Value mergeTwo(const ScaledRow &left, const ScaledRow &right, Mode mode,
                       mlir::Value at);
  mlir::Value mergeRow(mlir::Value begin, mlir::Value end, Mode mode,
                       mlir::Value at);

  LoopBuilder &b;
  SpgemmOp op;
  SemiringEmitter semiring;
  SemiringEmitter scaling; ///< how entries of A scale rows of B
  mlir::RankedTensorType resultType;
  bool columnMajor;
  llvm::ArrayRef<VariantAttr> variants;
  llvm::SmallVector<unsigned> tiled; ///< variants with an accumulator
  std::optional<unsigned> merging;   ///< the variant that needs none
  std::optional<unsigned> grouping;  ///< the variant that takes B in groups of columns
  std::optional<RowGroups> groups;   ///< B's rows, where `grouping`
  std::optional<unsigned> blocking;  ///< the variant for blocks of rows
  mlir::Value inBlocks;              ///< i1: whether the matrices take it
  mlir::Value blockRows;             ///< rows of a block, at most
  mlir::Value asBitmap;              ///< i1: blocks take B as a bitmap; null: no kernel for it
  LoopBuilder::Values panelBuffers;  ///< of the worker at hand, where there may be a bitmap
  MaskTree mask;
  std::optional<SparseOperand> init; ///< the matrix that the product is added to
  SparseOperand lhs, rhs;      ///< in the roles of A and B after the exchange
  unsigned firstRecord = 0;    ///< where the rows of the first variant are recorded
  bool partials = false;       ///< B is outer products: coordinates repeat
  /// Columns of the part of a row that is computed; none: all of them.
  std::optional<std::pair<mlir::Value, mlir::Value>> wanted;
  LoopBuilder::Values held;    ///< buffers to release at the end
  mlir::Value rows, columns;   ///< major and minor extent of the result
  mlir::Value weights;         ///< i64 prefix: work, and so entries at most
  mlir::Value maxBound;        ///< coordinates that any row's tile holds
  mlir::Value window;          ///< columns of a dense window, at most
  mlir::Value rowsTaken;       ///< of the worker at hand, per variant
  mlir::Value positions, coordinates, values;
};

} // namespace scratch

#endif // SCRATCH_PASSES_EXPAND_SPGEMM_ROWWISE_H
