//===- ScoreDerivative.h - a score region and its slope ---------*- C++ -*-===//
#ifndef SCRATCH_PASSES_EXPAND_ATTENTION_SCOREDERIVATIVE_H
#define SCRATCH_PASSES_EXPAND_ATTENTION_SCOREDERIVATIVE_H

#include "passes/Emission/LoopBuilder.h"

namespace scratch {

/// A score and its derivative by the scaled product, or by an entry that was read.
struct ScoreAndSlope {
  mlir::Value score, slope;
  LoopBuilder::Values entry; ///< where that was read
};

/// Writes the body of a score region once more, with its derivative by the first
/// argument beside it (forward mode: each operation brings its own rule), or by what
/// `by`, a tensor.extract of the body, gives. Fails with an error on an operation
/// that has no rule.
llvm::FailureOr<ScoreAndSlope> emitScoreAndSlope(LoopBuilder &b, mlir::Region &region,
                                                 mlir::ValueRange arguments,
                                                 mlir::Operation *by = nullptr);

} // namespace scratch

#endif // SCRATCH_PASSES_EXPAND_ATTENTION_SCOREDERIVATIVE_H
