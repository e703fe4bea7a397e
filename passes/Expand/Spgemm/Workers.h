//===- Workers.h - a product by workers by themselves -----------*- C++ -*-===//
//
// Stage: expand. Each takes chunks of rows of about equal weight and computes row after row:
//   two phases  count every row exactly (symbolic), allocate, compute (numeric)
//   one phase   compute into buffers of the bounds' size, packed as they grow;
//               pages cost memory only when written
// Workers.cpp bounds the rows and goes over a chunk, Phases.cpp over all of them.
//
//===----------------------------------------------------------------------===//
#ifndef SCRATCH_PASSES_EXPAND_SPGEMM_WORKERS_H
#define SCRATCH_PASSES_EXPAND_SPGEMM_WORKERS_H

#include "passes/Expand/Spgemm/Rows.h"
#include "passes/Expand/Spgemm/SplitRows.h"

namespace scratch {

class Workers {
public:
  /// The product has been opened; `window`: Bounds::limitWindows.
  Workers(LoopBuilder &b, const OpenProduct &product, Variants list, mlir::Value window)
      : b(b), product(product), variants(std::move(list)),
        rowBounds(b, product, variants, window) {}
  Workers(const Workers &) = delete; // parts refer to each other

  /// First: what rows need at most, and what the matrices favour.
  void bound(bool recorded = true);
  /// Instead of it, from what a team has found out; see TeamProduct::weighRows.
  void take(mlir::Value weights, mlir::Value longestRow);
  /// Buffers to release in the end.
  void hold(mlir::ValueRange buffers) { held.append(buffers.begin(), buffers.end()); }

  /// Positions, coordinates and values of the result.
  LoopBuilder::Values compute();

  /// For rows that are not stored: to be released afterwards.
  const Bounds &bounds() const { return rowBounds; }
  const Accumulators &accumulators() const { return tables; }
  const Rows &rows() const { return eachRow; }
  void release() const;

private:
  /// Of a worker: how many rows each variant took, what blocks need, and its accumulators.
  struct State {
    mlir::Value taken;
    mlir::ValueRange blockBuffers, accumulators;
  };
  /// Rows [first, last), the last of them perhaps in part.
  struct Chunk {
    mlir::Value number, first, last;
    const SplitRows *split; ///< null: all rows are whole
    SplitRows::Part part;
  };
  using PlaceOfRow = llvm::function_ref<mlir::Value(mlir::Value row)>;

  void group();
  LoopBuilder::Values open(bool single) const;
  State use(mlir::ValueRange state) const;
  void close(mlir::ValueRange state) const;

  mlir::Value computeRows(const State &state, mlir::Value first, mlir::Value last,
                          const RowOutput &output, PlaceOfRow placeOfRow) const;
  mlir::Value computeChunk(const State &state, const Chunk &chunk, const RowOutput &output) const;
  mlir::Value computeBlockOrChunk(const State &state, const Chunk &chunk,
                                  const RowOutput &output) const;
  void forChunks(mlir::Value starts, const RowOutput &output, PlaceOfRow placeOfRow) const;
  /// Both return how many entries there are.
  mlir::Value computeInOnePhase();
  mlir::Value computeInTwoPhases();

  LoopBuilder &b;
  const OpenProduct &product;
  const Variants variants;
  LoopBuilder::Values held; ///< buffers to release in the end
  Bounds rowBounds;
  Blocks blocks{b, product, variants};
  std::optional<RowGroups> groups; ///< B's rows, where a variant takes them
  Accumulators tables{b, product, variants, rowBounds, blocks, groups};
  RowTiles tiles{b, product, groups};
  Rows eachRow{b, product, variants, rowBounds, tables, tiles, groups};
  mlir::Value positions, coordinates, values; ///< of the result
};

} // namespace scratch

#endif // SCRATCH_PASSES_EXPAND_SPGEMM_WORKERS_H
