//===- PackingPrices.h - prices of products with pruned weights -*- C++ -*-===//
//
// Stage: select. Cycles of one core, for code of one vector width. What the steps
// are: passes/Expand/Prune/PackedTiles.cpp, LaneProduct.cpp, passes/Expand/Dense.
// The numbers: PackingPrices.def.
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
#define PACKING_PRICE(name, wide, narrow, text) double name;
#define PACKING_WALK(format, wide, narrow, text) WalkPrices format;
#include "passes/Strategy/PackingPrices.def"

  static PackingPrices ofX86(unsigned vectorBits);
};

} // namespace scratch

#endif // SCRATCH_PASSES_STRATEGY_PACKINGPRICES_H
