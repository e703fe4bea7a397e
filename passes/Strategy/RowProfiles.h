//===- RowProfiles.h - rows that a cost is averaged over --------*- C++ -*-===//
//
// Stage: select. At compile time the matrices are unknown. A candidate is judged
// on a small table of typical rows instead; what the types do tell (a static
// extent, unordered coordinates, a mask) is worked into the rows.
//
//===----------------------------------------------------------------------===//
#ifndef SCRATCH_PASSES_STRATEGY_ROWPROFILES_H
#define SCRATCH_PASSES_STRATEGY_ROWPROFILES_H

#include "passes/Strategy/Plan.h"
#include "passes/Strategy/Problem.h"

#include <limits>

namespace scratch {

struct RowProfile {
  llvm::StringLiteral name;
  double entries;     ///< stored in A's row
  double products;    ///< of the row
  double compression; ///< products per entry of the result
  double range;       ///< columns between first and last product
  double mask;        ///< stored mask entries of the row
  double repeats;     ///< share of rows with the products and range of the one before
  /// Entries of a team's tile, where one is filled.
  double tileEntries = std::numeric_limits<double>::infinity();

  double feature(CostFeature which) const;
};

/// The rows that stand for a problem, each of equal weight.
llvm::SmallVector<RowProfile> profilesOf(const KernelProblem &problem);

} // namespace scratch

#endif // SCRATCH_PASSES_STRATEGY_ROWPROFILES_H
