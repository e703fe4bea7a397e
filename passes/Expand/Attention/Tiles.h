//===- Tiles.h - the steps of one attention tile ----------------*- C++ -*-===//
//
// Stage: expand. Online softmax [1] on tiles that stay in the caches: scores of a
// block of queries against a block of keys, their weights, and the weighted sum
// of values, each written as register-blocked vector loops. No mask, no policy.
//
// Layouts, all f32:
//   query block   [queries][size]            scaled
//   packed keys   [panel][size][P]           P = vectors * lanes keys side by side
//   scores        [queries][keys]            then weights, in place
//   sums          [queries][padded size]     unnormalised result
//   most          [queries]                  running maximum, in powers of two
//   total         [queries][lanes]           running sum of weights, by lane
//   peaks         [queries][lanes]           largest scores of the tile, by lane
//   bases, shrinks [queries]                 what the tile's scores and the sums
//                                            before it are brought down by
//
// Products of bf16 take pairs: two neighbours of the summed dimension (head size,
// keys) in one 32-bit word, in queries, keys, weights and values alike. Scores,
// sums and totals stay f32.
//
// [1] Milakov and Gimelshein, arXiv:1805.02867; Dao, arXiv:2307.08691.
//===----------------------------------------------------------------------===//
#ifndef SCRATCH_PASSES_EXPAND_ATTENTION_TILES_H
#define SCRATCH_PASSES_EXPAND_ATTENTION_TILES_H

#include "dialects/Scratch/Scratch.h"
#include "passes/Emission/LoopBuilder.h"

namespace scratch {

/// What a processor has besides plain vectors, as its target attribute says.
struct VectorInstructions {
  bool avx512 = false, bf16Pairs = false;
  static VectorInstructions of(mlir::Operation *op);
};

class AttentionTiles {
public:
  using Value = mlir::Value;

  /// How products are taken: of f32, or of pairs of bf16, by the instruction that
  /// some processors have for them or by what it computes.
  enum class Products { Reals, Pairs, PairInstruction };

  AttentionTiles(LoopBuilder &b, TilingAttr tiling, VectorInstructions instructions,
                 Products products = Products::Reals)
      : b(b), tiling(tiling), instructions(instructions), products(products) {}

  /// Buffers of one worker. `weights` are the scores themselves unless paired.
  struct Workspace {
    Value queries = {}, scores = {}, sums = {}, weights = {}, most = {}, total = {},
          peaks = {}, bases = {}, shrinks = {};
  };
  LoopBuilder::Values allocate(Value headSize, Value paddedSize);
  /// Of what `allocate` returned, in front of other values.
  Workspace workspaceOf(mlir::ValueRange values) const;
  int64_t buffers() const { return inPairs() ? 9 : 8; }

  /// Sums and totals are zero, maxima minus infinity, for `rows` rows.
  void reset(const Workspace &w, Value rows, Value paddedSize);

  /// 2^x, x a vector; rough enough for weights if asked for them.
  Value exp2(Value x, bool ofWeights);

  /// One weight of a tile, after its softmax.
  Value weightAt(const Workspace &w, Value row, Value key);

  /// Whether the first rows of sums hold neither infinity nor NaN.
  Value isFinite(Value sums, Value rows, Value paddedSize);

  bool inPairs() const { return products != Products::Reals; }
  /// Entries of a summed dimension in one element of a buffer.
  int64_t perElement() const { return inPairs() ? 2 : 1; }
  /// Elements that hold so many entries of a summed dimension.
  Value entries(Value count) {
    if (!inPairs())
      return count;
    return mlir::arith::CeilDivUIOp::create(b, count, b.index(perElement()));
  }
  mlir::Type elementType() const;

  int64_t panel() const { return tiling.getVectors() * tiling.getLanes(); }
  mlir::VectorType vectorType() const;
  Value zeroVector();
  Value minusInfinity();
  /// Sum of the lanes, in a fixed order.
  Value addLanes(Value vector);

  Value splat(Value scalar);
  /// `a > c ? a : c`: one instruction; NaN in `c` stays.
  Value greater(Value a, Value c);
  /// All rows of a tile of sums times the vectors `c`.
  LoopBuilder::Values step(int64_t height, mlir::ValueRange c, mlir::ValueRange sums,
                           llvm::function_ref<Value(int64_t row)> rowValue);
  /// A vector of f32, rounded to bf16, in pairs.
  Value narrow(Value weights);

  LoopBuilder &b;
  const TilingAttr tiling;

private:
  Value reduce(Value vector, llvm::function_ref<Value(Value, Value)> combine);
  Value product(Value a, Value c, Value sum);

  VectorInstructions instructions;
  Products products;
};

} // namespace scratch

#endif // SCRATCH_PASSES_EXPAND_ATTENTION_TILES_H
