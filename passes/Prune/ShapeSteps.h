//===- ShapeSteps.h - slices through reshapes, padding, concat --*- C++ -*-===//
//
// Stage: import. Operations of the tensor dialect that move elements without
// computing: facts and needs through them, and their small forms.
//
//===----------------------------------------------------------------------===//
#ifndef SCRATCH_PASSES_PRUNE_SHAPESTEPS_H
#define SCRATCH_PASSES_PRUNE_SHAPESTEPS_H

#include "passes/Prune/SliceLayout.h"

namespace scratch {

SliceFacts factsThroughShape(ChannelFacts &facts, mlir::Operation *op, unsigned dimension);
SliceNeeds needsThroughShape(ChannelFacts &facts, mlir::OpOperand &use, unsigned dimension);

/// Makes the small form of collapse_shape, expand_shape, pad or concat. False
/// where it has none: the operands are then wanted in full.
bool shrinkShapeStep(mlir::ImplicitLocOpBuilder &b, mlir::Operation *op, ChannelFacts &facts,
                     Layouts &layouts);

} // namespace scratch

#endif // SCRATCH_PASSES_PRUNE_SHAPESTEPS_H
