//===- Cost.h - a predicted cost, term by term ------------------*- C++ -*-===//
#ifndef SCRATCH_PASSES_STRATEGY_COST_H
#define SCRATCH_PASSES_STRATEGY_COST_H

#include "passes/Strategy/Plan.h"

namespace scratch {

/// Cycles per product, averaged over the row profiles of a problem; the terms
/// tell what they are made of.
struct Cost {
  std::array<double, kNumFeatures> terms{}; ///< by feature of Features.def
  double phases = 0; ///< finding the size of the result: counting or compaction

  double cycles() const {
    double sum = phases;
    for (double term : terms)
      sum += term;
    return sum;
  }
};

} // namespace scratch

#endif // SCRATCH_PASSES_STRATEGY_COST_H
