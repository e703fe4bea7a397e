//===- InlineRegion.h - move a region's body where it is wanted -*- C++ -*-===//
#ifndef SCRATCH_PASSES_EMISSION_INLINEREGION_H
#define SCRATCH_PASSES_EMISSION_INLINEREGION_H

#include "passes/Emission/LoopBuilder.h"

namespace scratch {

/// Moves a region's only block before the insertion point, its arguments replaced;
/// returns what it yields.
LoopBuilder::Values inlineRegion(LoopBuilder &b, mlir::Region &region, mlir::ValueRange arguments);

} // namespace scratch

#endif // SCRATCH_PASSES_EMISSION_INLINEREGION_H
