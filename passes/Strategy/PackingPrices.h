//===- PackingPrices.h - prices of products with pruned weights -*- C++ -*-===//
//
// Stage: select. Cycles of one core, for code of one vector width. What the steps
// are: passes/Expand/Prune/PackedMatmul.cpp, LaneProduct.cpp, passes/Expand/Dense.
// The numbers: Machines/X86Packing.cpp.
//
//===----------------------------------------------------------------------===//
#ifndef SCRATCH_PASSES_STRATEGY_PACKINGPRICES_H
#define SCRATCH_PASSES_STRATEGY_PACKINGPRICES_H

namespace scratch {

/// How a kernel goes through the stored entries of a panel, step by step.
struct WalkPrices {
  double step;     ///< per step and tile of samples: find the column, load the values
  double vector;   ///< per step and vector of samples: multiply-adds of all rows
  double far;      ///< the same, more where the first cache does not hold the tile
  double panel;    ///< per panel, tile and piece: open it, load and store sums
  double oneStep;  ///< per step, when there is one sample
  double onePanel; ///< per panel, when there is one sample
};

struct PackingPrices {
  double denseVector; ///< per weight and vector of samples
  double denseCopy;   ///< per depth and vector of samples: into panels
  double denseOne;    ///< per vector of weights, when there is one sample
  double denseRow;    ///< per row, when there is one sample

  double copy;        ///< per depth and vector of samples: into a tile
  double bitmapByte;  ///< per byte of a bitmap and tile, whatever it holds
  double laneBits;    ///< per vector of weights: spread them by a bitmap
  double lanePairs;   ///< ... by 2:4 indices
  double laneVector;  ///< per vector of weights and sample
  double laneSum;     ///< per row and sample: add the lanes up
  WalkPrices csr, panels, squares, pairs, bitmap, delta;

  double sharedCache; ///< bytes a cycle from a cache that cores share
  double memory;      ///< bytes a cycle from memory

  static PackingPrices ofX86(unsigned vectorBits);
};

} // namespace scratch

#endif // SCRATCH_PASSES_STRATEGY_PACKINGPRICES_H
