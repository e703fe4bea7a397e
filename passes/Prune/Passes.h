//===- Passes.h - passes on pruned programs ---------------------*- C++ -*-===//
#ifndef SCRATCH_PASSES_PRUNE_PASSES_H
#define SCRATCH_PASSES_PRUNE_PASSES_H

#include "dialects/Scratch/Scratch.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Pass/Pass.h"

namespace scratch {

#define GEN_PASS_DECL
#include "passes/Prune/Passes.h.inc"

#define GEN_PASS_REGISTRATION
#include "passes/Prune/Passes.h.inc"

} // namespace scratch

#endif // SCRATCH_PASSES_PRUNE_PASSES_H
