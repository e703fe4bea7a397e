//===- Passes.h - passes of the stage select --------------------*- C++ -*-===//
#ifndef SCRATCH_PASSES_STRATEGY_PASSES_H
#define SCRATCH_PASSES_STRATEGY_PASSES_H

#include "dialects/Scratch/Scratch.h"

#include "mlir/IR/BuiltinOps.h"
#include "mlir/Pass/Pass.h"

namespace scratch {

#define GEN_PASS_DECL
#include "passes/Strategy/Passes.h.inc"

#define GEN_PASS_REGISTRATION
#include "passes/Strategy/Passes.h.inc"

} // namespace scratch

#endif // SCRATCH_PASSES_STRATEGY_PASSES_H
