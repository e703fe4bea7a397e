//===- Piuma.h - the piuma dialect, for its users ---------------*- C++ -*-===//
#ifndef SCRATCH_DIALECTS_PIUMA_PIUMA_H
#define SCRATCH_DIALECTS_PIUMA_PIUMA_H

#include "mlir/Bytecode/BytecodeOpInterface.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Dialect.h"
#include "mlir/IR/OpDefinition.h"
#include "mlir/IR/OpImplementation.h"
#include "mlir/Interfaces/ControlFlowInterfaces.h"
#include "mlir/Interfaces/InferTypeOpInterface.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

#include "dialects/Piuma/PiumaDialect.h.inc"

#include "dialects/Piuma/PiumaEnums.h.inc"

#define GET_ATTRDEF_CLASSES
#include "dialects/Piuma/PiumaAttrs.h.inc"

#define GET_TYPEDEF_CLASSES
#include "dialects/Piuma/PiumaTypes.h.inc"

#define GET_OP_CLASSES
#include "dialects/Piuma/PiumaOps.h.inc"

namespace scratch::piuma {
/// Whether an operator combines floating values.
bool isFloating(Combine combine);
} // namespace scratch::piuma

#endif // SCRATCH_DIALECTS_PIUMA_PIUMA_H
