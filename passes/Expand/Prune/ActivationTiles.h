//===- ActivationTiles.h - activations by tiles of samples ------*- C++ -*-===//
//
// Stage: expand. A tile is a few vectors of samples at every depth. It is read where
// it lies when that is contiguous; else from a worker's copy, which is aligned, holds
// nothing between neighbouring depths, and ends in zeros: samples that lie a whole
// row of activations apart share few sets of a cache and few pages. Activations that are
// used a few times only are not worth a copy, but where a tile's last vector is cut.
//
//===----------------------------------------------------------------------===//
#ifndef SCRATCH_PASSES_EXPAND_PRUNE_ACTIVATIONTILES_H
#define SCRATCH_PASSES_EXPAND_PRUNE_ACTIVATIONTILES_H

#include "passes/Emission/LoopBuilder.h"

namespace scratch {

struct ActivationTiles {
  mlir::Value rhs; ///< depth x columns, flat
  mlir::Value depth, columns;
  int64_t lanes = 1, vectors = 1; ///< of a tile
  mlir::Value direct;             ///< i1: all are read where they lie
  mlir::Value rare;               ///< i1: tiles of whole vectors are

  /// The tile of vector v at depth k: flat[from + k * stride + v * lanes].
  struct Tile {
    mlir::Value flat, from, stride;
  };

  int64_t width() const { return lanes * vectors; }
  mlir::Value count(LoopBuilder &b) const;
  /// What a worker keeps from one of its tiles to the next; ended by `close`.
  LoopBuilder::Values open(LoopBuilder &b) const;
  /// Tile `number`, copied unless it is the worker's last one.
  Tile take(LoopBuilder &b, mlir::Value number, mlir::ValueRange state) const;
  void close(LoopBuilder &b, mlir::ValueRange state) const;
};

/// `uses`: how often one activation is used, about.
ActivationTiles openActivations(LoopBuilder &b, mlir::Value flatRhs, mlir::Value depth,
                                mlir::Value columns, int64_t lanes, int64_t vectors,
                                mlir::Value uses);

} // namespace scratch

#endif // SCRATCH_PASSES_EXPAND_PRUNE_ACTIVATIONTILES_H
