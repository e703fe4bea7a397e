//===- Scratch.h - the scratch dialect, for its users -----------*- C++ -*-===//
#ifndef SCRATCH_DIALECTS_SCRATCH_SCRATCH_H
#define SCRATCH_DIALECTS_SCRATCH_SCRATCH_H

#include "dialects/Scratch/Kinds.h"

#include "mlir/Bytecode/BytecodeOpInterface.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/SparseTensor/IR/SparseTensor.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Dialect.h"
#include "mlir/IR/OpDefinition.h"
#include "mlir/IR/OpImplementation.h"
#include "mlir/Interfaces/ControlFlowInterfaces.h"
#include "mlir/Interfaces/InferTypeOpInterface.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

#include "dialects/Scratch/ScratchDialect.h.inc"

#include "dialects/Scratch/ScratchEnums.h.inc"

#define GET_ATTRDEF_CLASSES
#include "dialects/Scratch/ScratchAttrs.h.inc"

#define GET_TYPEDEF_CLASSES
#include "dialects/Scratch/ScratchTypes.h.inc"

#include "dialects/Scratch/ScratchInterfaces.h.inc"
#include "dialects/Scratch/ScratchPruneInterfaces.h.inc"

#define GET_OP_CLASSES
#include "dialects/Scratch/ScratchOps.h.inc"

#endif // SCRATCH_DIALECTS_SCRATCH_SCRATCH_H
