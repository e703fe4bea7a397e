//===- PackingChoice.h - in which format pruned weights are kept -*- C++ -*-===//
//
// Stage: select. Plain data and arithmetic: what is known of weights and of the
// product goes in, a table of prices and the verdict come out.
//
//===----------------------------------------------------------------------===//
#ifndef SCRATCH_PASSES_STRATEGY_PACKINGCHOICE_H
#define SCRATCH_PASSES_STRATEGY_PACKINGCHOICE_H

#include "passes/Strategy/Machine.h"

#include "llvm/ADT/ArrayRef.h"
#include "llvm/Support/Error.h"

#include <string>
#include <vector>

namespace scratch {

/// Pruned weights (rows x depth) times activations (depth x samples).
struct PackingProblem {
  int64_t rows = 0, depth = 0;
  int64_t samples = 1;
  unsigned elementBits = 32;
  double density = 1; ///< share of entries that are kept
  double panels = 1;  ///< share of 4 x 1 panels with an entry
  double squares = 1; ///< share of 4 x 4 blocks with an entry
  bool twoOfFour = false;   ///< every four columns of a row hold two entries at most
  bool packedOnce = true;   ///< weights are constants; else packed at every call
  bool transposes = false;  ///< activations come, and results go, samples first
};

/// A format, or to stay dense.
struct PackingCandidate {
  llvm::StringLiteral name; ///< "csr", "4x1", ...; what `force` says
  llvm::StringLiteral packing; ///< as #scratch.packing spells it; empty: dense
};
llvm::ArrayRef<PackingCandidate> packingCandidates();

/// Cycles of one call on one core, by what they are for.
struct PackingPrice {
  const PackingCandidate *candidate;
  double work = 0;     ///< multiply-adds, and finding their operands
  double weights = 0;  ///< weights that no cache holds, read once
  double packing = 0;  ///< packing at this call
  double moving = 0;   ///< transposing activations and results
  double cycles() const { return work + weights + packing + moving; }
};

struct PackingVerdict {
  std::vector<PackingPrice> table; ///< legal candidates, cheapest first
  std::string why;
};

/// Whether `force` names a candidate, or is "auto".
llvm::Error checkPacking(llvm::StringRef force);

/// `force` names a candidate, or is "auto". The error says what is missing.
llvm::Expected<PackingVerdict> choosePacking(const PackingProblem &problem,
                                             const MachineModel &machine, unsigned vectorBits,
                                             llvm::StringRef force = "auto");

} // namespace scratch

#endif // SCRATCH_PASSES_STRATEGY_PACKINGCHOICE_H
