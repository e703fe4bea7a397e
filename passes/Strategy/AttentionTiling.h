//===- AttentionTiling.h - how attention is cut into tiles ------*- C++ -*-===//
//
// Stage: select. Plain data and arithmetic: extents and a machine go in, tile
// sizes with their predicted cost come out.
//
//===----------------------------------------------------------------------===//
#ifndef SCRATCH_PASSES_STRATEGY_ATTENTIONTILING_H
#define SCRATCH_PASSES_STRATEGY_ATTENTIONTILING_H

#include "passes/Strategy/Machine.h"

#include <string>

namespace scratch {

struct AttentionProblem {
  /// Head sizes of queries and values, and lengths, where the types tell them.
  std::optional<int64_t> size, valueSize, queries, keys;
  bool masked = false;
  /// Sizes of the mask's blocks, where it is a list or map of some.
  struct Block {
    int64_t queries, keys;
  };
  std::optional<Block> block;
};

/// As in #scratch.tiling.
struct AttentionPlan {
  int64_t queries, keys, rows, vectors, lanes;
};

struct AttentionChoice {
  AttentionPlan plan;
  double cycles;         ///< per query, key and head, one core
  std::string why;
};

AttentionChoice chooseTiling(const AttentionProblem &problem, const MachineModel &machine,
                             unsigned vectorBits);

/// Predicted cycles of one score: both products and the softmax step.
double cyclesPerScore(const AttentionProblem &problem, const AttentionPlan &plan,
                      const MachineModel &machine);

} // namespace scratch

#endif // SCRATCH_PASSES_STRATEGY_ATTENTIONTILING_H
