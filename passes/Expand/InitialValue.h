//===- InitialValue.h - what a dense result starts from ---------*- C++ -*-===//
#ifndef SCRATCH_PASSES_EXPAND_INITIALVALUE_H
#define SCRATCH_PASSES_EXPAND_INITIALVALUE_H

#include "passes/Emission/LoopBuilder.h"

namespace scratch {

/// Whether `init` is known to hold `identity` everywhere (a fill or a splat), so
/// that it need not be read.
bool isFilledWith(mlir::Value init, mlir::TypedAttr identity);

} // namespace scratch

#endif // SCRATCH_PASSES_EXPAND_INITIALVALUE_H
