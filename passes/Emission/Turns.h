//===- Turns.h - loops of several steps a turn ------------------*- C++ -*-===//
#ifndef SCRATCH_PASSES_EMISSION_TURNS_H
#define SCRATCH_PASSES_EMISSION_TURNS_H

#include "passes/Emission/LoopBuilder.h"

namespace scratch {

/// The number of a step that is in no turn.
inline constexpr int64_t kInNoTurn = -1;

/// for at in [from, to), `turn` steps in every turn of the loop, then what is left one by one;
/// `body` learns which step of its turn it is.
LoopBuilder::Values
emitTurns(LoopBuilder &b, mlir::Value from, mlir::Value to, int64_t turn, mlir::ValueRange carried,
          llvm::function_ref<LoopBuilder::Values(mlir::Value at, mlir::ValueRange carried,
                                                 int64_t step)>
              body);

} // namespace scratch

#endif // SCRATCH_PASSES_EMISSION_TURNS_H
