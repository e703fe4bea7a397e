//===- MaskFormula.h - mask operations as a formula and its data -*- C++ -*-===//
//
// Stage: expand. Walks a tree of mask operations and gives the formula of
// passes/Analysis with what its parameters, tables and opaque leaves are at run
// time. Data that a leaf needs in another form (keep-lists as flags, block lists
// as a map) is made here, once per kernel, in front of its loops.
//
//===----------------------------------------------------------------------===//
#ifndef SCRATCH_PASSES_EXPAND_ATTENTION_MASKFORMULA_H
#define SCRATCH_PASSES_EXPAND_ATTENTION_MASKFORMULA_H

#include "dialects/Scratch/Scratch.h"
#include "passes/Analysis/MaskExpression.h"
#include "passes/Emission/LoopBuilder.h"
#include "passes/Expand/Attention/TokenOrder.h"

namespace scratch {

/// Where a mask is asked: extents of the attention that consumes it.
struct MaskDomain {
  mlir::Value batches, heads, queries, keys; ///< index
};

struct MaskFormula {
  /// A number of tokens, the same for all or one per batch or head.
  struct Parameter {
    mlir::Value single;   ///< index; else
    mlir::Value buffer;   ///< memref<?xi32>
    bool perHead = false; ///< of `buffer`: by head, else by batch
    std::function<mlir::Value(LoopBuilder &, mlir::Value)> then; ///< may be null
  };
  /// Entries per token, [tokens], [batch, tokens] or [head, tokens].
  struct Table {
    mlir::Value buffer;
    bool perBatch = false, sorted = false, perHead = false;
  };
  /// What only this file's users can evaluate, entry by entry.
  struct Leaf {
    enum class Kind { Dense, Packed, Blocks, Region } kind;
    mlir::Value buffer;          ///< not of a region
    bool perHead = false;        ///< three dimensions begin with heads, not batches
    int64_t block[2] = {1, 1};   ///< of blocks: sizes in tokens
    /// Of blocks whose entries are kinds (TileMap.h): what single entries are.
    std::shared_ptr<mask::Predicate> refined;
    MaskRegionOp region;
  };

  mask::Predicate predicate = mask::constant(true);
  llvm::SmallVector<Parameter> parameters;
  llvm::SmallVector<Table> tables;
  llvm::SmallVector<Leaf> leaves;
  llvm::SmallVector<mlir::Value> temporaries; ///< buffers to release at the end
  bool dependsOnBatch = false, dependsOnHead = false;
  /// The predicate is about places; where there is no order they are tokens.
  TokenOrder queryOrder, keyOrder;
  mlir::Value queryPlaces, keyPlaces;

  bool isTrivial() const {
    return predicate.kind == mask::Predicate::Kind::Constant && predicate.value;
  }

  /// Opens `mask` (may be null: everything takes part). Operands whose extents
  /// do not fit `domain` fail the call at run time. Fails with an error on `op`.
  /// `rewrites` says what orders may be made for it (compact: of keys; of queries too
  /// with `compactQueries`; for each head its own with `ordersPerHead`) and whether
  /// sorted documents become ranges.
  static llvm::FailureOr<MaskFormula> open(LoopBuilder &b, mlir::Operation *op, mlir::Value mask,
                                           const MaskDomain &domain,
                                           Rewrites rewrites = Rewrites::None,
                                           bool compactQueries = false,
                                           bool ordersPerHead = false);
};

} // namespace scratch

#endif // SCRATCH_PASSES_EXPAND_ATTENTION_MASKFORMULA_H
