//===- Machine.h - what select knows about a machine ------------*- C++ -*-===//
//
// Stage: select. Prices of the steps that kernels are made of, in cycles of one
// core. The numbers are in Machines/<Target>.cpp, each with unit and source.
//
//===----------------------------------------------------------------------===//
#ifndef SCRATCH_PASSES_STRATEGY_MACHINE_H
#define SCRATCH_PASSES_STRATEGY_MACHINE_H

#include "dialects/Scratch/Kinds.h"

#include "llvm/ADT/StringRef.h"

#include <cstdint>
#include <optional>

namespace scratch {

struct MachineModel {
  int64_t firstCacheBytes;  ///< data, one core
  int64_t secondCacheBytes; ///< one core

  /// What a team shares, and the least of it that kernels are to run well with: an image
  /// finds out where it runs.
  int64_t scratchpadBytes = 0, leastScratchpadBytes = 0;

#define PRICE(name, initial, text) double name = initial;
#include "passes/Strategy/Prices.def"

  /// Accumulators that the target has a lowering for, one bit per kind: by
  /// default all but those of teams.
  uint32_t accumulators = ~(1u << static_cast<uint32_t>(AccumulatorKind::SharedHash) |
                            1u << static_cast<uint32_t>(AccumulatorKind::Fragments));
  bool lowers(AccumulatorKind kind) const {
    return accumulators >> static_cast<uint32_t>(kind) & 1;
  }

  /// Whether a vector's lanes are filled from consecutive memory by a mask at once.
  bool spreadsLanes = false;

  /// Whether results may be merged in the order of arrival, which differs between runs.
  bool mergesAsTheyCome = false;

  /// The model of a target's column, or nothing where none is registered.
  static std::optional<MachineModel> of(llvm::StringRef target, unsigned vectorBits);
  /// The registered targets, for messages.
  static llvm::StringRef expectedTargets();
};

/// The processor that code is made for where nobody names one.
struct BaselineTarget {
  llvm::StringRef cpu, features;
  unsigned vectorBits;

  static std::optional<BaselineTarget> of(llvm::StringRef target);
};

} // namespace scratch

#endif // SCRATCH_PASSES_STRATEGY_MACHINE_H
