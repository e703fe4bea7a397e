//===- Plan.h - a decided algorithm -----------------------------*- C++ -*-===//
//
// Stage: select. What `#scratch.strategy` says, before it becomes an attribute.
// The enumerations are the dialect's own.
//
//===----------------------------------------------------------------------===//
#ifndef SCRATCH_PASSES_STRATEGY_PLAN_H
#define SCRATCH_PASSES_STRATEGY_PLAN_H

#include "dialects/Scratch/Scratch.h"

#include <array>

namespace scratch {

inline constexpr unsigned kNumFeatures = 0
#define COST_FEATURE(name, text) +1
#include "dialects/Scratch/Features.def"
    ;

/// Coefficients over Features.def, in cycles: a row costs their scalar product
/// with the row's features.
struct LinearForm {
  std::array<double, kNumFeatures> coefficients{};

  double &operator[](CostFeature feature) { return coefficients[static_cast<unsigned>(feature)]; }
  double operator[](CostFeature feature) const {
    return coefficients[static_cast<unsigned>(feature)];
  }
};

struct PlanVariant {
  AccumulatorKind accumulator;
  LinearForm form;
};

struct Plan {
  Dataflow dataflow = Dataflow::RowWise;
  Phases phases = Phases::One;
  Schedule schedule = Schedule::Balanced;
  HashFunction hash = HashFunction::Multiplicative; ///< of tables that a team shares
  /// Accumulators that rows choose from by their least form; empty where the
  /// kernel needs none.
  llvm::SmallVector<PlanVariant, 4> variants;
};

} // namespace scratch

#endif // SCRATCH_PASSES_STRATEGY_PLAN_H
