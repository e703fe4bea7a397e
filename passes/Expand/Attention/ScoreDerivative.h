//===- ScoreDerivative.h - a score region and its slope ---------*- C++ -*-===//
#ifndef SCRATCH_PASSES_EXPAND_ATTENTION_SCOREDERIVATIVE_H
#define SCRATCH_PASSES_EXPAND_ATTENTION_SCOREDERIVATIVE_H

#include "passes/Emission/LoopBuilder.h"

namespace scratch {

/// A score and its derivative by the scaled product.
struct ScoreAndSlope {
  mlir::Value score, slope;
};

/// Writes the body of a score region once more, with its derivative by the first
/// argument beside it (forward mode: each operation brings its own rule). Fails
/// with an error on an operation that has none.
llvm::FailureOr<ScoreAndSlope> emitScoreAndSlope(LoopBuilder &b, mlir::Region &region,
                                                 mlir::ValueRange arguments);

} // namespace scratch

#endif // SCRATCH_PASSES_EXPAND_ATTENTION_SCOREDERIVATIVE_H
